/* Identifiers, wherever they are in a term. Both directions go over its bytes once, heads
 * and leaves, without a stack: where each begins is all that has to be known.
 *
 * To the host the VM's own identifiers must not look like the host's, which is
 * nonode@nohost with creation 0, as the VM may well be: a bit of their creation is turned
 * over on the way in, and back on the way out. */
#include "serve/inside.h"

#include "port/identifier.h"

#include <string.h>

enum {
  NODE_SIZE = sizeof PIER__SERVE_NODE - 1,
  TURNED = 0x80 /* of the first byte of a creation */
};
_Static_assert(sizeof PIER__SERVE_NODE == sizeof PIER__NODE,
               "one takes the place of the other");

/* Where the parts of an identifier are, to be read and changed. */
struct place {
  size_t node;     /* from the tag on, the characters */
  size_t creation; /* 4 bytes, or 1 */
  int wide;
  int is_ours, is_host; /* the name of the node */
};

static void find_place(const pier__view *view, struct place *place) {
  int counted = view->tag == PIER__TAG_NEW_REFERENCE || view->tag == PIER__TAG_NEWER_REFERENCE;
  const uint8_t *start = view->data;
  pier__view node;
  pier__view_at(&node, start + (counted ? 3 : 1));
  place->wide = view->tag == PIER__TAG_NEW_PID || view->tag == PIER__TAG_NEW_PORT ||
                view->tag == PIER__TAG_V4_PORT || view->tag == PIER__TAG_NEWER_REFERENCE;
  place->node = (size_t)(node.data - start);
  place->creation =
      (size_t)((counted ? node.next : view->next - (place->wide ? 4 : 1)) - start);
  place->is_ours =
      node.size == NODE_SIZE && memcmp(node.data, PIER__SERVE_NODE, NODE_SIZE) == 0;
  place->is_host = node.size == NODE_SIZE && memcmp(node.data, PIER__NODE, NODE_SIZE) == 0;
}

static int is_identifier(const pier__view *view) {
  return view->kind == PIER__PID || view->kind == PIER__PORT || view->kind == PIER__REF;
}

/* The next term, inside or behind this one. */
static const uint8_t *step(const pier__view *view, const uint8_t *at) {
  if (view->tag == PIER__TAG_NEW_FUN) return at + PIER__FUN_PARTS;
  return view->next;
}

static uint32_t creation_of(const uint8_t *at, const struct place *place) {
  return place->wide ? pier__load32(at + place->creation) : at[place->creation];
}

/* ---- In -------------------------------------------------------------------------- */

static void take_in(const struct pier__serve *serve, const pier__view *view, uint8_t *at) {
  struct place place;
  find_place(view, &place);
  if (place.is_ours && place.wide && view->kind != PIER__PID &&
      creation_of(at, &place) == serve->creation) {
    memcpy(at + place.node, PIER__NODE, NODE_SIZE);
    pier__store32(at + place.creation, 0);
  } else {
    at[place.creation] ^= TURNED;
  }
}

int pier__serve_take_in(const struct pier__serve *serve, pier_buffer *out, pier_span term) {
  uint8_t *at, *end;
  if (pier_buffer_append(out, term.data, term.size) < 0) return out->error;
  end = out->data + out->size;
  at = end - term.size;
  while (at < end) {
    pier__view view;
    pier__view_at(&view, at);
    if (is_identifier(&view)) take_in(serve, &view, at);
    at = out->data + (step(&view, at) - out->data);
  }
  return 0;
}

/* ---- Out ------------------------------------------------------------------------- */

void pier__serve_put_port(const struct pier__serve *serve, pier_buffer *out, uint64_t number) {
  uint8_t bytes[3 + NODE_SIZE + 8] = {PIER__TAG_NEW_PORT, PIER__TAG_SMALL_ATOM_UTF8, NODE_SIZE};
  memcpy(bytes + 3, PIER__SERVE_NODE, NODE_SIZE);
  pier__store32(bytes + 3 + NODE_SIZE, (uint32_t)number);
  pier__store32(bytes + 3 + NODE_SIZE + 4, serve->creation);
  pier_buffer_append(out, bytes, sizeof bytes);
}

void pier__serve_put_pid(const struct pier__serve *serve, pier_buffer *out,
                         const struct pier__remote *remote) {
  const uint8_t tag = PIER__TAG_NEW_PID;
  uint8_t rest[12];
  pier__store32(rest, remote->id);
  pier__store32(rest + 4, remote->serial);
  pier__store32(rest + 8, serve->vm);
  pier_buffer_append(out, &tag, 1);
  pier_buffer_append(out, serve->node.data, serve->node.size);
  pier_buffer_append(out, rest, sizeof rest);
}

/* An identifier of the host becomes one of our node: where it lies, in `copy`. */
static void rename_own(const struct pier__serve *serve, const struct place *place,
                       uint8_t *copy) {
  memcpy(copy + place->node, PIER__SERVE_NODE, NODE_SIZE);
  if (place->wide)
    pier__store32(copy + place->creation, serve->creation);
  else
    copy[place->creation] = (uint8_t)serve->creation;
}

/* `fixed`: it must keep its size, which the fun around it has counted. */
static void put_identifier(const struct pier__serve *serve, pier_buffer *out,
                           const pier__view *view, const uint8_t *at, int fixed) {
  size_t size = (size_t)(view->next - at), begin = out->size;
  struct pier__remote *remote = NULL;
  struct place place;
  uint64_t number;
  find_place(view, &place);
  if (!fixed && pier__shape_pid(view, &number))
    remote = pier__table_get(&serve->by_number, number);
  if (remote) {
    pier__serve_put_pid(serve, out, remote);
    return;
  }
  if (pier_buffer_append(out, at, size) < 0) return;
  if (place.is_host && creation_of(at, &place) == 0)
    rename_own(serve, &place, out->data + begin);
  else
    out->data[begin + place.creation] ^= TURNED;
}

int pier__serve_put_out(const struct pier__serve *serve, pier_buffer *out, pier_span term) {
  const uint8_t *at = term.data, *end = term.data + term.size, *from = at, *fun_end = at;
  while (at < end) {
    const uint8_t *next;
    pier__view view;
    pier__view_at(&view, at);
    next = step(&view, at);
    if (view.tag == PIER__TAG_NEW_FUN && pier__fun_end(at) > fun_end)
      fun_end = pier__fun_end(at);
    if (is_identifier(&view)) {
      pier_buffer_append(out, from, (size_t)(at - from));
      put_identifier(serve, out, &view, at, at < fun_end);
      from = next;
    }
    at = next;
  }
  return pier_buffer_append(out, from, (size_t)(end - from));
}
