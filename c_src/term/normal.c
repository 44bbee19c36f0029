#include "term/normal.h"

#include "term/emit.h"
#include "term/order.h"
#include "term/text.h"

#include <string.h>

/* What is open while a term is written again. */
struct open {
  pier__kind kind;
  bool tail;               /* PIER__LIST: the term in work is the tail */
  size_t left;             /* children (a list: elements) still to write */
  size_t head;             /* where it begins in the output */
  size_t total;            /* PIER__LIST: elements so far announced */
  const uint8_t *at;       /* the next child */
  const uint8_t *end;      /* a sorted map's end */
  const pier__pair *pairs; /* a sorted map's pairs */
};

struct writer {
  pier_buffer *out;
  pier_buffer stack;
  pier__maps maps;
};

static struct open *top_of(const struct writer *writer) {
  return (struct open *)(void *)(writer->stack.data + writer->stack.size) - 1;
}

/* ---- Leaves -------------------------------------------------------------- */

static void write_atom(pier_buffer *out, const pier__view *view) {
  uint8_t name[2 * UINT8_MAX];
  size_t size = 0, i;
  if (!view->latin1) {
    pier_write_atom_span(out, pier_span_of(view->data, view->size));
    return;
  }
  for (i = 0; i < view->size && i < UINT8_MAX; i++)
    size += pier__utf8_encode(name + size, view->data[i]);
  pier_write_atom_span(out, pier_span_of(name, size));
}

static void write_word(pier_buffer *out, uint64_t value) {
  uint8_t bytes[4];
  pier__store32(bytes, (uint32_t)value);
  pier_buffer_append(out, bytes, sizeof bytes);
}

static void write_identifier(pier_buffer *out, const pier__view *view) {
  pier__identifier id;
  uint8_t words[3] = {ERL_NEWER_REFERENCE_EXT, 0, 0};
  bool wide;
  unsigned i;
  pier__view_identifier(view, &id);
  wide = view->kind == PIER__PORT && id.word[0] > 0x0fffffff;
  words[2] = (uint8_t)id.words;
  if (view->kind == PIER__REF)
    pier_buffer_append(out, words, sizeof words);
  else
    pier_buffer_append_byte(out, view->kind == PIER__PID ? ERL_NEW_PID_EXT
                                 : wide                  ? ERL_V4_PORT_EXT
                                                         : ERL_NEW_PORT_EXT);
  write_atom(out, &id.node);
  if (view->kind == PIER__REF) write_word(out, id.creation);
  if (wide) write_word(out, id.word[0] >> 32);
  for (i = 0; i < id.words; i++)
    write_word(out, id.word[i]);
  if (view->kind != PIER__REF) write_word(out, id.creation);
}

static void write_export(pier_buffer *out, const pier__view *view) {
  const uint8_t *at = view->data + 1;
  pier__view part;
  int i;
  pier_buffer_append_byte(out, ERL_EXPORT_EXT);
  for (i = 0; i < 2; i++, at = part.next) {
    pier__view_at(&part, at);
    write_atom(out, &part);
  }
  pier__view_at(&part, at);
  pier__emit_integer(out, false, part.magnitude);
}

/* The Size is patched when the free variables are written. */
static size_t write_fun(pier_buffer *out, const pier__view *view) {
  size_t head = out->size;
  pier__fun fun;
  pier__view creator;
  pier__view_fun(view, &fun);
  pier__view_at(&creator, fun.module.next);
  pier__view_at(&creator, creator.next);
  pier__view_at(&creator, creator.next);
  pier_buffer_append(out, view->data, PIER__FUN_PARTS);
  write_atom(out, &fun.module);
  pier_write_int64(out, fun.old_index);
  pier_write_int64(out, fun.uniq);
  write_identifier(out, &creator);
  return head;
}

static void close_fun(pier_buffer *out, size_t head) {
  if (!out->error) pier__store32(out->data + head + 1, (uint32_t)(out->size - head - 1));
}

static void write_leaf(pier_buffer *out, const pier__view *view) {
  switch (view->kind) {
  case PIER__INT:
    if (view->size > 0)
      pier__emit_big(out, view->negative, view->data, view->size);
    else
      pier__emit_integer(out, view->negative, view->magnitude);
    break;
  case PIER__FLOAT:
    pier_write_double(out, view->real);
    break;
  case PIER__ATOM:
    write_atom(out, view);
    break;
  case PIER__REF:
  case PIER__PORT:
  case PIER__PID:
    write_identifier(out, view);
    break;
  case PIER__EXPORT:
    write_export(out, view);
    break;
  case PIER__FUN:
    close_fun(out, write_fun(out, view));
    break;
  default:
    pier__emit_bits(out, view->data, view->size, view->bits);
  }
}

/* ---- Lists ------------------------------------------------------------- */

static bool is_byte(const pier__view *view) {
  return view->kind == PIER__INT && !view->negative && view->size == 0 &&
         view->magnitude <= UINT8_MAX;
}

/* Copies a list that a string can hold, over all the lists in tail position.
 * The address after it, NULL (and nothing written) if it is another list. */
static const uint8_t *write_string(pier_buffer *out, const pier__view *list) {
  pier__view view = *list;
  size_t from = out->size, left = 0;
  uint8_t head[3] = {ERL_STRING_EXT, 0, 0};
  pier_buffer_append(out, head, sizeof head);
  while (!out->error && out->size - from <= PIER__STRING_BYTES + sizeof head) {
    size_t count = out->size - from - sizeof head;
    if (left > 0) pier__view_solid(&view);
    if (left > 0 && is_byte(&view)) {
      pier_buffer_append_byte(out, (uint8_t)view.magnitude);
      left--;
    } else if (left == 0 && view.kind == PIER__LIST) {
      left = view.count;
    } else if (left == 0 && view.kind == PIER__STRING) {
      pier_buffer_append(out, view.data, view.size);
      count += view.size;
      if (count > PIER__STRING_BYTES) break;
      view.kind = PIER__NIL;
    } else {
      break;
    }
    if (view.kind != PIER__NIL) pier__view_at(&view, view.next);
    if (left > 0 || view.kind != PIER__NIL) continue;
    count = out->size - from - sizeof head;
    if (out->error || count > PIER__STRING_BYTES) break;
    out->data[from + 1] = (uint8_t)(count >> 8);
    out->data[from + 2] = (uint8_t)count;
    if (count == 0) {
      out->size = from;
      pier_buffer_append_byte(out, ERL_NIL_EXT);
    }
    return view.next;
  }
  if (!out->error) out->size = from;
  return NULL;
}

static void add_elements(struct writer *writer, struct open *open, size_t count) {
  open->total += count;
  pier__store32(writer->out->data + open->head + 1, (uint32_t)open->total);
}

/* A list whose elements are through stands before its tail. True if that made
 * the list longer. */
static bool extend_list(struct writer *writer, struct open *open) {
  pier__view view;
  size_t i;
  pier__view_at(&view, open->at);
  if (view.kind == PIER__LIST) {
    add_elements(writer, open, view.count);
    open->left = view.count;
    open->at = view.next;
    return true;
  }
  if (view.kind != PIER__STRING) {
    open->tail = true;
    open->left = 1;
    return true;
  }
  add_elements(writer, open, view.size);
  for (i = 0; i < view.size; i++)
    pier__emit_integer(writer->out, false, view.data[i]);
  pier_buffer_append_byte(writer->out, ERL_NIL_EXT);
  open->at = view.next;
  return false;
}

/* ---- The walk ---------------------------------------------------------- */

static int open_term(struct writer *writer, const pier__view *view, const uint8_t *at) {
  const pier__map_entry *entry =
      view->kind == PIER__MAP ? pier__maps_find(&writer->maps, at) : NULL;
  struct open open;
  memset(&open, 0, sizeof open);
  open.kind = view->kind;
  open.left = view->kind == PIER__LIST ? view->count : view->children;
  open.at = view->next;
  open.head = writer->out->size;
  open.total = view->count;
  if (entry) {
    open.pairs = pier__maps_pairs(&writer->maps, entry);
    open.end = entry->end;
    open.left = 2 * entry->count;
  }
  if (view->kind == PIER__TUPLE) pier_write_tuple(writer->out, view->count);
  if (view->kind == PIER__LIST) pier_write_list(writer->out, view->count);
  if (view->kind == PIER__MAP) pier_write_map(writer->out, open.left / 2);
  if (view->kind == PIER__FUN) write_fun(writer->out, view);
  return pier_buffer_append(&writer->stack, &open, sizeof open);
}

/* Writes the term at `at`, or opens it. The address after it, or NULL. */
static const uint8_t *write_term(struct writer *writer, const uint8_t *at) {
  const uint8_t *end;
  pier__view view;
  pier__view_at(&view, at);
  while (view.kind == PIER__LIST && view.count == 0)
    pier__view_at(&view, at = view.next);
  if (view.kind == PIER__LIST || view.kind == PIER__STRING) {
    end = write_string(writer->out, &view);
    if (end) return end;
  }
  if (view.children > 0) {
    open_term(writer, &view, at);
    return NULL;
  }
  if (view.kind == PIER__TUPLE)
    pier_write_tuple(writer->out, 0);
  else if (view.kind == PIER__MAP)
    pier_write_map(writer->out, 0);
  else if (view.kind == PIER__NIL)
    pier_buffer_append_byte(writer->out, ERL_NIL_EXT);
  else
    write_leaf(writer->out, &view);
  return view.next;
}

static const uint8_t *next_child(struct open *open) {
  open->left--;
  if (!open->pairs) return open->at;
  if (open->left % 2 == 1) return open->pairs->key;
  return (open->pairs++)->value;
}

/* Closes what is finished; the address after it goes to what is around it. */
static void close_terms(struct writer *writer, const uint8_t *after) {
  while (writer->stack.size > 0) {
    struct open *open = top_of(writer);
    if (after) open->at = after;
    if (open->left > 0) return;
    if (open->kind == PIER__LIST && !open->tail && extend_list(writer, open)) {
      if (open->left > 0) return;
      after = NULL; /* an empty list before its tail: look again */
      continue;
    }
    if (open->kind == PIER__FUN) close_fun(writer->out, open->head);
    after = open->end ? open->end : open->at;
    writer->stack.size -= sizeof *open;
  }
}

int pier__normal(pier_buffer *out, const uint8_t *at) {
  struct writer writer;
  int error;
  memset(&writer, 0, sizeof writer);
  writer.out = out;
  error = pier__maps_index(&writer.maps, at);
  if (!error) {
    const uint8_t *after = write_term(&writer, at);
    close_terms(&writer, after);
    while (writer.stack.size > 0 && !out->error && !writer.stack.error) {
      after = write_term(&writer, next_child(top_of(&writer)));
      if (after) close_terms(&writer, after);
    }
    error = writer.stack.error ? writer.stack.error : out->error;
  }
  pier_buffer_free(&writer.stack);
  pier__maps_free(&writer.maps);
  return error;
}

int pier__normal_in_place(pier_buffer *out, size_t from) {
  pier_buffer normal = PIER_BUFFER_INIT;
  int error = pier__normal(&normal, out->data + from);
  if (!error) {
    out->size = from;
    error = pier_buffer_append(out, normal.data, normal.size);
  }
  pier_buffer_free(&normal);
  return error;
}

int pier_term_normalize(pier_buffer *out, pier_span term) {
  size_t before = out->size;
  int error = term.size == 0 ? PIER_EARG : pier_write_version(out);
  if (!error) error = pier__normal(out, pier__view_start(term));
  if (error && out->size > before) out->size = before;
  return error;
}
