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
static int writes, gatherings;
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
  writes++;
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

static void gather(struct pier__port *port) {
  (void)port;
  gatherings++;
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
                                        .gather = gather,
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
  writes = gatherings = 0;
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
  pier_message message;
  (void)state;
  begin(0);
  assert_int_equal(pier__framer_feed(&port.framer, pier_span_of("\0\0\0\5abc", 7)), 0);
  pier__port_input(&port, 7, &message);
  assert_int_equal(pier__port_next(&port, &message), 0);
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

/* ---- Many at once ------------------------------------------------------------ */

static const pier_span three[] = {
    {(const uint8_t *)"ab", 2}, {(const uint8_t *)"", 0}, {(const uint8_t *)"cde", 3}};
static const char three_framed[] = "\0\0\0\2ab\0\0\0\0\0\0\0\3cde";
enum { THREE_FRAMED = sizeof three_framed - 1 };

static void drain(void) {
  pipe_room = 1;
  while (pier__queue_size(&port.queue) > 0)
    pier__port_writable(&port);
}

static void a_batch_cut_anywhere_arrives_whole(void **state) {
  ssize_t cut;
  (void)state;
  for (cut = 0; cut <= THREE_FRAMED; cut++) {
    begin(0);
    pipe_room = cut;
    assert_int_equal(pier__port_commands(&port, three, 3, 0), 3);
    assert_int_equal(writes, 1);
    assert_int_equal(pier__queue_size(&port.queue), THREE_FRAMED - cut);
    assert_int_equal(port.output, 5);
    drain();
    assert_int_equal(taken_size, THREE_FRAMED);
    assert_memory_equal(taken, three_framed, THREE_FRAMED);
    end("");
  }
}

/* Behind what is queued there is nothing to write together. */
static void a_batch_goes_behind_the_queue(void **state) {
  (void)state;
  begin(0);
  pipe_room = 0;
  assert_int_equal(pier__port_command(&port, pier_span_text("x")), 0);
  assert_int_equal(pier__port_commands(&port, three, 3, 0), 3);
  drain();
  assert_memory_equal(taken, "\0\0\0\1x", 5);
  assert_memory_equal(taken + 5, three_framed, THREE_FRAMED);
  end("");
}

static void a_busy_port_takes_no_more(void **state) {
  (void)state;
  begin(0);
  port.busy_high = 8;
  port.busy_low = 4;
  pipe_room = 0;
  assert_int_equal(pier__port_command(&port, pier_span_text("abcd")), 0);
  assert_int_equal(pier__port_commands(&port, three, 3, 0), 0);
  assert_int_equal(pier__port_commands(&port, three, 3, 1), 3);
  assert_int_equal(pier__queue_size(&port.queue), 8 + THREE_FRAMED);
  pipe_room = sizeof taken;
  pier__port_writable(&port);
  assert_int_equal(taken_size, 8 + THREE_FRAMED);
  end("calm");
}

/* As if one after the other: those before it arrive. */
static void a_payload_too_long_ends_the_batch(void **state) {
  static uint8_t long_one[256];
  const pier_span frames[] = {
      pier_span_text("ab"), {long_one, sizeof long_one}, pier_span_text("cd")};
  (void)state;
  begin(0);
  port.framing = pier_framing_packet(1);
  assert_int_equal(pier__port_commands(&port, frames, 3, 0), 2);
  assert_int_equal(taken_size, 3);
  assert_memory_equal(taken, "\2ab", 3);
  end("exit einval, bury");
}

static void a_batch_that_fails_ends_it(void **state) {
  (void)state;
  begin(0);
  pipe_room = -EPIPE;
  assert_int_equal(pier__port_commands(&port, three, 3, 0), 3);
  assert_int_equal(pier__port_commands(&port, three, 3, 0), 0);
  end("exit epipe, bury");
}

/* ---- Corked -------------------------------------------------------------------- */

static void send_three(void) {
  int i;
  for (i = 0; i < 3; i++)
    assert_int_equal(pier__port_command(&port, three[i]), 0);
}

static void a_corked_port_writes_once_wherever_it_is_cut(void **state) {
  ssize_t cut;
  (void)state;
  for (cut = 0; cut <= THREE_FRAMED; cut++) {
    begin(0);
    pier__port_cork(&port, 1);
    pipe_room = cut;
    send_three();
    pier__port_writable(&port); /* the pipe says so: it waits all the same */
    assert_int_equal(writes, 0);
    assert_int_equal(gatherings, 1);
    assert_int_equal(pier__port_queued(&port), THREE_FRAMED);
    pier__port_flush(&port);
    assert_int_equal(writes, 1);
    assert_int_equal(pier__queue_size(&port.queue), THREE_FRAMED - cut);
    send_three();
    pier__port_cork(&port, 0);
    drain();
    assert_int_equal(taken_size, 2 * THREE_FRAMED);
    assert_memory_equal(taken, three_framed, THREE_FRAMED);
    assert_memory_equal(taken + THREE_FRAMED, three_framed, THREE_FRAMED);
    end("");
  }
}

/* What is gathered makes no port busy; what a full pipe has left of it does. */
static void busy_begins_where_the_pipe_is_full(void **state) {
  (void)state;
  begin(0);
  port.busy_high = 8;
  port.busy_low = 4;
  pipe_room = 3;
  pier__port_cork(&port, 1);
  send_three();
  assert_int_equal(port.busy, 0);
  pier__port_flush(&port);
  assert_int_equal(port.busy, 1);
  pipe_room = sizeof taken;
  pier__port_writable(&port);
  assert_int_equal(port.busy, 0);
  assert_memory_equal(taken, three_framed, THREE_FRAMED);
  end("calm");
}

static void a_pipe_full_does_not_wait(void **state) {
  static uint8_t many[40000];
  (void)state;
  begin(0);
  pipe_room = 0;
  pier__port_cork(&port, 1);
  assert_int_equal(pier__port_command(&port, pier_span_of(many, sizeof many)), 0);
  assert_int_equal(writes, 0);
  assert_int_equal(pier__port_command(&port, pier_span_of(many, sizeof many)), 0);
  assert_int_equal(writes, 1);
  assert_int_equal(port.busy, 1);
  assert_int_equal(pier__port_queued(&port), 2 * (sizeof many + 4));
  pier__port_abandon(&port);
  end("bury");
}

/* One way to end a corked port: what it has goes first, as it would have gone. */
static void close_it(void) {
  pier__port_close(&port, somebody);
}

static void kill_it(void) {
  struct pier__atom atom;
  pier__port_exit(&port, pier__atom(&atom, "killed"), 1);
}

static void end_its_input(void) {
  pier__port_input_end(&port);
}

static void what_is_corked_goes_before_the_end(void **state) {
  static void (*const ways[])(void) = {close_it, kill_it, end_its_input};
  static const char *const logs[] = {"exit normal, closed, bury", "exit other, bury",
                                     "exit normal, bury"};
  size_t i;
  (void)state;
  for (i = 0; i < sizeof ways / sizeof ways[0]; i++) {
    begin(0);
    pier__port_cork(&port, 1);
    send_three();
    ways[i]();
    assert_int_equal(taken_size, THREE_FRAMED);
    assert_memory_equal(taken, three_framed, THREE_FRAMED);
    end(logs[i]);
  }
}

/* A close waits for the rest, and takes a write that fails as the end. */
static void a_close_waits_for_what_was_corked(void **state) {
  (void)state;
  begin(0);
  pier__port_cork(&port, 1);
  pipe_room = 4;
  send_three();
  close_it();
  note("-");
  drain();
  assert_memory_equal(taken, three_framed, THREE_FRAMED);
  end("exit normal, -, closed, bury");
  begin(0);
  pier__port_cork(&port, 1);
  pipe_room = -EPIPE;
  send_three();
  close_it();
  end("exit normal, closed, bury");
}

static void a_flush_that_fails_ends_it(void **state) {
  (void)state;
  begin(0);
  pier__port_cork(&port, 1);
  pipe_room = -EPIPE;
  send_three();
  pier__port_cork(&port, 0);
  assert_int_equal(pier__port_command(&port, three[0]), PIER_EBADARG);
  end("exit epipe, bury");
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
      cmocka_unit_test(a_batch_cut_anywhere_arrives_whole),
      cmocka_unit_test(a_batch_goes_behind_the_queue),
      cmocka_unit_test(a_busy_port_takes_no_more),
      cmocka_unit_test(a_payload_too_long_ends_the_batch),
      cmocka_unit_test(a_batch_that_fails_ends_it),
      cmocka_unit_test(a_corked_port_writes_once_wherever_it_is_cut),
      cmocka_unit_test(busy_begins_where_the_pipe_is_full),
      cmocka_unit_test(a_pipe_full_does_not_wait),
      cmocka_unit_test(what_is_corked_goes_before_the_end),
      cmocka_unit_test(a_close_waits_for_what_was_corked),
      cmocka_unit_test(a_flush_that_fails_ends_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
