#include "serve.h"

#include "cmocka_all.h"

#include "base/endian.h"
#include "term/view.h"

#include <pier/frame.h>
#include <pier/term.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATIENCE_MS = 60000, HEADER = 4, CHUNK = 65536 };

/* ---- Starting -------------------------------------------------------------------- */

static int become(void *state) {
  const char *const *arguments = state;
  const char *build = getenv("PIER_BUILD");
  const char *argv[16] = {"pier", "serve"};
  char path[256];
  size_t i;
  snprintf(path, sizeof path, "%s/pier", build ? build : "build/check");
  for (i = 0; arguments[i] && i < 12; i++)
    argv[2 + i] = arguments[i];
  execv(path, (char *const *)(uintptr_t)argv);
  return 127;
}

void talk_start(struct talk *talk, const char *const *arguments) {
  memset(talk, 0, sizeof *talk);
  talk->step = SIZE_MAX;
  child_start(&talk->child, 0, become, (void *)(uintptr_t)arguments);
}

void talk_open(struct talk *talk) {
  talk_start(talk, (const char *const[]){"--linger", "50", NULL});
  talk_ask(talk, "{hello,1,pid_1,5}");
  talk_expect(talk, "{hello,1,...");
}

/* ---- Identifiers ----------------------------------------------------------------- */

static const char vm[] = "vm@somewhere", host[] = "native@nohost";

static unsigned number_of(const pier__view *atom, const char *word) {
  char text[32] = "";
  size_t size = strlen(word);
  if (atom->kind != PIER__ATOM || atom->size >= sizeof text || atom->size <= size) return 0;
  if (memcmp(atom->data, word, size) != 0) return 0;
  memcpy(text, atom->data + size, atom->size - size);
  return (unsigned)strtoul(text, NULL, 10);
}

static int put_identifier(pier_buffer *out, const pier__view *atom) {
  erlang_pid pid = {.serial = 0, .creation = 77};
  erlang_port port = {.creation = TALK_CREATION};
  erlang_ref ref = {.len = 3, .creation = TALK_CREATION};
  memcpy(pid.node, vm, sizeof vm);
  memcpy(port.node, host, sizeof host);
  memcpy(ref.node, host, sizeof host);
  pid.num = number_of(atom, "pid_");
  port.id = number_of(atom, "port_");
  ref.n[0] = number_of(atom, "ref_");
  if (pid.num) return pier_write_pid(out, &pid) == 0;
  if (port.id) return pier_write_port(out, &port) == 0;
  return ref.n[0] ? pier_write_ref(out, &ref) == 0 : 0;
}

/* Both ways end a term's heads and leaves one by one, as they lie. */
static void fill_in(pier_buffer *out, pier_span term) {
  const uint8_t *at = term.data + 1, *end = term.data + term.size;
  pier_write_version(out);
  while (at < end) {
    pier__view view;
    pier__view_at(&view, at);
    if (!put_identifier(out, &view)) pier_buffer_append(out, at, (size_t)(view.next - at));
    at = view.next;
  }
}

static int is_node(const pier__view *atom, const char *name) {
  return atom->size == strlen(name) && memcmp(atom->data, name, atom->size) == 0;
}

static void put_name(pier_buffer *out, const pier__view *view) {
  pier__identifier identifier;
  char name[64];
  const char *kind = view->kind == PIER__PID    ? "pid"
                     : view->kind == PIER__PORT ? "port"
                                                : "ref";
  pier__view_identifier(view, &identifier);
  if (view->kind == PIER__PID && (!is_node(&identifier.node, vm) || identifier.creation != 77))
    kind = "strange_pid";
  if (view->kind != PIER__PID &&
      (!is_node(&identifier.node, host) || identifier.creation != TALK_CREATION))
    kind = view->kind == PIER__PORT ? "strange_port" : "strange_ref";
  snprintf(name, sizeof name, "%s_%llu", kind, (unsigned long long)identifier.word[0]);
  pier_write_atom(out, name);
}

static const char *to_text(struct talk *talk, const uint8_t *at, size_t size) {
  const uint8_t *end = at + size;
  pier_buffer term = PIER_BUFFER_INIT;
  while (at < end) {
    pier__view view;
    pier__view_at(&view, at);
    if (view.kind == PIER__PID || view.kind == PIER__PORT || view.kind == PIER__REF)
      put_name(&term, &view);
    else
      pier_buffer_append(&term, at, (size_t)(view.next - at));
    at = view.next;
  }
  pier_buffer_clear(&talk->text);
  assert_int_equal(pier_term_print(&talk->text, pier_buffer_span(&term), PIER_TEXT_TP, 0), 0);
  pier_buffer_append(&talk->text, "", 1);
  pier_buffer_free(&term);
  return (const char *)talk->text.data;
}

/* ---- Talking --------------------------------------------------------------------- */

/* What can be read now; 0 at the end. */
static int read_some(struct talk *talk) {
  uint8_t chunk[CHUNK];
  ssize_t got = read(talk->child.from, chunk, sizeof chunk);
  if (got > 0) pier_buffer_append(&talk->in, chunk, (size_t)got);
  return got > 0;
}

/* Reads meanwhile, so that neither waits for the other. */
void talk_bytes(struct talk *talk, pier_span bytes) {
  struct pollfd fds[2] = {{talk->child.to, POLLOUT, 0}, {talk->child.from, POLLIN, 0}};
  while (bytes.size > 0) {
    size_t most = bytes.size < talk->step ? bytes.size : talk->step;
    ssize_t gone;
    assert_true(poll(fds, 2, PATIENCE_MS) > 0);
    if (fds[1].revents && !read_some(talk)) return;
    if (!fds[0].revents) continue;
    if (most > 4096) most = 4096; /* so much goes without waiting */
    gone = write(talk->child.to, bytes.data, most);
    if (gone < 0) return;
    bytes.data += gone;
    bytes.size -= (size_t)gone;
  }
}

static void send_term(struct talk *talk, pier_span term) {
  pier_framing framing = pier_framing_packet(4);
  pier_buffer frame = PIER_BUFFER_INIT;
  assert_int_equal(pier_frame_append(&frame, &framing, term), 0);
  talk_bytes(talk, pier_buffer_span(&frame));
  pier_buffer_free(&frame);
}

void talk_say(struct talk *talk, const char *message) {
  pier_buffer term = PIER_BUFFER_INIT, filled = PIER_BUFFER_INIT;
  pier_diag diag = {0};
  if (pier_term_read(&term, pier_span_text(message), NULL, NULL, &diag) < 0)
    fail_msg("%s: %s", message, diag.text);
  fill_in(&filled, pier_buffer_span(&term));
  send_term(talk, pier_buffer_span(&filled));
  pier_buffer_free(&term);
  pier_buffer_free(&filled);
}

void talk_ask(struct talk *talk, const char *request) {
  pier_buffer message = PIER_BUFFER_INIT;
  pier_buffer_append(&message, "{cast,", 6);
  pier_buffer_append(&message, request, strlen(request));
  pier_buffer_append(&message, "}", 2);
  talk_say(talk, (const char *)message.data);
  pier_buffer_free(&message);
}

/* ---- Listening ------------------------------------------------------------------- */

/* A whole frame in `in`: its size without header, or -1. */
static int64_t frame_size(const struct talk *talk) {
  uint32_t size;
  if (talk->in.size < HEADER) return -1;
  size = pier__load32(talk->in.data);
  return talk->in.size - HEADER < size ? -1 : (int64_t)size;
}

static const char *wait_for_frame(struct talk *talk) {
  struct pollfd from = {talk->child.from, POLLIN, 0};
  while (frame_size(talk) < 0) {
    if (poll(&from, 1, PATIENCE_MS) <= 0) return "silence";
    if (!read_some(talk)) return "end";
  }
  return NULL;
}

/* Elements of the list at `at` into `to`. */
static size_t take_list(pier_buffer *to, size_t *first, const uint8_t *at) {
  pier__view list;
  pier__view_at(&list, at);
  assert_int_equal(list.kind, PIER__LIST);
  pier_buffer_clear(to);
  *first = 0;
  pier_buffer_append(to, list.next, (size_t)(pier__view_skip(at) - list.next));
  return list.count;
}

static const uint8_t *element(const pier__view *tuple, size_t index) {
  const uint8_t *at = tuple->next;
  for (; index > 0; index--)
    at = pier__view_skip(at);
  return at;
}

/* {event,[...]}, or something else, in `events`. */
static void take_frame(struct talk *talk) {
  size_t size = (size_t)frame_size(talk);
  pier_span term = pier_span_of(talk->in.data + HEADER, size);
  pier__view tuple, word;
  assert_int_equal(pier_term_scan(term, NULL, NULL, NULL), 0);
  pier__view_at(&tuple, term.data + 1);
  pier__view_at(&word, tuple.next);
  if (word.size == 5 && memcmp(word.data, "event", 5) == 0) {
    talk->left = take_list(&talk->events, &talk->at, word.next);
  } else {
    pier_buffer_clear(&talk->events);
    pier_buffer_append(&talk->events, term.data + 1, size - 1);
    talk->at = 0;
    talk->left = 1;
  }
  pier_buffer_consume(&talk->in, HEADER + size);
}

static const char *hear_data(struct talk *talk, const pier__view *tuple) {
  pier_buffer one = PIER_BUFFER_INIT;
  const uint8_t *data = talk->data.data + talk->data_at, *next = pier__view_skip(data);
  const char *text;
  const uint8_t *start = tuple->next;
  pier_write_tuple(&one, 4);
  pier_buffer_append(&one, start, (size_t)(element(tuple, 3) - start));
  pier_buffer_append(&one, data, (size_t)(next - data));
  text = to_text(talk, one.data, one.size);
  pier_buffer_free(&one);
  talk->data_at = (size_t)(next - talk->data.data);
  talk->data_left--;
  return text;
}

const char *talk_hear(struct talk *talk) {
  const uint8_t *at;
  pier__view tuple, word;
  size_t size;
  while (talk->left == 0) {
    const char *end = wait_for_frame(talk);
    if (end) return end;
    take_frame(talk);
  }
  at = talk->events.data + talk->at;
  pier__view_at(&tuple, at);
  pier__view_at(&word, tuple.next);
  size = (size_t)(pier__view_skip(at) - at);
  if (tuple.kind == PIER__TUPLE && tuple.count == 4 && word.size == 4 &&
      memcmp(word.data, "data", 4) == 0) {
    const char *text;
    if (talk->data_left == 0)
      talk->data_left = take_list(&talk->data, &talk->data_at, element(&tuple, 3));
    text = hear_data(talk, &tuple);
    if (talk->data_left > 0) return text;
    talk->at += size;
    talk->left--;
    return text;
  }
  talk->at += size;
  talk->left--;
  return to_text(talk, at, size);
}

void talk_expect(struct talk *talk, const char *expected) {
  const char *got = talk_hear(talk);
  size_t size = strlen(expected);
  if (size >= 3 && strcmp(expected + size - 3, "...") == 0) {
    if (strncmp(got, expected, size - 3) == 0) return;
  } else if (strcmp(got, expected) == 0) {
    return;
  }
  fail_msg("wanted %s\n  got    %s", expected, got);
}

int talk_end(struct talk *talk, char *said, size_t size) {
  pier_buffer_free(&talk->in);
  pier_buffer_free(&talk->events);
  pier_buffer_free(&talk->data);
  pier_buffer_free(&talk->text);
  return child_end(&talk->child, said, size);
}
