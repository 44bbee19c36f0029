#include "term/pattern.h"

#include <string.h>

/* Doubles *items, which begins as the array `few`. */
static bool grow(void **items, const void *few, size_t used, size_t *room, size_t need,
                 size_t each) {
  size_t next = *room;
  void *fresh;
  while (next < need)
    next *= 2;
  fresh = pier_realloc(*items == few ? NULL : *items, next * each);
  if (!fresh) return false;
  if (*items == few) memcpy(fresh, few, used * each);
  *items = fresh;
  *room = next;
  return true;
}

pier__op *pier__workshop_emit(pier__workshop *shop, pier__code code) {
  void *ops = shop->ops;
  pier__op *op;
  if (shop->op_count == shop->op_room) {
    if (!grow(&ops, shop->few_ops, shop->op_count, &shop->op_room, shop->op_count + 1,
              sizeof *op))
      return NULL;
    shop->ops = ops;
  }
  op = &shop->ops[shop->op_count++];
  memset(op, 0, sizeof *op);
  op->code = (uint8_t)code;
  return op;
}

int pier__workshop_data(pier__workshop *shop, pier__op *op, const void *data, size_t size) {
  void *bytes = shop->data;
  if (size > PIER__PATTERN_DATA - shop->data_size) return PIER_ELIMIT;
  if (size > shop->data_room - shop->data_size) {
    if (!grow(&bytes, shop->few_data, shop->data_size, &shop->data_room, shop->data_size + size,
              1))
      return PIER_ENOMEM;
    shop->data = bytes;
  }
  op->data = (uint32_t)shop->data_size;
  op->size = (uint32_t)size;
  if (size > 0) memcpy(shop->data + shop->data_size, data, size);
  shop->data_size += size;
  return 0;
}

static int emit_empty_list(pier__workshop *shop) {
  pier__op *list = pier__workshop_emit(shop, PIER__DO_LIST);
  return list && pier__workshop_emit(shop, PIER__DO_LIST_END) ? 0 : PIER_ENOMEM;
}

/* Only parentheses can make other lists: these have parts to match one by one. */
static bool is_text(const pier__view *view) {
  pier__view part = *view;
  size_t left = view->count;
  for (; left > 0; left--) {
    pier__view_at(&part, part.next);
    if (part.kind != PIER__INT || part.size > 0) return false;
  }
  return *part.next == ERL_NIL_EXT;
}

int pier__workshop_literal(pier__workshop *shop, const pier_buffer *literal) {
  pier__view view;
  pier__code code = PIER__DO_LEAF;
  pier__op *op;
  pier__view_at(&view, literal->data);
  if (view.kind == PIER__NIL) return emit_empty_list(shop);
  if (view.kind == PIER__TUPLE || view.kind == PIER__MAP) return PIER_EPATTERN;
  if (view.kind == PIER__LIST && !is_text(&view)) return PIER_EPATTERN;
  if (view.kind == PIER__STRING || view.kind == PIER__LIST) code = PIER__DO_STRING;
  if (view.kind == PIER__ATOM) code = PIER__DO_ATOM;
  if (view.kind == PIER__INT && view.size == 0 && view.magnitude <= INT64_MAX)
    code = PIER__DO_INTEGER;
  op = pier__workshop_emit(shop, code);
  if (!op) return PIER_ENOMEM;
  if (code == PIER__DO_INTEGER) {
    op->whole = view.negative ? -(int64_t)view.magnitude : (int64_t)view.magnitude;
    return 0;
  }
  if (code == PIER__DO_ATOM) return pier__workshop_data(shop, op, view.data, view.size);
  return pier__workshop_data(shop, op, literal->data, literal->size);
}

void pier__workshop_free(pier__workshop *shop) {
  if (shop->ops != shop->few_ops) pier_free(shop->ops);
  if (shop->data != shop->few_data) pier_free(shop->data);
}

size_t pier__workshop_size(const pier__workshop *shop) {
  return sizeof shop->program + shop->op_count * sizeof *shop->ops + shop->data_size +
         shop->program.values + shop->program.text.size;
}

/* The bytes at `from` are the next of the block. */
static const uint8_t *put(uint8_t **at, const void *from, size_t size) {
  uint8_t *to = *at;
  if (size > 0) memcpy(to, from, size);
  *at += size;
  return to;
}

void pier__workshop_copy(const pier__workshop *shop, pier__program *block) {
  const pier__program *made = &shop->program;
  uint8_t *at = (uint8_t *)(block + 1);
  *block = *made;
  block->ops =
      (const pier__op *)(const void *)put(&at, shop->ops, shop->op_count * sizeof *shop->ops);
  block->data = put(&at, shop->data, shop->data_size);
  block->letters = put(&at, shop->letters, made->values);
  block->text.data = put(&at, made->text.data, made->text.size);
}
