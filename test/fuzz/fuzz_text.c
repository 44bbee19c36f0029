/* Any text through the reader: what it accepts passes the gate, is printed, and
 * what is printed reads back as the same bytes. What passes the gate by itself
 * is printed, brought to its normal form and matched. */
#include <pier/term.h>

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

static int has_fun(pier_span text) {
  return memmem(text.data, text.size, "fun ", 4) != NULL;
}

static void check_text(pier_span text) {
  pier_buffer term = PIER_BUFFER_INIT, again = PIER_BUFFER_INIT, back = PIER_BUFFER_INIT;
  pier_diag diag;
  int error = pier_term_read(&term, text, small_limits(), NULL, &diag), style;
  if (error && (diag.offset > text.size || !diag.text[0] || term.size > 0)) abort();
  for (style = PIER_TEXT_W; !error && style <= PIER_TEXT_PRETTY; style++) {
    pier_span span = pier_buffer_span(&term), used;
    pier_buffer_clear(&again);
    pier_buffer_clear(&back);
    if (pier_term_scan(span, NULL, NULL, NULL) != 0) abort();
    if (pier_term_print(&again, span, (pier_text_style)style, 0) != 0) abort();
    used = pier_buffer_span(&again);
    if (has_fun(used)) continue; /* names beyond ASCII do not read back */
    if (pier_term_read(&back, used, NULL, NULL, NULL) != 0) abort();
    if (back.size != term.size || memcmp(back.data, term.data, back.size) != 0) abort();
  }
  pier_buffer_free(&term);
  pier_buffer_free(&again);
  pier_buffer_free(&back);
}

/* The normal form is the same term, and its own normal form. */
static void check_normal(pier_span term) {
  pier_buffer normal = PIER_BUFFER_INIT, again = PIER_BUFFER_INIT;
  pier_span span;
  if (pier_term_normalize(&normal, term) != 0) abort();
  span = pier_buffer_span(&normal);
  if (pier_term_scan(span, NULL, NULL, NULL) != 0) abort();
  if (!pier_term_equal(term, span, NULL) || pier_term_compare(span, term, NULL) != 0) abort();
  if (pier_term_normalize(&again, span) != 0) abort();
  if (again.size != normal.size || memcmp(again.data, normal.data, again.size) != 0) abort();
  pier_buffer_free(&normal);
  pier_buffer_free(&again);
}

static void check_bytes(pier_span bytes) {
  pier_buffer text = PIER_BUFFER_INIT, scratch = PIER_BUFFER_INIT;
  pier_span term, a, b;
  long long n;
  double d;
  if (pier_term_plain(bytes, small_limits(), &scratch, &term, NULL) == 0) {
    if (pier_term_print(&text, term, PIER_TEXT_TP, 0) != 0) abort();
    check_normal(term);
    (void)pier_match(term, "{~a, [~l, ~d|_], #{a => ~b, \"k\" => [x|y]}}", &a, &n, &d, &b);
    (void)pier_match(term, "[{_, ~t}|[_, <<\"x\">>]]", &a);
  }
  pier_buffer_free(&text);
  pier_buffer_free(&scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size > 0 && data[0] == 131)
    check_bytes(pier_span_of(data, size));
  else
    check_text(pier_span_of(data, size));
  return 0;
}
