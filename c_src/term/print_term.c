#include "term/number.h"
#include "term/order.h"
#include "term/print.h"

#include <string.h>

enum { DEFAULT_WIDTH = 80, ROOM = 256 };

/* A tuple, list or map of which the closing bracket is still to come. */
struct open {
  pier__kind kind;
  bool first;
  bool tail;               /* the tail of a list has been begun */
  bool string;             /* `at` is at the bytes of a string */
  size_t node;             /* the index of its first word in `nodes` */
  size_t left;             /* children; of a list the elements */
  const uint8_t *at;       /* the next child */
  const uint8_t *end;      /* a sorted map's end */
  const pier__pair *pairs; /* a sorted map's pairs */
};

struct printer {
  pier_buffer *out;
  pier_buffer stack;
  pier__maps maps;
  const uint8_t *sorted; /* the end of the maps in there */
  bool unicode;
  bool strings;
  pier_buffer *nodes;  /* NULL: nobody asks for the shape */
  size_t counted;      /* bytes of `out` whose characters have been counted */
  uint64_t characters; /* so many were these */
  uint64_t begin;      /* characters before the term that is being printed */
};

static struct open *top_of(const struct printer *printer) {
  return (struct open *)(void *)(printer->stack.data + printer->stack.size) - 1;
}

/* ---- The shape --------------------------------------------------------- */

static uint64_t count_characters(struct printer *printer) {
  const pier_buffer *out = printer->out;
  for (; printer->counted < out->size; printer->counted++)
    printer->characters += (out->data[printer->counted] & 0xc0) != 0x80;
  return printer->characters;
}

static void note_begin(struct printer *printer) {
  if (printer->nodes) printer->begin = count_characters(printer);
}

/* A term without parts has been printed. */
static void note_leaf(struct printer *printer, unsigned kind) {
  uint64_t node;
  if (!printer->nodes) return;
  if (printer->stack.size > 0 && top_of(printer)->tail) kind |= PIER__NODE_TAIL;
  node = (count_characters(printer) - printer->begin) << PIER__NODE_SHIFT | kind;
  pier_buffer_append(printer->nodes, &node, sizeof node);
}

/* How many characters it has is known when it is closed. */
static void note_open(struct printer *printer, struct open *open, unsigned kind) {
  uint64_t node[2] = {0, 0};
  if (!printer->nodes) return;
  if (printer->stack.size > 0 && top_of(printer)->tail) kind |= PIER__NODE_TAIL;
  open->node = printer->nodes->size / sizeof node[0];
  node[0] = printer->begin << PIER__NODE_SHIFT | kind;
  pier_buffer_append(printer->nodes, node, sizeof node);
}

static void note_close(struct printer *printer, const struct open *open) {
  uint64_t *node;
  if (!printer->nodes || printer->nodes->error) return;
  node = (uint64_t *)(void *)printer->nodes->data + open->node;
  node[0] = ((count_characters(printer) - (node[0] >> PIER__NODE_SHIFT)) << PIER__NODE_SHIFT) |
            (node[0] & (PIER__NODE_KIND | PIER__NODE_TAIL));
  node[1] = printer->nodes->size / sizeof *node;
}

static bool is_tagged(const pier__view *tuple) {
  const uint8_t *at = tuple->next;
  pier__view first;
  if (tuple->count < 2) return false;
  do
    pier__view_at(&first, at);
  while (first.kind == PIER__LIST && first.count == 0 && (at = first.next) != NULL);
  return first.kind == PIER__ATOM;
}

/* ---- Terms ------------------------------------------------------------- */

static void print_leaf(struct printer *printer, const pier__view *view) {
  char text[PIER__FLOAT_TEXT];
  switch (view->kind) {
  case PIER__INT:
    pier__print_integer(printer->out, view);
    break;
  case PIER__FLOAT:
    pier_buffer_append(printer->out, text, pier__float_text(view->real, text));
    break;
  case PIER__ATOM:
    pier__print_atom(printer->out, view, printer->unicode);
    break;
  case PIER__REF:
  case PIER__PORT:
  case PIER__PID:
    pier__print_identifier(printer->out, view);
    break;
  case PIER__EXPORT:
    pier__print_export(printer->out, view);
    break;
  case PIER__FUN:
    pier__print_fun(printer->out, view);
    break;
  case PIER__BITS:
    pier__print_bits(printer->out, view, printer->strings);
    break;
  default:
    pier_buffer_append_text(printer->out, view->kind == PIER__TUPLE ? "{}"
                                          : view->kind == PIER__MAP ? "#{}"
                                                                    : "[]");
  }
}

static unsigned node_kind(const pier__view *view) {
  if (view->kind == PIER__MAP) return PIER__NODE_MAP;
  if (view->kind != PIER__TUPLE) return PIER__NODE_LIST;
  return is_tagged(view) ? PIER__NODE_TAGGED : PIER__NODE_TUPLE;
}

/* The pairs of a map of more than one, in order. The outermost such map has
 * those inside it sorted too: nothing may be added while its pairs are in use. */
static const pier__map_entry *sorted_map(struct printer *printer, const uint8_t *at) {
  const pier__map_entry *entry;
  bool outermost = !printer->sorted || at >= printer->sorted;
  if (outermost && pier__maps_add(&printer->maps, at) < 0) {
    printer->stack.error = PIER_ENOMEM;
    return NULL;
  }
  entry = pier__maps_find(&printer->maps, at);
  if (outermost) printer->sorted = entry->end;
  return entry;
}

static void open_term(struct printer *printer, const pier__view *view, const uint8_t *at) {
  const pier__map_entry *entry = NULL;
  struct open open;
  memset(&open, 0, sizeof open);
  open.kind = view->kind == PIER__STRING ? PIER__LIST : view->kind;
  open.first = true;
  open.string = view->kind == PIER__STRING;
  open.at = open.string ? view->data : view->next;
  open.left = open.string ? view->size : view->children;
  if (view->kind == PIER__LIST) open.left = view->count;
  if (view->kind == PIER__MAP && view->count > 1) entry = sorted_map(printer, at);
  if (entry) {
    open.pairs = pier__maps_pairs(&printer->maps, entry);
    open.end = entry->end;
  }
  if (open.kind == PIER__MAP) pier_buffer_append_byte(printer->out, '#');
  pier_buffer_append_byte(printer->out, open.kind == PIER__LIST ? '[' : '{');
  note_open(printer, &open, node_kind(view));
  pier_buffer_append(&printer->stack, &open, sizeof open);
}

static bool is_container(const pier__view *view) {
  if (view->kind == PIER__STRING) return view->size > 0;
  if (view->kind == PIER__LIST) return true;
  return (view->kind == PIER__TUPLE || view->kind == PIER__MAP) && view->count > 0;
}

/* <<1,2>>, not <<>> and not <<"ab">> */
static bool is_bytes(const struct printer *printer, const pier__view *view, size_t from) {
  return view->kind == PIER__BITS && view->size > 0 && !printer->out->error &&
         printer->out->data[from + 2] != '"';
}

/* Prints the term at `at` and gives the address after it, or opens it: NULL. */
static const uint8_t *begin_term(struct printer *printer, const uint8_t *at) {
  const uint8_t *end;
  pier__view view;
  size_t from;
  note_begin(printer);
  pier__view_at(&view, at);
  while (view.kind == PIER__LIST && view.count == 0)
    pier__view_at(&view, at = view.next);
  if (printer->strings && (view.kind == PIER__LIST || view.kind == PIER__STRING) &&
      pier__print_is_string(&view, &end)) {
    pier__print_string(printer->out, &view);
    note_leaf(printer, PIER__NODE_WORD);
    return end;
  }
  if (view.kind == PIER__STRING && view.size > 0 && !printer->strings) {
    pier_buffer_append_byte(printer->out, '[');
    pier__print_bytes(printer->out, view.data, view.size);
    pier_buffer_append_byte(printer->out, ']');
    return view.next;
  }
  if (is_container(&view)) {
    open_term(printer, &view, at);
    return NULL;
  }
  from = printer->out->size;
  print_leaf(printer, &view);
  note_leaf(printer, is_bytes(printer, &view, from) ? PIER__NODE_BYTES : PIER__NODE_WORD);
  return view.kind == PIER__FUN ? pier__fun_end(at) : view.next;
}

/* The elements of a list are through: it goes on in its tail, has another
 * kind of tail (then that is begun), or is over. */
static void continue_list(struct printer *printer, struct open *open) {
  pier__view view;
  if (open->string || open->tail) {
    open->kind = PIER__NIL;
    return;
  }
  pier__view_at(&view, open->at);
  if (view.kind == PIER__NIL) {
    open->kind = PIER__NIL;
    open->at = view.next;
  } else if (view.kind == PIER__LIST || view.kind == PIER__STRING) {
    open->string = view.kind == PIER__STRING;
    open->left = open->string ? view.size : view.count;
    open->at = open->string ? view.data : view.next;
  } else {
    pier_buffer_append_byte(printer->out, '|');
    open->tail = true;
    open->first = true; /* no comma */
    open->left = 1;
  }
}

static void separate(struct printer *printer, struct open *open) {
  bool value = open->kind == PIER__MAP && open->left % 2 == 1;
  if (value)
    pier_buffer_append_text(printer->out, " => ");
  else if (!open->first)
    pier_buffer_append_byte(printer->out, ',');
  open->first = false;
}

/* Prints the next child of what is open on top. */
static void print_child(struct printer *printer, struct open *open) {
  const uint8_t *at, *after;
  size_t depth = printer->stack.size;
  separate(printer, open);
  at = open->at;
  if (open->pairs) at = open->left % 2 == 0 ? open->pairs->key : (open->pairs++)->value;
  open->left--;
  if (open->string) {
    note_begin(printer);
    pier__print_unsigned(printer->out, *open->at++);
    note_leaf(printer, PIER__NODE_WORD);
    return;
  }
  after = begin_term(printer, at);
  if (after) ((struct open *)(void *)(printer->stack.data + depth) - 1)->at = after;
}

static void close_term(struct printer *printer) {
  struct open *open = top_of(printer);
  const uint8_t *after = open->end ? open->end : open->at;
  pier_buffer_append_byte(printer->out, open->kind == PIER__NIL ? ']' : '}');
  note_close(printer, open);
  printer->stack.size -= sizeof *open;
  if (printer->stack.size > 0) top_of(printer)->at = after;
}

/* By the short way as many children as that can do; true if these are all. */
static bool print_simple(struct printer *printer, struct open *open) {
  size_t done;
  if (printer->strings || printer->nodes || open->string || open->kind == PIER__MAP)
    return false;
  done = pier__print_run(printer->out, &open->at, open->left, !open->first);
  if (done > 0) open->first = false;
  open->left -= done;
  return open->left == 0;
}

static void print_open(struct printer *printer) {
  while (printer->stack.size > 0 && !printer->out->error && !printer->stack.error) {
    struct open *open = top_of(printer);
    if (open->left > 0 && print_simple(printer, open)) continue;
    if (open->left > 0)
      print_child(printer, open);
    else if (open->kind == PIER__LIST)
      continue_list(printer, open);
    else
      close_term(printer);
  }
}

static bool shows_strings(pier_text_style style) {
  return style == PIER_TEXT_TP || style == PIER_TEXT_PRETTY;
}

/* Any term, by the long way. */
static int print_any(pier_buffer *out, const uint8_t *at, pier_text_style style,
                     pier_buffer *nodes) {
  struct printer printer;
  int error;
  memset(&printer, 0, sizeof printer);
  printer.out = out;
  printer.nodes = nodes;
  printer.counted = out->size;
  printer.unicode = style != PIER_TEXT_W;
  printer.strings = shows_strings(style);
  begin_term(&printer, at);
  print_open(&printer);
  error = printer.stack.error ? printer.stack.error : out->error;
  if (!error && nodes) error = nodes->error;
  pier_buffer_free(&printer.stack);
  pier__maps_free(&printer.maps);
  return error;
}

int pier__print_flat(pier_buffer *out, const uint8_t *at, pier_text_style style,
                     pier_buffer *nodes) {
  bool simple = !nodes && !shows_strings(style) && pier__print_run(out, &at, 1, false) > 0;
  return simple ? out->error : print_any(out, at, style, nodes);
}

int pier_term_print(pier_buffer *out, pier_span term, pier_text_style style, unsigned width) {
  size_t before = out->size;
  int error;
  if (term.size == 0) return PIER_EARG;
  if (out->error) return out->error;
  /* Most texts are longer than the bytes; a limit is for what is really needed. */
  if (out->limit == 0 && !pier_buffer_reserve(out, term.size + ROOM)) return out->error;
  if (style == PIER_TEXT_PRETTY)
    error = pier__print_pretty(out, pier__view_start(term), width > 0 ? width : DEFAULT_WIDTH);
  else
    error = pier__print_flat(out, pier__view_start(term), style, NULL);
  if (error) out->size = before;
  return error;
}
