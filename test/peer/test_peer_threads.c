/* Events of other threads: shared or not, with owners that take their time, give no credit, or
 * go while threads wait for room. */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include <pier.h>

#include "../support/child.h"
#include "../support/cmocka_all.h"
#include "../support/frames.h"
#include "../support/loops.h"
#include "../support/rest.h"

enum { THREADS = 3, EVENTS = 400, QUEUE = 8 };

/* ---- The program: threads that count aloud -------------------------------------- */

struct counting {
  pier_peer *peer;
  pthread_t threads[THREADS];
  long started;
};

static struct counting counting;

static void *count_up(void *state) {
  int error = 0, count;
  for (count = 0; count < EVENTS && !error; count++) {
    pier_buffer term = PIER_BUFFER_INIT;
    error = pier_format(&term, "{~i, ~i}", (int)(intptr_t)state, count);
    if (!error)
      error = pier_event_term(counting.peer, PIER_EVENT_BLOCK, NULL, pier_buffer_span(&term));
    pier_buffer_free(&term);
  }
  return (void *)(intptr_t)error;
}

static int start_threads(pier_call *call, void *state) {
  int error = pier_peer_share(counting.peer);
  (void)state;
  for (; !error && counting.started < THREADS; counting.started++)
    error = -pthread_create(&counting.threads[counting.started], NULL, count_up,
                            (void *)(intptr_t)counting.started);
  return error ? error : pier_reply(call, "started");
}

/* Before the peer is freed: who waits for room is told that there will be none. */
static void join_threads(pier_ending ending, void *state) {
  (void)ending;
  for (; counting.started > 0; counting.started--) {
    void *result;
    pthread_join(counting.threads[counting.started - 1], &result);
    if ((intptr_t)result != 0 && (intptr_t)result != -EPIPE) *(int *)state = 90;
  }
}

static void *try_event(void *state) {
  *(int *)state = pier_event(counting.peer, "early");
  return NULL;
}

static int not_shared(pier_call *call, void *state) {
  pthread_t thread;
  int result = 0;
  (void)state;
  if (pthread_create(&thread, NULL, try_event, &result) != 0) return PIER_ENOMEM;
  pthread_join(thread, NULL);
  return pier_reply(call, "~z", pier_error_name(result));
}

static int counting_program(void *state) {
  pier_peer_config config;
  int wrong = 0, status;
  pier_peer_config_init(&config);
  config.mode = PIER_CALLS;
  config.events = QUEUE;
  if (pier_peer_new(&counting.peer, &config) < 0) return 99;
  pier_peer_on(counting.peer, "start", 0, start_threads, NULL);
  pier_peer_on(counting.peer, "early", 0, not_shared, NULL);
  pier_peer_at_end(counting.peer, join_threads, &wrong);
  status = run_peer(counting.peer, *(int *)state);
  return wrong ? wrong : status;
}

/* ---- Its owner ------------------------------------------------------------------- */

static void say(struct child *child, const char *message) {
  pier_buffer frame = PIER_BUFFER_INIT;
  append_term(&frame, message);
  assert_int_equal(write(child->to, frame.data, frame.size), frame.size);
  pier_buffer_free(&frame);
}

/* What all threads together say, behind `first`. */
static size_t expected_size(const char *first) {
  pier_buffer all = PIER_BUFFER_INIT;
  size_t size;
  int i, count;
  append_term(&all, first);
  for (i = 0; i < THREADS; i++)
    for (count = 0; count < EVENTS; count++) {
      pier_buffer term = PIER_BUFFER_INIT;
      assert_int_equal(pier_format(&term, "{event, {~i, ~i}}", i, count), 0);
      append_frame(&all, 4, term.data, term.size);
      pier_buffer_free(&term);
    }
  size = all.size;
  pier_buffer_free(&all);
  return size;
}

/* Each thread's numbers come in order, and none is missing. */
static void expect_counts(const pier_buffer *output) {
  pier_framing framing = pier_framing_packet(4);
  pier_framer *framer;
  pier_frame frame;
  int next[THREADS] = {0}, i, count;
  assert_int_equal(pier_framer_new(&framer, &framing, NULL), 0);
  assert_int_equal(pier_framer_feed(framer, pier_buffer_span(output)), 0);
  while (pier_framer_next(framer, &frame) == 1) {
    assert_int_equal(pier_term_scan(frame.payload, NULL, NULL, NULL), 0);
    if (pier_match(frame.payload, "{reply, 1, started}") == 0) continue;
    assert_int_equal(pier_match(frame.payload, "{event, {~i, ~i}}", &i, &count), 0);
    assert_in_range(i, 0, THREADS - 1);
    assert_int_equal(count, next[i]++);
  }
  for (i = 0; i < THREADS; i++)
    assert_int_equal(next[i], EVENTS);
  pier_framer_free(framer);
}

static void take_all(struct child *child) {
  pier_buffer output = PIER_BUFFER_INIT;
  child_exchange(child, pier_span_of(NULL, 0), 1, &output,
                 expected_size("{reply, 1, started}"));
  expect_counts(&output);
  pier_buffer_free(&output);
}

static void all_arrive(struct child *child) {
  say(child, "{call, 1, start}");
  take_all(child);
}

static void all_wait_for_the_owner(struct child *child) {
  say(child, "{call, 1, start}");
  expect_rest(child->pid); /* queue and pipe are full */
  take_all(child);
}

static void all_wait_for_credit(struct child *child) {
  say(child, "{credit, 0}");
  say(child, "{call, 1, start}");
  expect_rest(child->pid);
  say(child, "{credit, 7}");
  expect_rest(child->pid);
  say(child, "{credit, infinity}");
  take_all(child);
}

static void all_are_told_of_the_end(struct child *child) {
  say(child, "{credit, 0}");
  say(child, "{call, 1, start}");
  expect_rest(child->pid);
}

static void nobody_may_unshared(struct child *child) {
  pier_buffer output = PIER_BUFFER_INIT, expected = PIER_BUFFER_INIT;
  append_term(&expected, "{reply, 1, <<\"PIER_ESTATE\">>}");
  say(child, "{call, 1, early}");
  child_exchange(child, pier_span_of(NULL, 0), 1, &output, expected.size);
  expect_bytes(&output, &expected);
  pier_buffer_free(&output);
  pier_buffer_free(&expected);
}

static const struct row {
  const char *name;
  void (*check)(struct child *child);
  int flags;
} rows[] = {
    {"events of threads", all_arrive, 0},
    {"events of threads that wait for room", all_wait_for_the_owner, CHILD_SMALL_PIPES},
    {"events of threads that wait for credit", all_wait_for_credit, 0},
    {"the owner goes while threads wait", all_are_told_of_the_end, 0},
    {"events of threads without share", nobody_may_unshared, 0},
};

static void check_row(const void *state, int uv) {
  const struct row *row = state;
  struct child child;
  char said[512];
  child_start(&child, row->flags, counting_program, &uv);
  row->check(&child);
  assert_int_equal(child_end(&child, said, sizeof said), 0);
  assert_string_equal(said, "");
}

int main(void) {
  return RUN_LOOPS("events of other threads", rows, check_row);
}
