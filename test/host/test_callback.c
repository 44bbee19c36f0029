/* One read brings several frames: what their owner does in its callback at the first
 * of them decides who sees the others, and when. */
#include <pier/host.h>

#include "../support/rows.h"

#include <string.h>

enum { LOG_SIZE = 64, PATIENCE_MS = 10000 };

struct stage {
  pier_host *host;
  pier_process *owner, *other; /* the other is linked to the port */
  pier_port port;
  int (*act)(struct stage *stage); /* once, at the first message */
  char log[LOG_SIZE];
};

static int do_nothing(struct stage *stage) {
  (void)stage;
  return 0;
}

static int write_to_self(struct stage *stage) {
  return pier_send(stage->owner, pier_self(stage->owner), pier_span_of("\203a\1", 3));
}

static int give_away(struct stage *stage) {
  return pier_connect(stage->owner, stage->port, pier_self(stage->other));
}

static int close_it(struct stage *stage) {
  return pier_close(stage->owner, stage->port);
}

static int kill_the_owner(struct stage *stage) {
  return pier_exit_process(stage->other, pier_self(stage->owner), "kill");
}

static int leave(struct stage *stage) {
  pier_process_exit(stage->owner, "normal");
  return 0;
}

static struct row {
  const char *name;
  int (*act)(struct stage *stage);
  const char *log; /* data as it came, with > if the other has it; T a term, X an exit */
} rows[] = {
    {"nothing: all of them", do_nothing, "abc"},
    {"a message to itself comes before the others", write_to_self, "aTbc"},
    {"a new owner has the others", give_away, "a>b>c"},
    {"a closed port has no others", close_it, "aX>X"},
    {"a killed owner sees no others", kill_the_owner, "a>X"},
    {"an owner that has ended sees no others", leave, "a>X"},
};

static void note(struct stage *stage, const char *text, size_t size) {
  assert_true(strlen(stage->log) + size < LOG_SIZE);
  strncat(stage->log, text, size);
}

static void on_message(pier_process *self, const pier_message *message, void *state) {
  struct stage *stage = state;
  int (*act)(struct stage *) = stage->act;
  stage->act = NULL;
  if (self == stage->other) note(stage, ">", 1);
  if (message->kind == PIER_MESSAGE_DATA)
    note(stage, (const char *)message->data.data, message->data.size);
  else
    note(stage, message->kind == PIER_MESSAGE_TERM ? "T" : "X", 1);
  if (act) assert_int_equal(act(stage), 0);
}

static pier_process *actor(struct stage *stage) {
  pier_process *process;
  assert_int_equal(pier_process_new_callback(stage->host, &process, on_message, stage), 0);
  assert_int_equal(pier_trap_exit(process, 1), 0);
  return process;
}

/* All frames are one write of the program's. */
static void play(const struct row *row, pier_framing framing, const char *command) {
  const char *args[] = {"-c", command, NULL};
  struct stage stage = {.act = row->act};
  pier_port_options options;
  assert_int_equal(pier_host_new(&stage.host, NULL), 0);
  stage.owner = actor(&stage);
  stage.other = actor(&stage);
  pier_port_options_init(&options, PIER_SPAWN_EXECUTABLE, "/bin/sh");
  options.args = args;
  options.framing = framing;
  assert_int_equal(pier_open(stage.owner, &stage.port, &options, NULL), 0);
  assert_int_equal(pier_link(stage.other, stage.port), 0);
  while (strlen(stage.log) < strlen(row->log))
    if (pier_host_run_once(stage.host, PATIENCE_MS) <= 0) break;
  assert_int_equal(pier_host_run_once(stage.host, 0), 0);
  assert_string_equal(stage.log, row->log);
  pier_host_free(stage.host);
}

static void frames_of_one_read(void **state) {
  play(*state, pier_framing_line(9), "printf 'a\\nb\\nc\\n'; exec sleep 100");
  play(*state, pier_framing_packet(1), "printf '\\001a\\001b\\001c'; exec sleep 100");
}

int main(void) {
  return RUN_ROWS(rows, frames_of_one_read);
}
