#include "reader_walk.h"

#include <stdlib.h>

/* What is open. Readers must stay where they are, so each has its own memory. */
typedef struct level {
  pier_reader reader;
  struct level *up;
  pier_type type;
  size_t index; /* terms that were read in it */
  int tail;     /* the tail of the list is being read */
} level;

/* A leaf that was read, written anew and printed. */
static void say_written(pier_buffer *text, pier_buffer *leaf) {
  if (leaf->error || pier_term_print(text, pier_buffer_span(leaf), PIER_TEXT_W, 0) < 0) abort();
  pier_buffer_free(leaf);
}

static void say_integer(pier_reader *reader, pier_buffer *text) {
  pier_buffer digits = PIER_BUFFER_INIT, leaf = PIER_BUFFER_INIT;
  int negative;
  pier_read_bigint(reader, &negative, &digits);
  pier_write_bigint(&leaf, negative, digits.data, digits.size);
  say_written(text, &leaf);
  pier_buffer_free(&digits);
}

static void say_atom(pier_reader *reader, pier_buffer *text) {
  pier_buffer name = PIER_BUFFER_INIT, leaf = PIER_BUFFER_INIT;
  pier_read_atom(reader, &name);
  pier_write_atom_span(&leaf, pier_buffer_span(&name));
  say_written(text, &leaf);
  pier_buffer_free(&name);
}

static void say_leaf(pier_reader *reader, pier_type type, pier_buffer *text) {
  pier_buffer leaf = PIER_BUFFER_INIT;
  pier_span span;
  size_t bits;
  switch (type) {
  case PIER_TYPE_INTEGER:
    say_integer(reader, text);
    return;
  case PIER_TYPE_ATOM:
    say_atom(reader, text);
    return;
  case PIER_TYPE_FLOAT:
    pier_write_double(&leaf, pier_read_double(reader));
    break;
  case PIER_TYPE_BINARY:
    span = pier_read_binary(reader);
    pier_write_binary(&leaf, span.data, span.size);
    break;
  case PIER_TYPE_BITSTRING:
    span = pier_read_bitstring(reader, &bits);
    pier_write_bitstring(&leaf, span.data, bits);
    break;
  default: /* identifiers and funs */
    pier_write_term(&leaf, pier_read_term(reader));
  }
  say_written(text, &leaf);
}

static level *enter(level *up, pier_reader *reader, pier_type type) {
  level *inner = malloc(sizeof *inner);
  int entered = 0;
  if (!inner) abort();
  inner->up = up;
  inner->type = type;
  inner->index = 0;
  inner->tail = 0;
  if (type == PIER_TYPE_TUPLE)
    entered = pier_read_any_tuple(reader, &inner->reader);
  else if (type == PIER_TYPE_MAP)
    entered = pier_read_map(reader, &inner->reader);
  else
    entered = pier_read_improper_list(reader, &inner->reader);
  if (!entered) abort();
  return inner;
}

static const char *between(const level *in) {
  if (in->tail) return "|";
  if (in->index == 0) return "";
  return in->type == PIER_TYPE_MAP && in->index % 2 == 1 ? "=>" : ",";
}

static level *leave(level *done, pier_buffer *text) {
  level *up = done->up;
  pier_buffer_append_text(text, done->type == PIER_TYPE_LIST ? "]" : "}");
  free(done);
  return up;
}

/* One term of `top`, or its end. Returns the level to go on with. */
static level *step(level *top, pier_buffer *text) {
  pier_type type;
  if (!pier_read_more(&top->reader)) {
    if (!pier_read_tail(&top->reader)) return leave(top, text);
    top->tail = 1;
  }
  type = pier_read_peek(&top->reader);
  pier_buffer_append_text(text, between(top));
  top->index++;
  switch (type) {
  case PIER_TYPE_TUPLE:
    pier_buffer_append_text(text, "{");
    return enter(top, &top->reader, type);
  case PIER_TYPE_MAP:
    pier_buffer_append_text(text, "#{");
    return enter(top, &top->reader, type);
  case PIER_TYPE_LIST:
  case PIER_TYPE_NIL:
    pier_buffer_append_text(text, "[");
    return enter(top, &top->reader, PIER_TYPE_LIST);
  case PIER_TYPE_NONE:
    abort();
  default:
    say_leaf(&top->reader, type, text);
    return top;
  }
}

int reader_walk(pier_span term, pier_buffer *text) {
  level whole = {pier_reader_of(term, NULL), NULL, PIER_TYPE_NONE, 0, 0}, *top = &whole;
  do {
    top = step(top, text);
  } while (top != &whole);
  return pier_reader_end(&whole.reader);
}
