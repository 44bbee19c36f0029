/* How a host ends, and what ends with it; what its limits do. */
#include "../support/rows.h"
#include "../support/serve.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 60000, PAUSE_MS = 10, PORTS = 200 };

/* The number behind `word` in a text. */
static int number_behind(const char *text, const char *word) {
  const char *at = strstr(text, word);
  assert_non_null(at);
  return atoi(at + strlen(word));
}

static int is_there(int pid) {
  char path[64], state = 'Z';
  FILE *file;
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  file = fopen(path, "r");
  if (!file) return 0;
  if (fscanf(file, "%*d %*s %c", &state) != 1) state = 'Z';
  fclose(file);
  return state != 'Z' && state != 'X';
}

static void expect_gone(int pid) {
  const struct timespec pause = {0, PAUSE_MS * 1000000L};
  int left = PATIENCE_MS / PAUSE_MS;
  while (is_there(pid) && --left > 0)
    nanosleep(&pause, NULL);
  if (left == 0) kill(pid, SIGKILL);
  assert_true(left > 0);
}

/* A host with one program, which does not end by itself, and that one's child. */
struct household {
  struct talk talk;
  int host, program, child;
};

static void move_in(struct household *h, const char *const *arguments) {
  talk_start(&h->talk, arguments);
  talk_ask(&h->talk, "{hello,1,pid_1,5}");
  h->host = number_behind(talk_hear(&h->talk), "os_pid => ");
  talk_ask(&h->talk, "{apply,1,pid_1,open_port,[{spawn,\"sh -c 'sleep 1000 & echo $!; trap : "
                     "TERM; while :; do sleep 1000; done'\"},[{line,20}]]}");
  talk_expect(&h->talk, "{reply,1,{ok,port_1}}");
  h->child = number_behind(talk_hear(&h->talk), "{eol,\"");
  talk_ask(&h->talk, "{apply,2,pid_1,port_info,[port_1,os_pid]}");
  h->program = number_behind(talk_hear(&h->talk), "{os_pid,");
  assert_true(is_there(h->host) && is_there(h->program) && is_there(h->child));
}

static void expect_empty(const struct household *h) {
  expect_gone(h->host);
  expect_gone(h->program);
  expect_gone(h->child);
}

static const char *const few_ms[] = {"--linger", "50", NULL};

static void ends_with_the_vm(void **unused) {
  struct household h;
  char said[256];
  (void)unused;
  move_in(&h, few_ms);
  assert_int_equal(talk_end(&h.talk, said, sizeof said), 0);
  expect_empty(&h);
}

static void killed_leaves_nothing(void **unused) {
  struct household h;
  char said[256];
  (void)unused;
  move_in(&h, few_ms);
  kill(h.host, SIGKILL);
  talk_expect(&h.talk, "end");
  expect_empty(&h);
  assert_int_equal(talk_end(&h.talk, said, sizeof said), 128 + SIGKILL);
}

static void killed_with_its_guard(void **unused) {
  struct household h;
  char said[256];
  (void)unused;
  move_in(&h, few_ms);
  kill(h.talk.child.pid, SIGKILL);
  expect_empty(&h);
  talk_expect(&h.talk, "end");
  assert_int_equal(talk_end(&h.talk, said, sizeof said), 128 + SIGKILL);
}

/* Every port counts for itself; what one says keeps its order. */
static void many_ports(void **unused) {
  const char *wanted = getenv("PIER_FRAMES");
  int frames = wanted ? atoi(wanted) : 100, next[PORTS + 1] = {0}, port, frame, left;
  struct talk talk;
  char text[160], said[256];
  (void)unused;
  talk_open(&talk);
  for (port = 1; port <= PORTS; port++) {
    snprintf(text, sizeof text,
             "{apply,1,pid_%d,open_port,[{spawn,\"cat\"},[binary,{packet,2}]]}", port);
    talk_ask(&talk, text);
    snprintf(text, sizeof text, "{reply,1,{ok,port_%d}}", port);
    talk_expect(&talk, text);
  }
  for (frame = 0; frame < frames; frame++)
    for (port = 1; port <= PORTS; port++) {
      snprintf(text, sizeof text, "{do,pid_%d,port_command,[port_%d,<<%d:32>>]}", port, port,
               frame);
      talk_ask(&talk, text);
    }
  for (left = PORTS * frames; left > 0;) {
    const char *got = talk_hear(&talk);
    unsigned byte[4];
    int to;
    if (strncmp(got, "{busy,", 6) == 0) continue;
    if (sscanf(got, "{data,pid_%d,port_%d,<<%u,%u,%u,%u>>}", &to, &port, byte, byte + 1,
               byte + 2, byte + 3) != 6)
      fail_msg("%s", got);
    assert_int_equal(to, port);
    frame = (int)(byte[0] << 24 | byte[1] << 16 | byte[2] << 8 | byte[3]);
    assert_int_equal(frame, next[port]);
    next[port]++;
    left--;
  }
  assert_int_equal(talk_end(&talk, said, sizeof said), 0);
}

/* ---- Limits ------------------------------------------------------------------ */

static void opened(struct talk *talk, const char *limit, const char *name) {
  char text[256];
  talk_start(talk, (const char *const[]){"--linger", "50", "--limit", limit, NULL});
  talk_ask(talk, "{hello,1,pid_1,5}");
  talk_expect(talk, "{hello,1,...");
  snprintf(text, sizeof text, "{apply,1,pid_1,open_port,[{spawn,\"%s\"},[binary,{packet,4}]]}",
           name);
  talk_ask(talk, text);
  talk_expect(talk, "{reply,1,{ok,port_1}}");
}

static void limit_of_frames(void **unused) {
  struct talk talk;
  char said[256];
  (void)unused;
  opened(&talk, "frame=100", "cat");
  talk_ask(&talk, "{do,pid_1,port_command,[port_1,<<0:800>>]}");
  talk_expect(&talk, "{data,pid_1,port_1,<<0,0,0,...");
  talk_ask(&talk, "{do,pid_1,port_command,[port_1,<<0:808>>]}");
  talk_expect(&talk, "{log,port_1,...");
  talk_expect(&talk, "{gone,port_1}");
  talk_expect(&talk, "{exit_signal,pid_1,port_1,emsgsize}");
  assert_int_equal(talk_end(&talk, said, sizeof said), 0);
}

static void limit_of_queues(void **unused) {
  struct talk talk;
  char said[256];
  (void)unused;
  opened(&talk, "queue=200000", "sleep 100");
  talk_ask(&talk, "{apply,2,pid_1,port_command,[port_1,<<0:1600000>>]}");
  talk_expect(&talk, "{busy,port_1,true}");
  talk_expect(&talk, "{reply,2,{ok,true}}");
  talk_ask(&talk, "{apply,3,pid_1,exit,[port_1,kill]}");
  talk_expect(&talk, "{gone,port_1}");
  talk_expect(&talk, "{exit_signal,pid_1,port_1,killed}");
  talk_expect(&talk, "{reply,3,{ok,true}}");
  talk_ask(&talk, "{apply,4,pid_1,open_port,[{spawn,\"sleep 100\"},[]]}");
  talk_expect(&talk, "{reply,4,{ok,port_2}}");
  talk_ask(&talk, "{apply,5,pid_1,port_command,[port_2,<<0:8000000>>]}");
  talk_expect(&talk, "{gone,port_2}");
  talk_expect(&talk, "{exit_signal,pid_1,port_2,enomem}");
  talk_expect(&talk, "{reply,5,{ok,true}}");
  assert_int_equal(talk_end(&talk, said, sizeof said), 0);
}

static void limit_of_ports(void **unused) {
  struct talk talk;
  char said[256];
  (void)unused;
  opened(&talk, "ports=1", "cat");
  talk_ask(&talk, "{apply,2,pid_1,open_port,[{spawn,\"cat\"},[]]}");
  talk_expect(&talk, "{reply,2,{error,error,system_limit,none}}");
  assert_int_equal(talk_end(&talk, said, sizeof said), 0);
}

static void limit_of_requests(void **unused) {
  struct talk talk;
  char said[256];
  (void)unused;
  opened(&talk, "request=1000", "cat");
  talk_ask(&talk, "{do,pid_1,port_command,[port_1,<<0:16000>>]}");
  talk_expect(&talk, "end");
  assert_int_equal(talk_end(&talk, said, sizeof said), 1);
  assert_non_null(strstr(said, "1000"));
}

/* A VM that does not read is not waited for without end. */
static void limit_of_output(void **unused) {
  struct talk talk;
  char said[256];
  (void)unused;
  talk_start(&talk, (const char *const[]){"--linger", "50", "--limit", "output=300000", NULL});
  talk_ask(&talk, "{hello,1,pid_1,5}");
  talk_ask(&talk, "{apply,1,pid_1,open_port,[{spawn,\"cat /dev/zero\"},[binary]]}");
  expect_gone(talk.child.pid);
  assert_int_equal(talk_end(&talk, said, sizeof said), 1);
  assert_non_null(strstr(said, "the VM does not read what waits for it"));
}

/* Nor is what a suspended process has asked kept without end. */
static void limit_of_what_waits(void **unused) {
  struct talk talk;
  char said[256], text[2048];
  int i;
  (void)unused;
  talk_start(&talk, (const char *const[]){"--linger", "50", "--limit", "output=10000", NULL});
  talk_ask(&talk, "{hello,1,pid_1,5}");
  talk_expect(&talk, "{hello,1,...");
  talk_ask(&talk, "{apply,1,pid_1,open_port,[{spawn,\"sleep 100\"},[]]}");
  talk_expect(&talk, "{reply,1,{ok,port_1}}");
  talk_ask(&talk, "{apply,2,pid_1,port_command,[port_1,<<0:2000000>>]}");
  talk_expect(&talk, "{busy,port_1,true}");
  talk_expect(&talk, "{reply,2,{ok,true}}");
  snprintf(text, sizeof text, "{do,pid_1,port_command,[port_1,<<0:%d>>]}", 8000);
  for (i = 0; i < 20; i++)
    talk_ask(&talk, text);
  talk_expect(&talk, "end");
  assert_int_equal(talk_end(&talk, said, sizeof said), 1);
}

/* ---- Streams that make no sense ---------------------------------------------------- */

static const struct stream {
  const char *name, *bytes;
  size_t size;
  const char *answer;
  int status;
} streams[] = {
    {"nothing", "", 0, "end", 0},
    {"text", "hello, is anybody there?\n", 25, "end", 1},
    {"half a frame", "\0\0\0\5\203", 5, "end", 1},
    {"no term", "\0\0\0\2\203\1", 6, "{error,{badterm,...", 0},
    {"an empty frame", "\0\0\0\0", 4, "{error,{badterm,...", 0},
    {"trailing bytes", "\0\0\0\3\203\152\0", 7, "{error,{badterm,...", 0},
    {"before the hello",
     "\0\0\0\32\203\150\2\144\0\4cast\150\4\144\0\2do\144\0\1a\144\0\1b\152", 30, "{error,...",
     0},
};

static void makes_no_sense(void **state) {
  const struct stream *row = *state;
  struct talk talk;
  char said[512];
  talk_start(&talk, few_ms);
  talk_bytes(&talk, pier_span_of(row->bytes, row->size));
  if (strcmp(row->answer, "end") == 0) child_close(&talk.child.to);
  talk_expect(&talk, row->answer);
  assert_int_equal(talk_end(&talk, said, sizeof said), row->status);
  if (row->status == 0) assert_string_equal(said, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ends_with_the_vm),      cmocka_unit_test(killed_leaves_nothing),
      cmocka_unit_test(killed_with_its_guard), cmocka_unit_test(many_ports),
      cmocka_unit_test(limit_of_frames),       cmocka_unit_test(limit_of_queues),
      cmocka_unit_test(limit_of_ports),        cmocka_unit_test(limit_of_requests),
      cmocka_unit_test(limit_of_output),       cmocka_unit_test(limit_of_what_waits)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  return failed + run_rows("streams", (void *)(uintptr_t)streams, sizeof streams[0],
                           sizeof streams / sizeof streams[0], makes_no_sense);
}
