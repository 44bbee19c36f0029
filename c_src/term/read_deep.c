/* Deep lists of bytes and characters, and text that is not plain. */
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
    pier__read_pass(reader, gathering.after);
}

void pier_read_iodata(pier_reader *reader, pier_buffer *out) {
  read_deep(reader, out, pier__iodata_leaf, "iodata");
}

void pier__read_text_deep(pier_reader *reader, pier_buffer *out) {
  read_deep(reader, out, pier__chardata_leaf, "text");
}

size_t pier__read_string_deep(pier_reader *reader, char *text, size_t room) {
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
    pier__read_pass(reader, gathering.after);
  else
    pier__read_fail(reader, error, gathering.fault,
                    error == PIER_ENOMEM ? NULL : gathering.expected);
  return error ? 0 : out.size;
}
