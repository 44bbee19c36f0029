/* The port without its descriptors: events in, a log of what it asked for out. */
#include "../support/cmocka_all.h"

#include "port/port.h"
#include "port/reason.h"

#include <errno.h>
#include <string.h>

/* What the port did, in order: "eof", "announce epipe", "bury", ... */
static pier_buffer done;
static uint8_t taken[256];
static size_t taken_size;
static ssize_t pipe_room; /* what the next write takes; negative: its error */

static void note(const char *what) {
  if (done.size > 0) pier_buffer_append_text(&done, ", ");
  pier_buffer_append_text(&done, what);
}

static void deliver(struct pier__port *port, pier_pid to, const pier_message *message) {
  static const char *const names[] = {"data", "eof", "status", "closed", "connected"};
  (void)port;
  (void)to;
  note(names[message->kind]);
}

static void calm(struct pier__port *port) {
  (void)port;
  note("calm");
}

static void announce(struct pier__port *port, pier_span reason) {
  (void)port;
  note(pier__is_atom(reason, "normal")   ? "exit normal"
       : pier__is_atom(reason, "epipe")  ? "exit epipe"
       : pier__is_atom(reason, "einval") ? "exit einval"
                                         : "exit other");
}

static ssize_t write_some(struct pier__port *port, const struct iovec *parts, int count) {
  size_t room = (size_t)pipe_room, written = 0;
  int i;
  (void)port;
  if (pipe_room < 0) return pipe_room;
  for (i = 0; i < count && room > 0; i++) {
    size_t size = parts[i].iov_len < room ? parts[i].iov_len : room;
    memcpy(taken + taken_size, parts[i].iov_base, size);
    taken_size += size;
    written += size;
    room -= size;
  }
  return (ssize_t)written;
}

static int want_write(struct pier__port *port, int on) {
  (void)port;
  (void)on;
  return 0;
}

static void stop_reading(struct pier__port *port) {
  (void)port;
}

static void report(struct pier__port *port, const pier_diag *fault) {
  (void)port;
  note(pier_error_name(fault->error));
}

static void bury(struct pier__port *port) {
  (void)port;
  note("bury");
}

static const struct pier__port_io io = {.deliver = deliver,
                                        .calm = calm,
                                        .announce = announce,
                                        .write = write_some,
                                        .want_write = want_write,
                                        .stop_reading = stop_reading,
                                        .report = report,
                                        .bury = bury};

static struct pier__port port;
static const pier_pid nobody = {0}, somebody = {7};

static void begin(unsigned flags) {
  pier_port_options options;
  pier_limits limits;
  pier_port_options_init(&options, PIER_SPAWN, "x");
  options.flags = flags;
  options.framing = pier_framing_packet(4);
  pier_limits_init(&limits);
  taken_size = 0;
  pipe_room = sizeof taken;
  assert_int_equal(pier__port_init(&port, &io, &options, &limits), 0);
}

static void end(const char *expected) {
  pier_buffer_append_byte(&done, 0);
  assert_string_equal((char *)done.data, expected);
  pier_buffer_free(&done);
  pier__port_deinit(&port);
}

/* A command of 12 bytes with its header, cut after each of its bytes. */
static void a_command_cut_anywhere_arrives_whole(void **state) {
  ssize_t cut;
  (void)state;
  for (cut = 0; cut <= 12; cut++) {
    begin(0);
    pipe_room = cut;
    assert_int_equal(pier__port_command(&port, pier_span_text("12345678")), 0);
    assert_int_equal(pier__queue_size(&port.queue), 12 - cut);
    pipe_room = 1;
    while (pier__queue_size(&port.queue) > 0)
      pier__port_writable(&port);
    assert_int_equal(taken_size, 12);
    assert_memory_equal(taken, "\0\0\0\b12345678", 12);
    assert_int_equal(port.output, 8);
    end("");
  }
}

static void commands_queue_in_order(void **state) {
  (void)state;
  begin(0);
  pipe_room = 0;
  assert_int_equal(pier__port_command(&port, pier_span_text("ab")), 0);
  assert_int_equal(pier__port_command(&port, pier_span_text("")), 0);
  pipe_room = 5;
  assert_int_equal(pier__port_command(&port, pier_span_text("c")), 0);
  while (pier__queue_size(&port.queue) > 0)
    pier__port_writable(&port);
  assert_memory_equal(taken, "\0\0\0\2ab\0\0\0\0\0\0\0\1c", 15);
  end("");
}

static void a_failed_write_ends_it(void **state) {
  (void)state;
  begin(PIER_PORT_EXIT_STATUS | PIER_PORT_EOF);
  pipe_room = -EPIPE;
  assert_int_equal(pier__port_command(&port, pier_span_text("ab")), 0);
  assert_int_equal(pier__port_command(&port, pier_span_text("ab")), PIER_EBADARG);
  pier__port_reaped(&port, 0);
  pier__port_input_end(&port);
  end("exit epipe, bury");
}

static void status_needs_both_ends(void **state) {
  (void)state;
  begin(PIER_PORT_EXIT_STATUS);
  pier__port_reaped(&port, 3);
  assert_int_equal(done.size, 0);
  pier__port_input_end(&port);
  end("status, exit normal, bury");
  begin(PIER_PORT_EXIT_STATUS);
  pier__port_input_end(&port);
  assert_int_equal(done.size, 0);
  pier__port_reaped(&port, 3);
  end("status, exit normal, bury");
}

static void without_status_the_reap_is_nothing(void **state) {
  (void)state;
  begin(0);
  pier__port_reaped(&port, 3);
  assert_int_equal(done.size, 0);
  pier__port_input_end(&port);
  end("exit normal, bury");
}

static void eof_comes_once(void **state) {
  (void)state;
  begin(PIER_PORT_EOF | PIER_PORT_EXIT_STATUS);
  pier__port_input_end(&port);
  pier__port_reaped(&port, 0);
  pier__port_reaped(&port, 0);
  end("status, eof");
}

static void closing_waits_for_the_queue(void **state) {
  (void)state;
  begin(0);
  pipe_room = 0;
  assert_int_equal(pier__port_command(&port, pier_span_text("ab")), 0);
  pier__port_close(&port, somebody);
  pier__port_close(&port, somebody);
  pipe_room = 3;
  pier__port_writable(&port);
  note("-");
  pier__port_writable(&port);
  end("exit normal, -, closed, bury");
}

static void closing_ends_with_the_input(void **state) {
  (void)state;
  begin(0);
  pipe_room = 0;
  assert_int_equal(pier__port_command(&port, pier_span_text("ab")), 0);
  pier__port_close(&port, nobody);
  pier__port_input_end(&port);
  end("exit normal, bury");
}

static void a_truncated_frame_is_reported(void **state) {
  (void)state;
  begin(0);
  assert_int_equal(pier__framer_feed(&port.framer, pier_span_of("\0\0\0\5abc", 7)), 0);
  pier__port_input(&port, 7);
  pier__port_input_end(&port);
  end("PIER_ETRUNCATED, exit normal, bury");
}

static void discarding_does_not_wait(void **state) {
  struct pier__atom atom;
  (void)state;
  begin(0);
  pipe_room = 0;
  assert_int_equal(pier__port_command(&port, pier_span_text("ab")), 0);
  pier__port_exit(&port, pier__atom(&atom, "killed"), 1);
  end("exit other, bury");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_command_cut_anywhere_arrives_whole),
      cmocka_unit_test(commands_queue_in_order),
      cmocka_unit_test(a_failed_write_ends_it),
      cmocka_unit_test(status_needs_both_ends),
      cmocka_unit_test(without_status_the_reap_is_nothing),
      cmocka_unit_test(eof_comes_once),
      cmocka_unit_test(closing_waits_for_the_queue),
      cmocka_unit_test(closing_ends_with_the_input),
      cmocka_unit_test(a_truncated_frame_is_reported),
      cmocka_unit_test(discarding_does_not_wait),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
