/* Lent bytes in the port alone: they lie where they are until they have gone, and whoever
 * lent them is told once. Each is a block of its own, freed by its release: a release too
 * early, too late or twice is found by the sanitizer, too. */
#include "../support/cmocka_all.h"
#include "../support/memory.h"

#include "port/port.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER = 4, PAGE = 4096, SIZE = 5000, MANY = 50, ROOM = MANY * (SIZE + HEADER) };

static uint8_t taken[ROOM], expected[ROOM];
static size_t taken_size, expected_size;
static ssize_t pipe_room; /* what the next write takes; negative: its error */
static int writes, released;

static void deliver(struct pier__port *port, pier_pid to, const pier_message *message) {
  (void)port;
  (void)to;
  (void)message;
}

static void no_more(struct pier__port *port) {
  (void)port;
}

static void announce(struct pier__port *port, pier_span reason) {
  (void)port;
  (void)reason;
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

static void take_whole(struct pier__port *port, pier_span data) {
  (void)port;
  memcpy(taken + taken_size, data.data, data.size);
  taken_size += data.size;
}

static const struct pier__port_io pipe_io = {.deliver = deliver,
                                             .calm = no_more,
                                             .announce = announce,
                                             .write = write_some,
                                             .want_write = want_write,
                                             .gather = no_more,
                                             .stop_reading = no_more,
                                             .bury = no_more};
static struct pier__port_io driver_io;
static struct pier__port port;
static const pier_pid nobody = {0};

static void begin(pier_name_kind kind) {
  pier_port_options options;
  pier_limits limits;
  pier_port_options_init(&options, kind, "x");
  options.framing = pier_framing_packet(4);
  pier_limits_init(&limits);
  taken_size = expected_size = 0;
  writes = released = 0;
  pipe_room = sizeof taken;
  assert_int_equal(pier__port_init(&port, &pipe_io, &options, &limits), 0);
}

static void end(int releases) {
  pier__port_deinit(&port);
  assert_int_equal(released, releases);
}

static void expect(const uint8_t *bytes, size_t size) {
  const uint8_t header[HEADER] = {0, 0, (uint8_t)(size >> 8), (uint8_t)size};
  memcpy(expected + expected_size, header, HEADER);
  memcpy(expected + expected_size + HEADER, bytes, size);
  expected_size += HEADER + size;
}

static void release(void *block) {
  free(block);
  released++;
}

/* As pier_command_lent does it: 1 if the queue has the bytes now. */
static int lend_block(uint8_t *block, size_t size, int *error) {
  pier_lent lent = {.release = release};
  int queued;
  assert_non_null(block);
  memset(block, 'a' + (int)(expected_size % 26), size);
  expect(block, size);
  lent.data = pier_span_of(block, size);
  lent.state = block;
  *error = pier__port_command_lent(&port, &lent);
  queued = !lent.release;
  pier__lent_over(&lent);
  return queued;
}

static int lend(size_t size, int *error) {
  return lend_block(malloc(size), size, error);
}

static int lend_some(size_t size) {
  int error, queued = lend(size, &error);
  assert_int_equal(error, 0);
  return queued;
}

static void copy_some(size_t size) {
  uint8_t bytes[64];
  memset(bytes, 'A' + (int)(expected_size % 26), size);
  expect(bytes, size);
  assert_int_equal(pier__port_command(&port, pier_span_of(bytes, size)), 0);
}

static void drain(void) {
  while (pier__queue_size(&port.queue) > 0)
    pier__port_writable(&port);
}

static void expect_all_taken(void) {
  assert_int_equal(taken_size, expected_size);
  assert_memory_equal(taken, expected, expected_size);
}

/* What is left is lent as long as it is worth it, and copied when it is little. */
static void cut_anywhere_it_arrives_whole(void **state) {
  ssize_t cut;
  (void)state;
  for (cut = 0; cut <= SIZE + HEADER; cut++) {
    int queued;
    begin(PIER_SPAWN);
    pipe_room = cut;
    queued = lend_some(SIZE);
    assert_int_equal(queued, cut <= SIZE + HEADER - 4096);
    assert_int_equal(released, !queued);
    assert_int_equal(pier__queue_size(&port.queue), SIZE + HEADER - cut);
    assert_int_equal(port.output, SIZE);
    pipe_room = 997;
    while (pier__queue_size(&port.queue) > 0) {
      assert_int_equal(released, !queued);
      pier__port_writable(&port);
    }
    assert_int_equal(released, 1);
    expect_all_taken();
    end(1);
  }
}

/* Behind a header, what begins a page would be copied slowly by the system. */
static void what_lies_badly_is_copied_once_more(void **state) {
  ssize_t cut;
  int error;
  (void)state;
  for (cut = -EPIPE; cut <= SIZE + HEADER; cut += cut < 0 ? EPIPE : 13) {
    begin(PIER_SPAWN);
    pipe_room = cut;
    assert_false(lend_block(aligned_alloc(PAGE, 2 * PAGE), SIZE, &error));
    assert_int_equal(error, 0);
    assert_int_equal(released, 1);
    assert_int_equal(writes, 1);
    assert_int_equal(port.state, cut < 0 ? PIER__PORT_DEAD : PIER__PORT_OPEN);
    if (cut >= 0) assert_int_equal(pier__queue_size(&port.queue), SIZE + HEADER - cut);
    pipe_room = 997;
    drain();
    if (cut >= 0) expect_all_taken();
    end(1);
  }
}

static void order_is_that_of_the_commands(void **state) {
  static const ssize_t rooms[] = {1, 3, 4095, 4096, 5004, 20000, ROOM};
  size_t i;
  (void)state;
  for (i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
    begin(PIER_SPAWN);
    pipe_room = 2;
    copy_some(20);
    assert_true(lend_some(SIZE));
    copy_some(0);
    copy_some(7);
    assert_true(lend_some(4096));
    assert_true(lend_some(SIZE));
    assert_false(lend_some(100));
    copy_some(64);
    assert_int_equal(released, 1);
    assert_int_equal(pier__queue_size(&port.queue), expected_size - 2);
    pipe_room = rooms[i];
    drain();
    expect_all_taken();
    end(4);
  }
}

/* A pipe says once that it takes more: whatever it takes has to go then. */
static void one_turn_writes_all_that_the_pipe_takes(void **state) {
  int i;
  (void)state;
  begin(PIER_SPAWN);
  pipe_room = 0;
  for (i = 0; i < MANY; i++)
    assert_true(lend_some(SIZE));
  writes = 0;
  pipe_room = ROOM;
  pier__port_writable(&port);
  assert_int_equal(pier__queue_size(&port.queue), 0);
  assert_in_range(writes, 2, MANY);
  expect_all_taken();
  end(MANY);
}

static void a_busy_port_is_calm_again(void **state) {
  (void)state;
  begin(PIER_SPAWN);
  pipe_room = 0;
  lend_some(SIZE);
  assert_false(port.busy);
  lend_some(SIZE);
  assert_true(port.busy);
  pipe_room = SIZE;
  pier__port_writable(&port);
  assert_true(port.busy);
  pier__port_writable(&port);
  assert_false(port.busy);
  end(2);
}

static void a_failed_write_releases(void **state) {
  int error;
  (void)state;
  begin(PIER_SPAWN);
  pipe_room = -EPIPE;
  assert_false(lend_some(SIZE));
  assert_int_equal(released, 1);
  assert_int_equal(port.state, PIER__PORT_DEAD);
  assert_false(lend(SIZE, &error));
  assert_int_equal(error, PIER_EBADARG);
  end(2);
  begin(PIER_SPAWN);
  pipe_room = 10;
  lend_some(SIZE);
  lend_some(SIZE);
  assert_int_equal(released, 0);
  pipe_room = -EPIPE;
  pier__port_writable(&port);
  assert_int_equal(released, 2);
  end(2);
}

static void a_closing_port_writes_it_first(void **state) {
  (void)state;
  begin(PIER_SPAWN);
  pipe_room = 10;
  lend_some(SIZE);
  pier__port_close(&port, nobody);
  assert_int_equal(port.state, PIER__PORT_CLOSING);
  assert_int_equal(released, 0);
  pipe_room = ROOM;
  drain();
  assert_int_equal(released, 1);
  assert_int_equal(port.state, PIER__PORT_DEAD);
  expect_all_taken();
  end(1);
}

static void an_end_without_a_flush_releases(void **state) {
  (void)state;
  begin(PIER_SPAWN);
  pipe_room = 10;
  lend_some(SIZE);
  pier__port_abandon(&port);
  assert_int_equal(released, 1);
  end(1);
  begin(PIER_SPAWN);
  pipe_room = 10;
  lend_some(SIZE);
  end(1);
}

static void a_corked_port_gathers_it(void **state) {
  int i;
  (void)state;
  for (i = 0; i < 2; i++) {
    int some;
    begin(PIER_SPAWN);
    pier__port_cork(&port, 1);
    for (some = 0; some < 10; some++) {
      assert_true(lend_some(SIZE));
      copy_some(9);
    }
    assert_int_equal(writes, 0);
    if (i == 0)
      pier__port_flush(&port);
    else
      pier__port_close(&port, nobody);
    assert_int_equal(pier__queue_size(&port.queue), 0);
    expect_all_taken();
    end(10);
  }
}

/* Others than pipes of programs copy it. */
static void ports_of_descriptors_and_drivers_need_it_no_longer(void **state) {
  (void)state;
  begin(PIER_FD);
  assert_false(lend_some(SIZE));
  copy_some(3);
  assert_false(lend_some(SIZE));
  assert_int_equal(released, 2);
  pipe_room = 999;
  drain();
  expect_all_taken();
  end(2);
  driver_io = pipe_io;
  driver_io.output = take_whole;
  begin(PIER_SPAWN_DRIVER);
  port.io = &driver_io;
  assert_false(lend_some(SIZE));
  assert_int_equal(taken_size, SIZE);
  assert_memory_equal(taken, expected + HEADER, SIZE);
  end(1);
}

/* Memory runs out at any point of it: the port ends, nothing is lost or told twice. */
static void without_memory_each_is_released_once(void **state) {
  size_t n = 0;
  (void)state;
  do {
    int i, error, all = 1;
    memory_begin(++n);
    begin(PIER_SPAWN);
    lend_block(aligned_alloc(PAGE, 2 * PAGE), SIZE, &error);
    pipe_room = 10;
    for (i = 0; i < 4; i++, all++)
      lend(SIZE, &error);
    if (port.state == PIER__PORT_OPEN) copy_some(60);
    pipe_room = SIZE;
    if (port.state == PIER__PORT_OPEN) pier__port_writable(&port);
    end(all);
    memory_end();
    assert_int_equal(memory_counted.live, 0);
    assert_true(n < 100);
  } while (memory_counted.calls >= n);
  assert_true(n > 4);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cut_anywhere_it_arrives_whole),
      cmocka_unit_test(what_lies_badly_is_copied_once_more),
      cmocka_unit_test(order_is_that_of_the_commands),
      cmocka_unit_test(one_turn_writes_all_that_the_pipe_takes),
      cmocka_unit_test(a_busy_port_is_calm_again),
      cmocka_unit_test(a_failed_write_releases),
      cmocka_unit_test(a_closing_port_writes_it_first),
      cmocka_unit_test(an_end_without_a_flush_releases),
      cmocka_unit_test(a_corked_port_gathers_it),
      cmocka_unit_test(ports_of_descriptors_and_drivers_need_it_no_longer),
      cmocka_unit_test(without_memory_each_is_released_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
