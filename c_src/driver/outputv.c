/* A command as the vector that outputv gets: the first slot is empty, for the driver;
 * big binaries have slots of their own, what is small is gathered in one binary. */
#include "driver/driver.h"

#include "driver/check.h"

#include "term/deep.h"

#include <string.h>

/* From this many slots on, binaries up to the bigger limit are gathered as well. */
enum { SMALL = 64, PACKED_SMALL = 255, MANY = 16 };

/* One pass per use: sizes first, then the vector. */
struct vector {
  size_t limit; /* what is gathered */
  size_t slots; /* without the first one */
  size_t gathered, total;
  int in_run; /* the slot before is of what is gathered */
};

/* A run of bytes or a binary: where the pieces of the vector come from. */
struct piece {
  const uint8_t *data;
  size_t size;
  int binary;
};

static int add_piece(pier_buffer *pieces, const pier__view *leaf, int is_tail) {
  struct piece piece = {leaf->data, leaf->size, leaf->kind == PIER__BITS};
  int error = 0;
  (void)is_tail;
  if (leaf->kind == PIER__INT) {
    piece.data = pier__byte_term((uint8_t)leaf->magnitude) + 1;
    piece.size = 1;
  }
  if (leaf->kind == PIER__BITS && leaf->bits != 8) piece.size = 0;
  if (leaf->kind != PIER__NIL && piece.size > 0)
    error = pier_buffer_append(pieces, &piece, sizeof piece);
  return error;
}

/* The command was found to be iodata before. If it is <<>>, that is a slot. */
static int find_pieces(pier_buffer *pieces, pier_span term, pier_span data) {
  struct piece all = {data.data, data.size, 1};
  int empty = 0;
  pier__view view;
  if (term.size > 0) {
    pier__view_at(&view, pier__view_start(term));
    if (view.kind == PIER__LIST) return pier__deep(&view, pieces, add_piece, NULL);
    all.binary = empty = view.kind == PIER__BITS;
  }
  return data.size > 0 || empty ? pier_buffer_append(pieces, &all, sizeof all) : 0;
}

static int has_slot(const struct piece *piece, const struct vector *vector) {
  return piece->binary && piece->size > vector->limit;
}

static void measure(struct vector *vector, const struct piece *pieces, size_t count) {
  size_t i;
  for (i = 0; i < count; i++) {
    int own = has_slot(&pieces[i], vector);
    vector->slots += own || !vector->in_run;
    vector->in_run = !own;
    if (!own) vector->gathered += pieces[i].size;
    vector->total += pieces[i].size;
  }
}

static void fill(const struct vector *vector, const struct piece *pieces, size_t count,
                 ErlIOVec *ev, ErlDrvBinary *common) {
  char *room = common ? common->orig_bytes : NULL;
  int slot = 0, in_run = 0;
  size_t i;
  for (i = 0; i < count; i++) {
    if (has_slot(&pieces[i], vector)) {
      ErlDrvBinary *own = pier__binary_of(pieces[i].data, pieces[i].size);
      in_run = 0;
      slot++;
      ev->binv[slot] = own;
      ev->iov[slot].iov_base = own ? own->orig_bytes : NULL;
      ev->iov[slot].iov_len = own ? pieces[i].size : 0;
      if (!own) ev->size = SIZE_MAX;
      continue;
    }
    if (!in_run) {
      slot++;
      ev->binv[slot] = common;
      if (common) driver_binary_inc_refc(common);
      ev->iov[slot].iov_base = room;
      ev->iov[slot].iov_len = 0;
    }
    in_run = 1;
    if (pieces[i].size > 0) memcpy(room, pieces[i].data, pieces[i].size);
    if (room) room += pieces[i].size;
    ev->iov[slot].iov_len += pieces[i].size;
  }
}

/* What a driver puts into slot 0 stays its own. */
static void free_binaries(ErlDrvBinary **binaries, size_t count) {
  size_t i;
  for (i = 1; i < count; i++)
    driver_free_binary(binaries[i]);
}

/* The binaries are let go of while it is known in which call. */
static void call_outputv(struct pier__dport *dport, ErlIOVec *ev, ErlDrvBinary **binaries) {
  size_t i, slots = (size_t)ev->vsize;
  for (i = 0; dport->drivers->check && i < slots; i++)
    if (binaries[i]) pier__check_given(binaries[i], dport->driver);
  pier__enter(dport, "outputv");
  dport->driver->entry.outputv(dport->data, ev);
  free_binaries(binaries, slots);
  pier__leave(dport);
}

/* iov and binv lie one behind the other in one block. */
static int make_and_call(struct pier__dport *dport, const struct vector *vector,
                         const struct piece *pieces, size_t count) {
  size_t slots = vector->slots + 1, size = slots * (sizeof(SysIOVec) + sizeof(ErlDrvBinary *));
  ErlDrvBinary *common = NULL, **binaries;
  char *block = pier_alloc(size);
  ErlIOVec ev;
  int error = block ? 0 : PIER_ENOMEM;
  if (error == 0 && vector->gathered > 0) {
    common = driver_alloc_binary(vector->gathered);
    if (!common) error = PIER_ENOMEM;
  }
  if (error == 0) {
    memset(block, 0, size);
    ev.iov = (SysIOVec *)(void *)block;
    ev.binv = binaries = (ErlDrvBinary **)(void *)(block + slots * sizeof(SysIOVec));
    ev.vsize = (int)slots;
    ev.size = vector->total;
    fill(vector, pieces, count, &ev, common);
    if (ev.size == SIZE_MAX) {
      error = PIER_ENOMEM;
      free_binaries(binaries, slots);
    } else {
      driver_free_binary(common); /* the slots have it */
      common = NULL;
      call_outputv(dport, &ev, binaries);
    }
  }
  driver_free_binary(common);
  pier_free(block);
  return error;
}

void pier__outputv(struct pier__dport *dport, pier_span term, pier_span data) {
  pier_buffer found = PIER_BUFFER_INIT;
  struct vector vector = {.limit = SMALL}, packed = {.limit = PACKED_SMALL};
  const struct piece *pieces;
  size_t count;
  int error = find_pieces(&found, term, data);
  pieces = (const struct piece *)(const void *)found.data;
  count = found.size / sizeof *pieces;
  measure(&vector, pieces, count);
  if (vector.slots >= MANY) {
    measure(&packed, pieces, count);
    vector = packed;
  }
  if (error == 0) error = make_and_call(dport, &vector, pieces, count);
  if (error < 0) pier__driver_log(dport, error, "out of memory: a command was lost");
  pier_buffer_free(&found);
}
