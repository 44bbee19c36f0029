/* Processes that end while the host is at work for them: the driver that gets their command,
 * or that starts their port, ends something that they are linked to. */
#include "../support/cmocka_all.h"
#include "../support/rows.h"

#include <erl_driver.h>
#include <errno.h>
#include <pier/driver.h>
#include <string.h>

enum { TURNS = 8 };

/* ---- The driver ---------------------------------------------------------------------- */

static ErlDrvPort first;
static int stops;

static void end(ErlDrvPort port) {
  char why[] = "why";
  driver_failure_atom(port, why);
}

/* "ender other" ends the port that was opened first, "ender acks" too, and is to say itself
 * when it has started. */
static ErlDrvData start(ErlDrvPort port, char *command) {
  if (strcmp(command, "ender") == 0)
    first = port;
  else
    end(first);
  if (strcmp(command, "ender fails") == 0) return ERL_DRV_ERROR_GENERAL;
  return (ErlDrvData)port;
}

static void stop(ErlDrvData data) {
  (void)data;
  stops++;
}

static void output(ErlDrvData data, char *bytes, ErlDrvSizeT size) {
  (void)bytes, (void)size;
  end((ErlDrvPort)data);
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned busy, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  (void)bytes, (void)size, (void)answer, (void)room;
  set_busy_port((ErlDrvPort)data, (int)busy);
  return 0;
}

static char name[] = "ender";
static ErlDrvEntry entry = {.start = start,
                            .stop = stop,
                            .output = output,
                            .control = control,
                            .driver_name = name,
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
                            .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION};

/* ---- The tests ----------------------------------------------------------------------- */

struct place {
  pier_host *host;
  pier_process *me, *other;
  pier_port port;
};

static int open_port(struct place *place, pier_port *port, const char *command, unsigned acks) {
  pier_port_options options;
  entry.driver_flags = acks;
  pier_port_options_init(&options, PIER_SPAWN_DRIVER, command);
  return pier_open(place->me, port, &options, NULL);
}

static void set_up(struct place *place) {
  stops = 0;
  assert_int_equal(pier_host_new(&place->host, NULL), 0);
  assert_int_equal(pier_driver_enable(place->host), 0);
  assert_int_equal(pier_driver_add(place->host, &entry), 0);
  assert_int_equal(pier_process_new(place->host, &place->me), 0);
  assert_int_equal(pier_process_new(place->host, &place->other), 0);
  assert_int_equal(open_port(place, &place->port, name, 0), 0);
}

static void run(struct place *place) {
  int i;
  for (i = 0; i < TURNS; i++)
    assert_true(pier_host_run_once(place->host, 0) >= 0);
}

static void set_busy(const struct place *place, unsigned busy) {
  pier_buffer answer = PIER_BUFFER_INIT;
  assert_int_equal(
      pier_port_control(place->other, place->port, busy, pier_span_text(""), &answer), 0);
  pier_buffer_free(&answer);
}

static void released(void *state) {
  ++*(int *)state;
}

static int command_many(struct place *place, int *count) {
  const pier_span spans[] = {{(const uint8_t *)"a", 1}, {(const uint8_t *)"b", 1}};
  *count = 1;
  return pier_commands(place->me, place->port, spans, 2, PIER_LATER, NULL);
}

static int command_lent(struct place *place, int *count) {
  const pier_lent lent = {pier_span_text("lent"), released, count};
  return pier_command_lent(place->me, place->port, &lent, PIER_LATER);
}

static int command_one(struct place *place, int *count) {
  *count = 1;
  return pier_command_with(place->me, place->port, pier_span_text("one"), PIER_LATER);
}

static struct row {
  const char *name;
  int (*command)(struct place *place, int *count);
} rows[] = {{"a command that waited", command_one},
            {"several that waited", command_many},
            {"a lent one that waited", command_lent}};

/* The port ends in the driver's output, and its owner with it. */
static void ends_of_command(void **state) {
  const struct row *row = *state;
  struct place place;
  int count = 0;
  set_up(&place);
  set_busy(&place, 1);
  assert_int_equal(row->command(&place, &count), 1);
  run(&place);
  assert_int_equal(stops, 0);
  set_busy(&place, 0);
  run(&place);
  assert_int_equal(stops, 1);
  assert_int_equal(count, 1);
  assert_false(pier_process_alive(place.host, pier_self(place.me)));
  pier_host_free(place.host);
}

static struct opening {
  const char *name, *command;
  unsigned acks;
  int result, stops;
} openings[] = {
    {"in start", "ender other", 0, 0, 2},
    {"in start, which fails", "ender fails", 0, -EINVAL, 1},
    {"in start, which is to be acknowledged", "ender other", ERL_DRV_FLAG_USE_INIT_ACK, 0, 2}};

/* Another port ends in start, and the owner of both with it. */
static void ends_of_start(void **state) {
  const struct opening *row = *state;
  struct place place;
  pier_port port;
  set_up(&place);
  assert_int_equal(open_port(&place, &port, row->command, row->acks), row->result);
  run(&place);
  assert_int_equal(stops, row->stops);
  assert_false(pier_process_alive(place.host, pier_self(place.me)));
  pier_host_free(place.host);
}

int main(void) {
  int failed = RUN_ROWS(rows, ends_of_command);
  return failed + RUN_ROWS(openings, ends_of_start);
}
