/* What the program, its libraries and its children print: to the log, never between
 * the frames, whatever the owner does. */
#include <dlfcn.h>
#include <fcntl.h>
#include <setjmp.h>
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
#include "../support/loops.h"

enum { FLOOD = 50000 };

struct setting {
  int uv, flags;
  unsigned packet;
  pier_peer_log log;
  const char *library;
};

/* ---- The program ---------------------------------------------------------------- */

static int print(pier_call *call, void *state) {
  (void)state;
  printf("from a handler\n");
  return pier_reply(call, "done");
}

static int print_in_child(pier_call *call, void *state) {
  (void)state;
  if (system("echo from a child; cat") != 0) return PIER_EARG;
  return pier_reply(call, "done");
}

static int print_in_spawned(pier_call *call, void *state) {
  static const char *const argv[] = {"echo", "from", "a", "spawned", "child", NULL};
  pier_child *child;
  int status;
  if (pier_spawn(*(pier_peer **)state, &child, argv, NULL) < 0) return PIER_EARG;
  pier_child_wait(child, -1, &status);
  pier_child_free(child);
  return pier_reply(call, "done");
}

static int print_in_library(pier_call *call, void *state) {
  struct setting *setting = state;
  if (!dlopen(setting->library, RTLD_NOW)) return PIER_EARG;
  return pier_reply(call, "done");
}

static int print_long(pier_call *call, void *state) {
  (void)state;
  printf("%02500d\n\nlast", 7);
  fflush(stdout);
  return pier_reply(call, "done");
}

static int print_much(pier_call *call, void *state) {
  int at;
  (void)state;
  for (at = 0; at < FLOOD; at++)
    printf("line %d\n", at);
  return pier_reply(call, "done");
}

static int run_program(void *state) {
  static pier_peer *peer;
  struct setting *setting = state;
  pier_peer_config config;
  pier_peer_config_init(&config);
  config.packet = setting->packet;
  config.log = setting->log;
  if (setting->flags & CHILD_ON_3_AND_4) {
    config.in = 3;
    config.out = 4;
  }
  if (pier_peer_new(&peer, &config) < 0) return 99;
  pier_peer_on(peer, "print", 0, print, NULL);
  pier_peer_on(peer, "child", 0, print_in_child, NULL);
  pier_peer_on(peer, "spawned", 0, print_in_spawned, &peer);
  pier_peer_on(peer, "library", 0, print_in_library, setting);
  pier_peer_on(peer, "long", 0, print_long, NULL);
  pier_peer_on(peer, "much", 0, print_much, NULL);
  return run_peer(peer, setting->uv);
}

/* ---- The owner ------------------------------------------------------------------- */

struct owner {
  struct setting setting;
  struct child child;
  pier_framer *framer;
  uint8_t bytes[4096]; /* the framer's until the next */
};

static void open_program(struct owner *owner) {
  pier_framing framing = pier_framing_packet(owner->setting.packet);
  child_start(&owner->child, owner->setting.flags, run_program, &owner->setting);
  assert_int_equal(pier_framer_new(&owner->framer, &framing, NULL), 0);
}

static void ask(struct owner *owner, const char *request) {
  pier_framing framing = pier_framing_packet(owner->setting.packet);
  pier_buffer term = PIER_BUFFER_INIT, frame = PIER_BUFFER_INIT;
  assert_int_equal(pier_term_read(&term, pier_span_text(request), NULL, NULL, NULL), 0);
  assert_int_equal(pier_frame_append(&frame, &framing, pier_buffer_span(&term)), 0);
  assert_int_equal(write(owner->child.to, frame.data, frame.size), frame.size);
  pier_buffer_free(&term);
  pier_buffer_free(&frame);
}

/* The next message, until the next call. */
static pier_span get(struct owner *owner) {
  pier_frame frame;
  while (pier_framer_next(owner->framer, &frame) == 0) {
    ssize_t count = read(owner->child.from, owner->bytes, sizeof owner->bytes);
    assert_true(count > 0);
    assert_int_equal(pier_framer_feed(owner->framer, pier_span_of(owner->bytes, (size_t)count)),
                     0);
  }
  return frame.payload;
}

/* Answer and log lines come in any order. */
static void expect(struct owner *owner, const char *const *lines) {
  int answered = 0;
  while (*lines || !answered) {
    pier_span message = get(owner), text;
    if (pier_match(message, "done") == 0) {
      answered++;
    } else {
      assert_int_equal(pier_match(message, "{log, info, ~b}", &text), 0);
      assert_non_null(*lines);
      assert_int_equal(text.size, strlen(*lines));
      assert_memory_equal(text.data, *lines, text.size);
      lines++;
    }
  }
}

static void close_program(struct owner *owner, const char *words) {
  char said[256];
  assert_int_equal(child_end(&owner->child, said, sizeof said), 0);
  assert_string_equal(said, words);
  pier_framer_free(owner->framer);
}

/* A library whose constructor prints; NULL without a compiler. */
static const char *make_library(void) {
  static char path[64], command[512];
  const char *compiler = getenv("CC");
  snprintf(path, sizeof path, "/tmp/pier-test-%d.so", (int)getpid());
  snprintf(command, sizeof command,
           "printf '#include <stdio.h>\\n__attribute__((constructor)) static void hello(void) "
           "{ puts(\"from a library\"); }' | %s -shared -fPIC -x c -o %s - 2>/dev/null",
           compiler ? compiler : "cc", path);
  return system(command) == 0 ? path : NULL;
}

/* ---- Cases, on both loops ----------------------------------------------------------- */

static void to_standard_error(struct owner *owner) {
  owner->setting.log = PIER_LOG_STDERR;
  open_program(owner);
  ask(owner, "print");
  expect(owner, (const char *const[]){NULL});
  ask(owner, "child");
  expect(owner, (const char *const[]){NULL});
  ask(owner, "spawned");
  expect(owner, (const char *const[]){NULL});
  close_program(owner, "from a handler\nfrom a child\nfrom a spawned child\n");
}

static void as_frames(struct owner *owner) {
  open_program(owner);
  ask(owner, "print");
  expect(owner, (const char *const[]){"from a handler", NULL});
  ask(owner, "child");
  expect(owner, (const char *const[]){"from a child", NULL});
  ask(owner, "spawned");
  expect(owner, (const char *const[]){"from a spawned child", NULL});
  close_program(owner, "");
}

static void as_frames_on_3_and_4(struct owner *owner) {
  owner->setting.flags = CHILD_ON_3_AND_4;
  as_frames(owner);
}

static void of_a_library(struct owner *owner) {
  owner->setting.library = make_library();
  if (!owner->setting.library) skip();
  open_program(owner);
  ask(owner, "library");
  expect(owner, (const char *const[]){"from a library", NULL});
  close_program(owner, "");
  unlink(owner->setting.library);
}

/* 2500 bytes are three parts; what has no end goes to standard error at the end. */
static void long_lines(struct owner *owner) {
  static char zeros[1025], rest[453];
  const char *lines[] = {zeros, zeros, rest, "", NULL};
  memset(zeros, '0', 1024);
  memset(rest, '0', 451);
  rest[451] = '7';
  open_program(owner);
  ask(owner, "long");
  expect(owner, lines);
  close_program(owner, "last\n");
}

static void small_packets(struct owner *owner) {
  static char zeros[201], rest[101];
  const char *lines[15];
  int at;
  memset(zeros, '0', 200);
  memset(rest, '0', 99);
  rest[99] = '7';
  for (at = 0; at < 12; at++)
    lines[at] = zeros;
  lines[12] = rest;
  lines[13] = "";
  lines[14] = NULL;
  owner->setting.packet = 1;
  open_program(owner);
  ask(owner, "long");
  expect(owner, lines);
  close_program(owner, "last\n");
}

/* The owner reads nothing until everything is printed: it is, in spite of that, and
 * each line has come or is counted. */
static void a_flood(struct owner *owner) {
  unsigned long lines = 0, lost = 0;
  int answered = 0;
  owner->setting.flags = CHILD_SMALL_PIPES;
  open_program(owner);
  ask(owner, "much");
  ask(owner, "print");
  while (lines + lost < FLOOD + 1 || answered < 2) {
    pier_span message = get(owner), text;
    if (pier_match(message, "{log, warning, ~b}", &text) == 0)
      lost += strtoul((const char *)text.data, NULL, 10);
    else if (pier_match(message, "{log, info, ~b}", &text) == 0)
      lines++;
    else
      answered += pier_match(message, "done") == 0;
  }
  assert_int_equal(lines + lost, FLOOD + 1);
  assert_true(lost > 0);
  close_program(owner, "");
}

static const struct row {
  const char *name;
  void (*check)(struct owner *owner);
} rows[] = {
    {"to standard error", to_standard_error},
    {"as frames", as_frames},
    {"as frames, on 3 and 4", as_frames_on_3_and_4},
    {"of a library's constructor", of_a_library},
    {"long lines", long_lines},
    {"in frames of 255 bytes", small_packets},
    {"a flood that nobody reads", a_flood},
};

static void check_row(const void *state, int uv) {
  const struct row *row = state;
  struct owner owner;
  memset(&owner, 0, sizeof owner);
  owner.setting.uv = uv;
  owner.setting.packet = 4;
  owner.setting.log = PIER_LOG_FRAMES;
  row->check(&owner);
}

int main(void) {
  return RUN_LOOPS("what is printed", rows, check_row);
}
