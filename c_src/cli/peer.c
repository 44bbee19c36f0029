/* pier peer: a program for the far end of a port that does what it is told. */
#include "cli/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_MS = 5 }; /* between two looks for a file */

static int help(void) {
  printf("pier peer ACTIONS\n"
         "\n"
         "Does one action after another, as a program on the far end of a port, and exits\n"
         "with 0. ACTIONS is a list of them in Erlang text (see doc/scenarios.md):\n"
         "\n"
         "  pier peer '[{read_line},{write,\"hello\\n\"},{sleep,100},{exit,3}]'\n");
  return PIER__DONE;
}

static void sleep_ms(int64_t ms) {
  struct timespec left;
  left.tv_sec = (time_t)(ms / 1000);
  left.tv_nsec = (long)(ms % 1000) * 1000000;
  while (nanosleep(&left, &left) < 0 && errno == EINTR)
    ;
}

static int act_read_eof(pier__actor *actor, const pier__value *action) {
  uint8_t bytes[65536];
  ssize_t got;
  (void)action;
  do
    got = read(actor->in, bytes, sizeof bytes);
  while (got > 0 || (got < 0 && errno == EINTR));
  return 0;
}

static int act_close(pier__actor *actor, const pier__value *action) {
  static const char *const names[] = {"stdin", "stdout", "stderr"};
  int fd;
  (void)actor;
  if (action->last->kind == PIER__INTEGER) {
    close((int)action->last->integer);
    return 0;
  }
  for (fd = 0; fd < 3; fd++)
    if (pier__value_is(action->last, names[fd])) close(fd);
  return 0;
}

static int act_use(pier__actor *actor, const pier__value *action) {
  actor->in = (int)pier__value_at(action, 1)->integer;
  actor->out = (int)action->last->integer;
  return 0;
}

static int act_sleep(pier__actor *actor, const pier__value *action) {
  (void)actor;
  sleep_ms(action->last->integer);
  return 0;
}

static int act_exit(pier__actor *actor, const pier__value *action) {
  (void)actor;
  return (int)(action->last->integer & 255) + 1;
}

static int act_kill(pier__actor *actor, const pier__value *action) {
  (void)actor;
  kill(getpid(), (int)action->last->integer);
  return 0;
}

static int act_stop(pier__actor *actor, const pier__value *action) {
  (void)actor;
  (void)action;
  kill(getpid(), SIGSTOP);
  return 0;
}

/* The child goes on with the list of the action, and has no other. */
static int act_fork(pier__actor *actor, const pier__value *action) {
  pid_t child;
  fflush(NULL);
  child = fork();
  if (child < 0) return pier__fail(PIER__PEER, PIER__FAILED, "fork: %s", strerror(errno)) + 1;
  if (child > 0) return 0;
  if (pier__value_is(action->child, "detach")) setsid();
  actor->is_child = 1;
  actor->next = action->last->child;
  return 0;
}

static int act_join(pier__actor *actor, const pier__value *action) {
  (void)actor;
  (void)action;
  while (wait(NULL) > 0 || errno == EINTR)
    ;
  return 0;
}

static int act_touch(pier__actor *actor, const pier__value *action) {
  const char *path = pier__actor_text(actor, action->last);
  int fd = path ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666) : -1;
  if (fd >= 0) close(fd);
  return 0;
}

static int act_await(pier__actor *actor, const pier__value *action) {
  const char *path = pier__actor_text(actor, action->last);
  while (path && access(path, F_OK) < 0)
    sleep_ms(LOOK_MS);
  return 0;
}

/* ---- The table -------------------------------------------------------------------- */

typedef struct row {
  const char *name;
  const char *shape; /* i number, l list, t anything */
  int (*act)(pier__actor *actor, const pier__value *action);
} row;

static const row rows[] = {
    {"write", "t", pier__act_write},
    {"write", "it", pier__act_write},
    {"frame", "it", pier__act_frame},
    {"term", "it", pier__act_term},
    {"line", "t", pier__act_line},
    {"read", "i", pier__act_read},
    {"read_frame", "i", pier__act_read_frame},
    {"read_line", "", pier__act_read_line},
    {"read_eof", "", act_read_eof},
    {"echo", "", pier__act_echo},
    {"echo", "i", pier__act_echo},
    {"echo_frames", "i", pier__act_echo_frames},
    {"close", "t", act_close},
    {"use", "ii", act_use},
    {"sleep", "i", act_sleep},
    {"exit", "i", act_exit},
    {"kill", "i", act_kill},
    {"stop", "", act_stop},
    {"fork", "l", act_fork},
    {"detach", "l", act_fork},
    {"join", "", act_join},
    {"touch", "t", act_touch},
    {"await", "t", act_await},
    {"report", "t", pier__act_report},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static bool fits(const row *r, const pier__value *action) {
  const pier__value *argument;
  if (strlen(r->shape) + 1 != action->count || !pier__value_is(action->child, r->name))
    return false;
  for (argument = action->child->next; argument; argument = argument->next) {
    char letter = r->shape[argument->index - 1];
    if (letter == 'i' && argument->kind != PIER__INTEGER) return false;
    if (letter == 'l' && !pier__value_is_list(argument)) return false;
  }
  return true;
}

static const row *find(const pier__value *action) {
  int at;
  if (action->kind != PIER__TUPLE || action->count == 0) return NULL;
  for (at = 0; at < ROWS; at++)
    if (fits(&rows[at], action)) return &rows[at];
  return NULL;
}

static int complain(const pier__value *action) {
  pier_buffer text = PIER_BUFFER_INIT;
  int status;
  pier__value_print(action, &text);
  status = pier__fail(PIER__PEER, PIER__USAGE, "no such action: %.*s", (int)text.size,
                      (const char *)text.data);
  pier_buffer_free(&text);
  return status + 1;
}

static int play(pier__actor *actor) {
  int status = 0;
  while (actor->next && status == 0) {
    const pier__value *action = actor->next;
    const row *found = find(action);
    actor->next = action->next;
    status = found ? found->act(actor, action) : complain(action);
    pier__arena_free(&actor->arena);
  }
  return status ? status - 1 : PIER__DONE;
}

static int read_actions(pier__arena *arena, const char *text, const pier__value **actions) {
  pier_buffer term = PIER_BUFFER_INIT;
  pier_diag diag = {0};
  int error = pier_term_read(&term, pier_span_text(text), NULL, NULL, &diag);
  if (error == 0) *actions = pier__value_decode(arena, pier_buffer_span(&term));
  pier_buffer_free(&term);
  if (error < 0)
    return pier__fail(PIER__PEER, PIER__USAGE, "line %u, column %u: %s", diag.line, diag.column,
                      diag.text);
  if (!*actions) return pier__fail(PIER__PEER, PIER__FAILED, "out of memory");
  if (!pier__value_is_list(*actions))
    return pier__fail(PIER__PEER, PIER__USAGE, "the actions are not a list");
  return 0;
}

int pier__peer_main(int argc, char **argv) {
  const pier__value *actions = NULL;
  pier__arena script = {0};
  pier__actor actor;
  int status;
  if (argc > 1 && strcmp(argv[1], "--help") == 0) return help();
  if (argc < 2)
    return pier__fail(PIER__PEER, PIER__USAGE, "no actions given (see %s --help)", PIER__PEER);
  status = read_actions(&script, argv[1], &actions);
  if (status == 0) {
    memset(&actor, 0, sizeof actor);
    actor.in = STDIN_FILENO;
    actor.out = STDOUT_FILENO;
    actor.rest = argv + 2;
    actor.next = actions->child;
    status = play(&actor);
  }
  pier__arena_free(&script);
  return status;
}
