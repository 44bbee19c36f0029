/* What the host tells of drivers without being asked to look for misuse: in its log, where
 * the BEAM tells its own, and of a start that fails where the BEAM crashes. */
#include "../support/cmocka_all.h"
#include "../support/rows.h"

#include <errno.h>
#include <pier/driver.h>
#include <stdio.h>
#include <string.h>

#define FOLDER "build/drivers"

enum { STEPS = 8, WORDS = 1024, PATIENCE_MS = 10000 };

/* An operation of control with its data for port p or q; 'c' closes q; 't' lets the host
 * run until something was told. */
struct step {
  char what;
  const char *text;
};

static struct row {
  const char *name, *driver;
  struct step steps[STEPS];
  const char *told;
} rows[] = {
    {"a descriptor is selected by another port",
     "select_drv",
     {{'p', "mp"}, {'p', "+ru"}, {'q', "m="}, {'q', "+ru"}, {'q', "-ru"}},
     "driver select_drv, in control: descriptor @ is taken from another port\n"},
    {"a port leaves a descriptor selected",
     "select_drv leaves",
     {{'q', "mp"}, {'q', "+ru"}, {'c', ""}},
     "driver select_drv: descriptor @ was still selected\n"},
    {"nobody to call for input",
     "edge_drv",
     {{'p', "r"}, {'t', ""}, {'p', "lr"}},
     "driver edge_drv: descriptor @ is ready, but there is no ready_input\n"},
    {"nobody to call for output",
     "edge_drv",
     {{'p', "w"}, {'t', ""}, {'p', "lw"}},
     "driver edge_drv: descriptor @ is ready, but there is no ready_output\n"},
    {"a descriptor that is not open",
     "edge_drv",
     {{'p', "x"}},
     "driver edge_drv, in control: descriptor @ cannot be waited for: Bad file descriptor\n"},
};

struct log {
  char text[WORDS];
  size_t size;
};

/* The number of a descriptor is left out. */
static void note(pier_port port, const pier_diag *fault, void *state) {
  struct log *log = state;
  const char *at = strstr(fault->text, "descriptor ");
  size_t cut = at ? (size_t)(at - fault->text) + strlen("descriptor ") : 0;
  size_t skip = at ? strspn(fault->text + cut, "0123456789") : 0;
  (void)port;
  log->size += (size_t)snprintf(log->text + log->size, WORDS - log->size, "%.*s%s%s\n",
                                (int)cut, fault->text, at ? "@" : "", fault->text + cut + skip);
}

static pier_host *open_host(struct log *log) {
  pier_host_config config;
  pier_host *host;
  pier_host_config_init(&config);
  config.log = note;
  config.log_state = log;
  assert_int_equal(pier_host_new(&host, &config), 0);
  return host;
}

static int open_driver(pier_process *me, pier_port *port, const char *command) {
  char name[64] = "";
  pier_port_options options;
  memcpy(name, command, strcspn(command, " "));
  assert_int_equal(pier_driver_load(me, FOLDER, name, NULL), 0);
  pier_port_options_init(&options, PIER_SPAWN_DRIVER, command);
  return pier_open(me, port, &options, NULL);
}

static void take(const struct step *step, pier_host *host, pier_process *me, pier_port port,
                 const struct log *log) {
  pier_buffer answer = PIER_BUFFER_INIT;
  if (step->what == 'c') {
    assert_int_equal(pier_close(me, port), 0);
  } else if (step->what == 't') {
    while (log->size == 0)
      assert_int_equal(pier_host_run_once(host, PATIENCE_MS), 1);
  } else {
    assert_int_equal(pier_port_control(me, port, (unsigned char)step->text[0],
                                       pier_span_text(step->text + 1), &answer),
                     0);
  }
  pier_buffer_free(&answer);
}

static void is_told(void **state) {
  const struct row *row = *state;
  struct log log = {.size = 0};
  pier_host *host = open_host(&log);
  pier_process *me;
  pier_port p, q;
  int i;
  assert_int_equal(pier_process_new(host, &me), 0);
  assert_int_equal(pier_trap_exit(me, 1), 0);
  assert_int_equal(open_driver(me, &p, row->driver), 0);
  assert_int_equal(open_driver(me, &q, row->driver), 0);
  for (i = 0; i < STEPS && row->steps[i].what; i++)
    take(&row->steps[i], host, me, row->steps[i].what == 'p' ? p : q, &log);
  assert_string_equal(log.text, row->told);
  pier_host_free(host);
}

static struct start {
  const char *name, *command, *told;
} starts[] = {
    {"driver_failure in start", "start_drv failure",
     "driver start_drv, in start: ended its port: 7\n"},
    {"driver_failure of 0 in start", "start_drv zero",
     "driver start_drv, in start: ended its port: normal\n"},
    {"driver_failure_atom in start", "start_drv atom",
     "driver start_drv, in start: ended its port: why\n"},
    {"driver_failure_posix in start", "start_drv posix",
     "driver start_drv, in start: ended its port: eacces\n"},
    {"driver_failure_eof in start", "start_drv eof",
     "driver start_drv, in start: ended its port: eof\n"},
    {"driver_exit in start", "start_drv exit",
     "driver start_drv, in start: ended its port: normal\n"},
};

static void fails_to_open(void **state) {
  const struct start *start = *state;
  struct log log = {.size = 0};
  pier_buffer stops = PIER_BUFFER_INIT;
  pier_host *host = open_host(&log);
  pier_process *me;
  pier_port port;
  pier_message message;
  assert_int_equal(pier_process_new(host, &me), 0);
  assert_int_equal(pier_trap_exit(me, 1), 0);
  assert_int_equal(open_driver(me, &port, start->command), -EINVAL);
  assert_string_equal(log.text, start->told);
  assert_int_equal(pier_receive(me, &message, 0), 0);
  assert_int_equal(open_driver(me, &port, "start_drv"), 0);
  assert_int_equal(pier_port_control(me, port, 0, pier_span_text(""), &stops), 0);
  assert_int_equal(stops.data[stops.size - 1], '1');
  pier_buffer_free(&stops);
  pier_host_free(host);
}

int main(void) {
  int failed = RUN_ROWS(rows, is_told);
  return failed + RUN_ROWS(starts, fails_to_open);
}
