/* Any term that the gate lets in, or any text: printed in all four styles. What
 * has a text form reads back as the normal form of the term, whatever bytes it
 * came as; the lines of the pretty text are the text on one line, broken. */
#include <pier/term.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const pier_limits *small_limits(void) {
  static pier_limits limits;
  pier_limits_init(&limits);
  limits.inflated = limits.frame = limits.nodes = 1 << 20;
  limits.depth = 10000;
  return &limits;
}

static size_t quoted(pier_span text, size_t at) {
  for (at++; at < text.size && text.data[at] != '\''; at++)
    at += text.data[at] == '\\';
  return at;
}

/* Of a text as ~w has it: <0.1.0>, #Ref<...>, #Fun<...>, and funs of which the
 * BEAM shows the bytes, cannot be read. */
static bool has_text_form(pier_span text) {
  size_t at;
  for (at = 0; at < text.size; at++) {
    uint8_t c = text.data[at], next = at + 1 < text.size ? text.data[at + 1] : 0;
    if (c == '\'')
      at = quoted(text, at);
    else if ((c == '#' && next != '{') || (c == '<' && next != '<'))
      return false;
    else if (c == 'f' && text.size - at > 4 && memcmp(text.data + at, "fun ", 4) == 0)
      return false;
    else if (c == '<')
      at++; /* of << */
  }
  return true;
}

/* Without what a line break takes or gives. */
static void squeeze(pier_buffer *text) {
  size_t from, to = 0;
  for (from = 0; from < text->size; from++)
    if (text->data[from] != ' ' && text->data[from] != '\n')
      text->data[to++] = text->data[from];
  text->size = to;
}

static void check_same(const pier_buffer *a, const pier_buffer *b) {
  if (a->size != b->size || (a->size > 0 && memcmp(a->data, b->data, a->size) != 0)) abort();
}

static void check_term(pier_span term, unsigned width) {
  pier_buffer normal = PIER_BUFFER_INIT, back = PIER_BUFFER_INIT;
  pier_buffer text[PIER_TEXT_PRETTY + 1] = {PIER_BUFFER_INIT};
  int style;
  if (pier_term_normalize(&normal, term) != 0) abort();
  for (style = PIER_TEXT_W; style <= PIER_TEXT_PRETTY; style++) {
    pier_span printed;
    if (pier_term_print(&text[style], term, (pier_text_style)style, width) != 0) abort();
    printed = pier_buffer_span(&text[style]);
    if (!has_text_form(pier_buffer_span(&text[PIER_TEXT_W]))) continue;
    pier_buffer_clear(&back);
    if (pier_term_read(&back, printed, NULL, NULL, NULL) != 0) abort();
    check_same(&back, &normal);
  }
  squeeze(&text[PIER_TEXT_TP]);
  squeeze(&text[PIER_TEXT_PRETTY]);
  check_same(&text[PIER_TEXT_TP], &text[PIER_TEXT_PRETTY]);
  for (style = PIER_TEXT_W; style <= PIER_TEXT_PRETTY; style++)
    pier_buffer_free(&text[style]);
  pier_buffer_free(&normal);
  pier_buffer_free(&back);
}

/* The first byte is the width. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  pier_buffer scratch = PIER_BUFFER_INIT;
  pier_span bytes, term;
  if (size < 2) return 0;
  bytes = pier_span_of(data + 1, size - 1);
  if (data[1] == 131) {
    if (pier_term_plain(bytes, small_limits(), &scratch, &term, NULL) == 0)
      check_term(term, data[0]);
  } else if (pier_term_read(&scratch, bytes, small_limits(), NULL, NULL) == 0) {
    check_term(pier_buffer_span(&scratch), data[0]);
  }
  pier_buffer_free(&scratch);
  return 0;
}
