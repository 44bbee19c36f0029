/*
 * A program of reads over a term: the first byte says how long the program is, its
 * bytes follow, then the term. What the gate lets in must be read by any program
 * without a read behind its end, end in a verdict with words for it, and be read as
 * the printer prints it.
 */
#include "../support/reader_walk.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LEVELS = 16 };

/* The readers that are open, the innermost last. */
typedef struct program {
  pier_reader level[LEVELS];
  size_t depth;
  pier_buffer out;
} program;

typedef void operation(program *p, pier_reader *r);

/* ---- In and out ----------------------------------------------------------------- */

static void enter_any(program *p, pier_reader *r) {
  if (p->depth == LEVELS) return;
  switch (pier_read_peek(r)) {
  case PIER_TYPE_TUPLE:
    pier_read_any_tuple(r, &p->level[p->depth++]);
    break;
  case PIER_TYPE_MAP:
    pier_read_map(r, &p->level[p->depth++]);
    break;
  case PIER_TYPE_LIST:
  case PIER_TYPE_NIL:
    pier_read_improper_list(r, &p->level[p->depth++]);
    break;
  default:
    pier_read_skip(r);
  }
}

static void enter_list(program *p, pier_reader *r) {
  if (p->depth < LEVELS) pier_read_list(r, &p->level[p->depth++]);
}

static void enter_pair(program *p, pier_reader *r) {
  if (p->depth < LEVELS) pier_read_tuple(r, &p->level[p->depth++], 2);
}

static void leave(program *p, pier_reader *r) {
  pier_read_leave(r);
  if (p->depth > 1) p->depth--;
}

/* Without having read it to its end. */
static void step_out(program *p, pier_reader *r) {
  (void)r;
  if (p->depth > 1) p->depth--;
}

static void tail(program *p, pier_reader *r) {
  (void)p;
  (void)pier_read_tail(r);
}

/* ---- Keys -------------------------------------------------------------------------- */

static void find_a(program *p, pier_reader *r) {
  (void)p;
  (void)pier_read_find(r, "a");
}

static void find_first(program *p, pier_reader *r) {
  static const uint8_t one[] = {131, 97, 1};
  (void)p;
  (void)pier_read_find_term(r, pier_span_of(one, sizeof one));
}

/* ---- Leaves ------------------------------------------------------------------------ */

static void read_leaf(program *p, pier_reader *r) {
  pier_span span = {NULL, 0};
  size_t bits;
  switch (pier_read_peek(r)) {
  case PIER_TYPE_INTEGER:
    pier_read_bigint(r, NULL, &p->out);
    break;
  case PIER_TYPE_FLOAT:
    pier_read_double(r);
    break;
  case PIER_TYPE_ATOM:
    pier_read_atom(r, &p->out);
    break;
  case PIER_TYPE_BINARY:
  case PIER_TYPE_BITSTRING:
    span = pier_read_bitstring(r, &bits);
    if ((bits + 7) / 8 != span.size) abort();
    break;
  default:
    span = pier_read_term(r);
  }
  pier_buffer_append(&p->out, span.data, span.size);
}

static void read_int64(program *p, pier_reader *r) {
  (void)p;
  pier_read_int64(r);
}

static void read_number(program *p, pier_reader *r) {
  (void)p;
  pier_read_number(r);
}

static void read_atom(program *p, pier_reader *r) {
  (void)p;
  if (!pier_read_if_atom(r, "ok")) pier_read_this_atom(r, "a");
}

static void read_iodata(program *p, pier_reader *r) {
  pier_read_iodata(r, &p->out);
}

static void read_text(program *p, pier_reader *r) {
  pier_read_text(r, &p->out);
}

static void read_string(program *p, pier_reader *r) {
  char text[9];
  size_t size = pier_read_string(r, text, sizeof text);
  if (strlen(text) != size) abort();
  pier_buffer_append(&p->out, text, size);
}

static void read_identifier(program *p, pier_reader *r) {
  erlang_pid pid;
  erlang_port port;
  erlang_ref ref;
  pier_type type = pier_read_peek(r);
  (void)p;
  if (type == PIER_TYPE_PID) pier_read_pid(r, &pid);
  if (type == PIER_TYPE_PORT) pier_read_port(r, &port);
  if (type == PIER_TYPE_REF) pier_read_ref(r, &ref);
}

static void skip(program *p, pier_reader *r) {
  (void)p;
  pier_read_skip(r);
}

static operation *const operations[] = {
    enter_any,   enter_list, enter_pair,  leave,           step_out,    tail,
    find_a,      find_first, read_leaf,   read_int64,      read_number, read_atom,
    read_iodata, read_text,  read_string, read_identifier, skip};
enum { OPERATIONS = sizeof operations / sizeof operations[0] };

/* ---- One input -------------------------------------------------------------------- */

static void run(pier_span code, pier_span term) {
  pier_diag diag = {0};
  program p = {{pier_reader_of(term, &diag)}, 1, PIER_BUFFER_INIT};
  size_t i;
  int error;
  p.out.limit = 1 << 20;
  for (i = 0; i < code.size; i++) {
    pier_reader *r;
    operations[code.data[i] % OPERATIONS](&p, &p.level[p.depth - 1]);
    r = &p.level[p.depth - 1];
    if (pier_read_more(r) && pier_reader_left(r) == 0) abort();
  }
  error = pier_reader_end(&p.level[0]);
  if (error != diag.error || (error && (!diag.text[0] || diag.offset > term.size))) abort();
  if (pier_read_more(&p.level[0]) || pier_reader_end(&p.level[0]) != error) abort();
  pier_buffer_free(&p.out);
}

static void check_walk(pier_span term) {
  pier_buffer read = PIER_BUFFER_INIT, printed = PIER_BUFFER_INIT;
  if (reader_walk(term, &read) != 0) abort();
  if (pier_term_print(&printed, term, PIER_TEXT_W, 0) != 0) abort();
  if (memmem(printed.data, printed.size, "#{", 2) == NULL &&
      (read.size != printed.size || memcmp(read.data, printed.data, read.size) != 0))
    abort();
  pier_buffer_free(&read);
  pier_buffer_free(&printed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  pier_span code, term;
  pier_limits limits;
  uint8_t *copy;
  size_t used;
  if (size == 0 || (size_t)data[0] + 1 > size) return 0;
  code = pier_span_of(data + 1, data[0]);
  term = pier_span_of(data + 1 + code.size, size - 1 - code.size);
  pier_limits_init(&limits);
  limits.inflated = 1;
  limits.nodes = 1 << 16;
  if (pier_term_scan(term, &limits, &used, NULL) != 0 || term.data[1] == 80) return 0;
  /* Exactly its bytes, so that the sanitizer sees a read behind them. */
  copy = malloc(used);
  if (!copy) abort();
  memcpy(copy, term.data, used);
  run(code, pier_span_of(copy, used));
  check_walk(pier_span_of(copy, used));
  free(copy);
  return 0;
}
