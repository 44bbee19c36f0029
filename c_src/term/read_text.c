/* Deep lists of bytes and characters. */
#include "term/read.h"

#include "term/deep.h"
#include "term/utf8.h"

#include <stdio.h>

/* One reading: the term at `at`, a leaf or a list of them, and what became of it. */
struct gathering {
  const uint8_t *at;
  const uint8_t *after;
  const uint8_t *fault;
  const char *expected;
};

static bool is_utf8(const pier_buffer *out, size_t from) {
  size_t size = out->size - from;
  return size == 0 || pier__utf8_check(out->data + from, size, NULL) == size;
}

/* Appends it; after an error nothing. */
static int gather(struct gathering *gathering, pier_buffer *out, pier__deep_leaf *leaf) {
  size_t before = out->size;
  pier__view view;
  int error;
  pier__view_at(&view, gathering->at);
  gathering->fault = gathering->at;
  /* Outside a list an integer is no leaf, as in a tail. */
  error = view.kind == PIER__LIST ? pier__deep(&view, out, leaf, &gathering->fault)
                                  : leaf(out, &view, 1);
  /* Characters may be split between binaries, so that only the whole can tell. */
  if (!error && leaf == pier__chardata_leaf && view.kind != PIER__STRING &&
      !is_utf8(out, before)) {
    gathering->fault = gathering->at;
    gathering->expected = "text in UTF-8";
    error = PIER_EMATCH;
  }
  if (error) out->size = before;
  /* It is a leaf that is wrong; it is the whole that has no room. */
  if (error != PIER_EMATCH) gathering->fault = gathering->at;
  gathering->after = view.next;
  if (!error && view.kind == PIER__LIST) gathering->after = pier__view_skip(gathering->at);
  return error;
}

static void read_deep(pier_reader *reader, pier_buffer *out, pier__deep_leaf *leaf,
                      const char *expected) {
  struct gathering gathering = {pier__read_next(reader), NULL, NULL, expected};
  int error;
  if (!gathering.at) return;
  error = gather(&gathering, out, leaf);
  if (error)
    pier__read_fail(reader, error, gathering.fault,
                    error == PIER_EMATCH ? gathering.expected : NULL);
  else
    pier_reader_pass(reader, gathering.after);
}

void pier_read_iodata(pier_reader *reader, pier_buffer *out) {
  read_deep(reader, out, pier__iodata_leaf, "iodata");
}

/* The bytes of the commonest text, a string or binary; none otherwise. */
static pier_span plain_bytes(const uint8_t *at) {
  if (at[0] == ERL_STRING_EXT) return pier_span_of(at + 3, pier__load16(at + 1));
  if (at[0] == ERL_BINARY_EXT) return pier_span_of(at + 5, pier__load32(at + 1));
  return pier_span_of(NULL, 0);
}

/* Copies text that is all ASCII, and says so. */
static bool copy_ascii(uint8_t *to, pier_span text, bool *nul) {
  uint8_t all = 0;
  size_t i;
  *nul = false;
  for (i = 0; i < text.size; i++) {
    uint8_t byte = text.data[i];
    all |= to[i] = byte;
    *nul |= byte == 0;
  }
  return all < 0x80;
}

static bool append_ascii(pier_buffer *out, pier_span text) {
  uint8_t *to;
  bool nul;
  if (text.size == 0) return false;
  to = pier_buffer_reserve(out, text.size);
  if (!to || !copy_ascii(to, text, &nul)) return false;
  out->size += text.size;
  return true;
}

void pier_read_text(pier_reader *reader, pier_buffer *out) {
  const uint8_t *at = pier__read_next(reader);
  pier_span text;
  if (!at) return;
  text = plain_bytes(at);
  if (append_ascii(out, text))
    pier_reader_pass(reader, text.data + text.size);
  else
    read_deep(reader, out, pier__chardata_leaf, "text");
}

static size_t read_string_general(pier_reader *reader, char *text, size_t room) {
  struct gathering gathering = {pier__read_next(reader), NULL, NULL, "text"};
  pier_buffer out = PIER_BUFFER_INIT;
  char expected[64];
  int error;
  text[0] = '\0';
  if (!gathering.at) return 0;
  /* A buffer in the caller's memory, which cannot grow. */
  out.data = (uint8_t *)text;
  out.capacity = out.limit = room;
  error = gather(&gathering, &out, pier__chardata_leaf);
  if (error == PIER_ELIMIT ||
      (!error && (out.size == room || memchr(text, '\0', out.size) != NULL))) {
    snprintf(expected, sizeof expected, "text of less than %zu bytes without NUL", room);
    gathering.expected = expected;
    error = PIER_ERANGE;
  }
  text[error ? 0 : out.size] = '\0';
  if (!error)
    pier_reader_pass(reader, gathering.after);
  else
    pier__read_fail(reader, error, gathering.fault,
                    error == PIER_ENOMEM ? NULL : gathering.expected);
  return error ? 0 : out.size;
}

size_t pier_read_string(pier_reader *reader, char *text, size_t room) {
  const uint8_t *at = pier__read_next(reader);
  pier_span plain = at ? plain_bytes(at) : pier_span_of(NULL, 0);
  bool nul;
  if (plain.size == 0 || plain.size >= room || !copy_ascii((uint8_t *)text, plain, &nul) || nul)
    return read_string_general(reader, text, room);
  text[plain.size] = '\0';
  pier_reader_pass(reader, plain.data + plain.size);
  return plain.size;
}
