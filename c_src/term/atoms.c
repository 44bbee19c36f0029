/* Atoms in the one or the other encoding, everything else as it was. One pass
 * over the heads of the terms; only open funs are remembered, because they say
 * their own size. */
#include "term/text.h"
#include "term/view.h"
#include "term/write.h"

#include <string.h>

/* A fun whose free variables are being written. */
struct fun {
  size_t head;    /* where its tag is in the output */
  size_t pending; /* terms that are left to write when it has ended */
};

struct recoder {
  pier_buffer *out;
  pier_atoms form;
  pier_buffer funs;
  size_t pending; /* terms left to write */
};

static void copy(pier_buffer *out, const uint8_t *from, const uint8_t *to) {
  pier_buffer_append(out, from, (size_t)(to - from));
}

/* The name in Latin-1: how many characters; 0 if one is beyond (or there are none). */
static size_t latin1_name(const pier__view *atom, uint8_t name[PIER__ATOM_CHARACTERS]) {
  size_t size = 0, at = 0;
  while (at < atom->size && size < PIER__ATOM_CHARACTERS) {
    uint32_t character = atom->data[at];
    if (atom->latin1)
      at++;
    else
      at += pier__utf8_decode(atom->data + at, atom->size - at, &character);
    if (character > UINT8_MAX) return 0;
    name[size++] = (uint8_t)character;
  }
  return size;
}

static void write_latin1(pier_buffer *out, const uint8_t *name, size_t size) {
  uint8_t head[3] = {PIER__TAG_ATOM_LATIN1, 0, (uint8_t)size};
  pier_buffer_append(out, head, sizeof head);
  pier_buffer_append(out, name, size);
}

static void write_utf8(pier_buffer *out, const pier__view *atom) {
  uint8_t name[2 * PIER__ATOM_CHARACTERS];
  size_t size = 0, i;
  if (!atom->latin1) {
    pier_write_atom_span(out, pier_span_of(atom->data, atom->size));
    return;
  }
  for (i = 0; i < atom->size && i < PIER__ATOM_CHARACTERS; i++)
    size += pier__utf8_encode(name + size, atom->data[i]);
  pier_write_atom_span(out, pier_span_of(name, size));
}

/* Writes the atom at `at`; the address after it. */
static const uint8_t *write_atom(struct recoder *recoder, const uint8_t *at) {
  uint8_t name[PIER__ATOM_CHARACTERS];
  pier__view atom;
  size_t size;
  pier__view_at(&atom, at);
  size = recoder->form == PIER_ATOMS_LATIN1 ? latin1_name(&atom, name) : 0;
  if (size > 0 || (recoder->form == PIER_ATOMS_LATIN1 && atom.size == 0))
    write_latin1(recoder->out, name, size);
  else
    write_utf8(recoder->out, &atom);
  return atom.next;
}

/* An identifier: its tag, for some the number of its words, its node, its numbers. */
static void write_identifier(struct recoder *recoder, const uint8_t *at, const uint8_t *end) {
  bool counted = *at == PIER__TAG_NEW_REFERENCE || *at == PIER__TAG_NEWER_REFERENCE;
  const uint8_t *node = at + (counted ? 3 : 1);
  copy(recoder->out, at, node);
  copy(recoder->out, write_atom(recoder, node), end);
}

static void write_export(struct recoder *recoder, const uint8_t *at, const uint8_t *end) {
  copy(recoder->out, at, at + 1);
  copy(recoder->out, write_atom(recoder, write_atom(recoder, at + 1)), end);
}

/* Everything in front of the free variables. */
static void open_fun(struct recoder *recoder, const uint8_t *at, const uint8_t *end) {
  const uint8_t *index = at + PIER__FUN_PARTS, *creator;
  struct fun fun;
  pier__view part;
  fun.head = recoder->out->size;
  fun.pending = recoder->pending;
  copy(recoder->out, at, index);
  index = write_atom(recoder, index);
  pier__view_at(&part, index);
  pier__view_at(&part, part.next);
  creator = part.next;
  copy(recoder->out, index, creator);
  write_identifier(recoder, creator, end);
  pier_buffer_append(&recoder->funs, &fun, sizeof fun);
}

static void close_funs(struct recoder *recoder) {
  pier_buffer *out = recoder->out, *funs = &recoder->funs;
  while (funs->size > 0 && !out->error) {
    const struct fun *fun = (struct fun *)(void *)(funs->data + funs->size) - 1;
    if (fun->pending != recoder->pending) return;
    pier__store32(out->data + fun->head + 1, (uint32_t)(out->size - fun->head - 1));
    funs->size -= sizeof *fun;
  }
}

/* The head of the term at `at`, or all of it if nothing follows inside. */
static const uint8_t *write_head(struct recoder *recoder, const uint8_t *at) {
  pier__view view;
  pier__view_at(&view, at);
  switch (view.kind) {
  case PIER__ATOM:
    write_atom(recoder, at);
    break;
  case PIER__PID:
  case PIER__PORT:
  case PIER__REF:
    write_identifier(recoder, at, view.next);
    break;
  case PIER__EXPORT:
    write_export(recoder, at, view.next);
    break;
  case PIER__FUN:
    open_fun(recoder, at, view.next);
    break;
  default:
    copy(recoder->out, at, view.next);
  }
  recoder->pending += view.children;
  return view.next;
}

int pier_term_atoms(pier_buffer *out, pier_span term, pier_atoms form) {
  struct recoder recoder;
  size_t before = out->size;
  const uint8_t *at;
  int error;
  if (term.size == 0 || (form != PIER_ATOMS_UTF8 && form != PIER_ATOMS_LATIN1))
    return PIER_EARG;
  memset(&recoder, 0, sizeof recoder);
  recoder.out = out;
  recoder.form = form;
  recoder.pending = 1;
  pier_write_version(out);
  at = pier__view_start(term);
  while (recoder.pending > 0 && !out->error && !recoder.funs.error) {
    recoder.pending--;
    at = write_head(&recoder, at);
    close_funs(&recoder);
  }
  error = out->error ? out->error : recoder.funs.error;
  if (error && out->size > before) out->size = before;
  pier_buffer_free(&recoder.funs);
  return error;
}
