/* What a program asks of the kernel: one read and one write for each round trip, the
 * same for all frames that came together, nothing while it is idle. Counted by strace; without
 * it nothing is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pier.h>

#include "../support/child.h"
#include "../support/cmocka_all.h"
#include "../support/frames.h"
#include "../support/rows.h"

enum { FIRST = 5, TIMES = 200, PATH_SIZE = 256 };

struct trace {
  char program[PATH_SIZE];
  char calls[PATH_SIZE]; /* the file of strace */
};

static int run_traced(void *state) {
  const struct trace *trace = state;
  setenv("ASAN_OPTIONS", "detect_leaks=0", 1); /* it can not while somebody traces */
  execlp("strace", "strace", "-f", "-qq", "-o", trace->calls, trace->program, (char *)NULL);
  return 127;
}

/* How often `name` was called, by any thread; NULL: all calls. */
static size_t count_calls(const struct trace *trace, const char *name) {
  FILE *file = fopen(trace->calls, "r");
  char line[4096], called[64];
  size_t count = 0;
  assert_non_null(file);
  while (fgets(line, sizeof line, file))
    if (sscanf(line, "%*d %63[a-z0-9_](", called) == 1 && (!name || strcmp(called, name) == 0))
      count++;
  fclose(file);
  return count;
}

struct counts {
  size_t reads, writes, all;
};

/* Until nothing is called for a while; a program that is never idle fails the test. */
static void expect_idle(const struct trace *trace) {
  size_t before = 0, now, i, same = 0;
  for (i = 0; i < 500 && same < 10; i++) {
    usleep(20000);
    now = count_calls(trace, NULL);
    same = now == before ? same + 1 : 0;
    before = now;
  }
  assert_int_equal(same, 10);
}

static void exchange(struct child *child, size_t times, const pier_buffer *input) {
  pier_buffer output = PIER_BUFFER_INIT;
  for (; times > 0; times--) {
    pier_buffer_clear(&output);
    child_exchange(child, pier_buffer_span(input), SIZE_MAX, &output, input->size);
    expect_bytes(&output, input);
  }
  pier_buffer_free(&output);
}

static struct counts counts_now(const struct trace *trace) {
  struct counts counts;
  expect_idle(trace);
  counts.reads = count_calls(trace, "read");
  counts.writes = count_calls(trace, "write");
  counts.all = count_calls(trace, NULL);
  return counts;
}

/* What TIMES times cost: `frames` frames in one write, and all answers. */
static struct counts counts_of(size_t frames, size_t size) {
  const char *build = getenv("PIER_BUILD");
  struct trace trace;
  struct child child;
  struct counts before, after;
  pier_buffer input = PIER_BUFFER_INIT;
  char said[512];
  size_t i;
  int file;
  snprintf(trace.program, sizeof trace.program, "%s/examples/echo",
           build ? build : "build/check");
  snprintf(trace.calls, sizeof trace.calls, "/tmp/pier-calls-XXXXXX");
  file = mkstemp(trace.calls);
  assert_true(file >= 0);
  close(file);
  for (i = 0; i < frames; i++)
    append_big(&input, size);
  child_start(&child, 0, run_traced, &trace);
  exchange(&child, FIRST, &input);
  before = counts_now(&trace);
  exchange(&child, TIMES, &input);
  after = counts_now(&trace);
  assert_int_equal(child_end(&child, said, sizeof said), 0);
  unlink(trace.calls);
  pier_buffer_free(&input);
  after.reads -= before.reads;
  after.writes -= before.writes;
  after.all -= before.all;
  return after;
}

static struct row {
  const char *name;
  size_t frames, size;
  int writes;   /* by write, each time once */
  size_t spare; /* calls more, of all times together */
} rows[] = {{"one frame of 16 bytes", 1, 16, 1, 0},
            {"64 frames of 16 bytes", 64, 16, 1, 0},
            {"64 frames of 900 bytes", 64, 900, 1, 20},
            {"one frame of 50000 bytes", 1, 50000, 0, 20}};

static int have_strace(void) {
  return system("strace -qq -o /dev/null true 2>/dev/null") == 0;
}

static void each_time(void **state) {
  const struct row *row = *state;
  struct counts counts;
  if (!have_strace()) {
    print_message("# no strace that works: nothing is counted\n");
    skip();
  }
  counts = counts_of(row->frames, row->size);
  /* A pipe that is nearly full takes a batch in two pieces now and then. */
  assert_in_range(counts.reads, TIMES, TIMES + row->spare);
  assert_in_range(counts.all, 2 * TIMES, 2 * (TIMES + row->spare));
  /* A big answer leaves by writev. */
  if (row->writes) assert_in_range(counts.writes, TIMES, TIMES + row->spare);
}

int main(void) {
  return RUN_ROWS(rows, each_time);
}
