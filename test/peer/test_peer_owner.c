/* Owners that read slowly, or not; a program that is stopped; what the environment
 * asks for. Each with the blocking loop and with libuv. */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <pier.h>

#include "../support/child.h"
#include "../support/frames.h"
#include "../support/loops.h"
#include "../support/peer_program.h"
#include "../support/rest.h"

/* Writes as it goes and reads a byte at a time. */
static void reads_bytes(struct child *child, pier_span input, pier_buffer *output) {
  size_t expected = input.size;
  fcntl(child->to, F_SETFL, O_NONBLOCK);
  while (output->size < expected) {
    struct pollfd fds[2] = {{child->from, POLLIN, 0}, {child->to, POLLOUT, 0}};
    uint8_t byte;
    ssize_t count;
    if (input.size == 0) fds[1].fd = -1;
    assert_true(poll(fds, 2, 20000) > 0);
    if (fds[0].revents && read(child->from, &byte, 1) == 1)
      pier_buffer_append_byte(output, byte);
    if (!fds[1].revents) continue;
    count = write(child->to, input.data, input.size);
    if (count > 0) input = pier_span_of(input.data + count, input.size - (size_t)count);
  }
}

static void an_owner_that_reads_bytes(struct peer_setting *setting) {
  pier_buffer input = PIER_BUFFER_INIT, output = PIER_BUFFER_INIT;
  char said[512];
  struct child child;
  setting->flags = CHILD_SMALL_PIPES;
  append_big(&input, 20000);
  append_big(&input, 0);
  append_big(&input, 5000);
  child_start(&child, setting->flags, echo_program, setting);
  reads_bytes(&child, pier_buffer_span(&input), &output);
  assert_int_equal(child_end(&child, said, sizeof said), 0);
  assert_string_equal(said, "");
  expect_bytes(&output, &input);
  pier_buffer_free(&input);
  pier_buffer_free(&output);
}

/* Answers wait, and the owner does not read: all requests are taken all the same,
 * and the program sleeps until the owner reads again. */
static void an_owner_that_does_not_read(struct peer_setting *setting) {
  pier_buffer input = PIER_BUFFER_INIT, output = PIER_BUFFER_INIT;
  char said[512];
  struct child child;
  int from;
  setting->flags = CHILD_SMALL_PIPES;
  append_big(&input, 300000);
  append_big(&input, 300000);
  child_start(&child, setting->flags, echo_program, setting);
  from = child.from;
  child.from = -1;
  child_exchange(&child, pier_buffer_span(&input), SIZE_MAX, &output, 0);
  expect_rest(child.pid);
  child.from = from;
  child_exchange(&child, pier_span_of(NULL, 0), 1, &output, input.size);
  expect_rest(child.pid);
  assert_int_equal(child_end(&child, said, sizeof said), 0);
  expect_bytes(&output, &input);
  pier_buffer_free(&input);
  pier_buffer_free(&output);
}

static void stopped_and_continued(struct peer_setting *setting) {
  pier_buffer input = PIER_BUFFER_INIT, output = PIER_BUFFER_INIT;
  char said[512];
  struct child child;
  size_t i, at, step;
  for (i = 0; i < 20; i++)
    append_big(&input, 100);
  child_start(&child, 0, echo_program, setting);
  for (at = 0; at < input.size; at += step) {
    step = input.size - at < 77 ? input.size - at : 77;
    kill(child.pid, SIGSTOP);
    assert_int_equal(write(child.to, input.data + at, step), step);
    kill(child.pid, SIGCONT);
  }
  child_exchange(&child, pier_span_of(NULL, 0), 1, &output, input.size);
  assert_int_equal(child_end(&child, said, sizeof said), 0);
  expect_bytes(&output, &input);
  pier_buffer_free(&input);
  pier_buffer_free(&output);
}

/* Polling changes nothing but the time; the owner's pauses are no reason to go on. */
static void with_polling(struct peer_setting *setting) {
  pier_buffer input = PIER_BUFFER_INIT, output = PIER_BUFFER_INIT;
  char said[512];
  struct child child;
  size_t at, step;
  int i;
  for (i = 0; i < 300; i++)
    append_big(&input, i % 7 == 0 ? 66000 : i % 50);
  setenv("PIER_POLL_US", "2000", 1);
  child_start(&child, 0, echo_program, setting);
  unsetenv("PIER_POLL_US");
  for (at = 0; at < input.size; at += step) {
    step = input.size - at < 33333 ? input.size - at : 33333;
    child_exchange(&child, pier_span_of(input.data + at, step), 10007, &output,
                   at < 70000 ? 0 : at - 70000); /* a frame may still lack its end */
    if (at / 33333 % 20 == 0) usleep(3000);
  }
  child_exchange(&child, pier_span_of(NULL, 0), 1, &output, input.size);
  expect_rest(child.pid);
  assert_int_equal(child_end(&child, said, sizeof said), 0);
  assert_string_equal(said, "");
  expect_bytes(&output, &input);
  pier_buffer_free(&input);
  pier_buffer_free(&output);
}

/* All that a program says when it gets nothing; its status and its words. */
static int with_environment(struct peer_setting *setting, const char *name, const char *value,
                            pier_buffer *output, char said[512]) {
  struct child child;
  setenv(name, value, 1);
  child_start(&child, 0, echo_program, setting);
  unsetenv(name);
  child_close(&child.to);
  child_exchange(&child, pier_span_of(NULL, 0), 1, output, SIZE_MAX);
  return child_end(&child, said, 512);
}

static void says_hello(struct peer_setting *setting) {
  pier_buffer output = PIER_BUFFER_INIT;
  unsigned long long limit;
  char said[512];
  assert_int_equal(with_environment(setting, "PIER_HELLO", "1", &output, said), 0);
  assert_string_equal(said, "");
  assert_true(output.size > 13);
  assert_memory_equal(output.data, "\0\0\0", 3);
  assert_int_equal(output.data[3], output.size - 4);
  assert_memory_equal(output.data + 4, "\203h\5w\4pier", 9);
  assert_int_equal(pier_match(pier_span_of(output.data + 4, output.size - 4),
                              "{pier, 1, 4, frame, #{frame => ~L}}", &limit),
                   0);
  assert_int_equal(limit, 64 << 20);
  pier_buffer_free(&output);
}

static void another_packet_size(struct peer_setting *setting) {
  pier_buffer output = PIER_BUFFER_INIT;
  char said[512];
  assert_int_equal(with_environment(setting, "PIER_PACKET", "2", &output, said), 1);
  assert_non_null(
      strstr(said, "the owner's port has {packet,2}, this program speaks {packet,4}\n"));
  assert_int_equal(output.size, 0);
  assert_int_equal(with_environment(setting, "PIER_PACKET", "4", &output, said), 0);
  assert_string_equal(said, "");
  pier_buffer_free(&output);
}

static const struct row {
  const char *name;
  void (*check)(struct peer_setting *setting);
} rows[] = {
    {"stopped and continued", stopped_and_continued},
    {"an owner that reads a byte at a time", an_owner_that_reads_bytes},
    {"an owner that does not read, and a program that sleeps", an_owner_that_does_not_read},
    {"polling before it sleeps", with_polling},
    {"a hello that is asked for", says_hello},
    {"an owner with another packet size", another_packet_size},
};

static void check_row(const void *state, int uv) {
  const struct row *row = state;
  struct peer_setting setting = {uv, 4, 0, NULL};
  row->check(&setting);
}

int main(void) {
  return RUN_LOOPS("owners", rows, check_row);
}
