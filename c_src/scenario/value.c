/* Building, copying and walking values. */
#include "scenario/value.h"

#include <string.h>

pier__value *pier__value_new(pier__arena *arena, pier__value_kind kind) {
  pier__value *value = pier__arena_take(arena, sizeof *value);
  if (value) value->kind = kind;
  return value;
}

pier__value *pier__value_atom(pier__arena *arena, const char *name) {
  pier__value *value = pier__value_new(arena, PIER__ATOM);
  uint8_t *copy = pier__arena_copy(arena, pier_span_text(name));
  if (!value || !copy) return NULL;
  value->data = pier_span_of(copy, strlen(name));
  return value;
}

pier__value *pier__value_integer(pier__arena *arena, int64_t integer) {
  pier__value *value = pier__value_new(arena, PIER__INTEGER);
  if (value) value->integer = integer;
  return value;
}

pier__value *pier__value_bytes(pier__arena *arena, pier_span bytes) {
  pier__value *value = pier__value_new(arena, PIER__BITS);
  if (value) value->data = bytes;
  return value;
}

pier__value *pier__value_leaf(pier__arena *arena, const pier__value *value) {
  pier__value *copy = pier__value_new(arena, value->kind);
  if (!copy) return NULL;
  *copy = *value;
  copy->child = copy->last = copy->next = copy->parent = NULL;
  copy->count = copy->index = 0;
  return copy;
}

pier__value *pier__value_add(pier__value *parent, pier__value *child) {
  if (!parent || !child) return NULL;
  child->parent = parent;
  child->next = NULL;
  child->index = parent->count++;
  if (parent->last)
    parent->last->next = child;
  else
    parent->child = child;
  parent->last = child;
  return parent;
}

pier__value *pier__value_pair(pier__arena *arena, const char *name, pier__value *second) {
  pier__value *pair = pier__value_new(arena, PIER__TUPLE);
  pair = pier__value_add(pair, pier__value_atom(arena, name));
  return pier__value_add(pair, second);
}

pier__value *pier__value_rewrite(pier__arena *arena, const pier__value *value,
                                 pier__value_replace *replace, void *context, int *error) {
  const pier__value *part = value;
  pier__value *parent = NULL;
  pier__value *root = NULL;
  for (;;) {
    pier__value *copy = replace(context, arena, part, error);
    int whole = copy != NULL;
    if (!copy && *error == 0) copy = pier__value_leaf(arena, part);
    if (!copy || *error) {
      if (*error == 0) *error = PIER_ENOMEM;
      return NULL;
    }
    if (parent)
      pier__value_add(parent, copy);
    else
      root = copy;
    if (!whole && part->child) {
      parent = copy;
      part = part->child;
      continue;
    }
    while (part != value && !part->next) {
      part = part->parent;
      parent = parent->parent;
    }
    if (part == value) return root;
    part = part->next;
  }
}

bool pier__value_is(const pier__value *value, const char *atom) {
  return value->kind == PIER__ATOM && value->data.size == strlen(atom) &&
         memcmp(value->data.data, atom, value->data.size) == 0;
}

bool pier__value_is_tuple(const pier__value *value, const char *name, size_t count) {
  return value->kind == PIER__TUPLE && value->count == count && count > 0 &&
         pier__value_is(value->child, name);
}

const pier__value *pier__value_at(const pier__value *value, size_t index) {
  const pier__value *child = value->child;
  while (index--)
    child = child->next;
  return child;
}

bool pier__value_is_list(const pier__value *value) {
  return value->kind == PIER__LIST && !value->improper;
}

pier__value *pier__value_flat(pier__arena *arena, const pier__value *list) {
  const pier__value *byte;
  uint8_t *bytes;
  size_t at = 0;
  if (!pier__value_is_list(list)) return NULL;
  bytes = pier__arena_take(arena, list->count + 1);
  if (!bytes) return NULL;
  for (byte = list->child; byte; byte = byte->next) {
    if (byte->kind != PIER__INTEGER || byte->integer < 0 || byte->integer > 255) return NULL;
    bytes[at++] = (uint8_t)byte->integer;
  }
  return pier__value_bytes(arena, pier_span_of(bytes, at));
}

static bool same_bytes(pier_span a, pier_span b) {
  return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

bool pier__value_same(const pier__value *a, const pier__value *b) {
  return a->kind == PIER__ATOM && b->kind == PIER__ATOM && same_bytes(a->data, b->data);
}

/* The two as they are, without their parts. */
static bool alike(const pier__value *a, const pier__value *b) {
  if (a->kind != b->kind || a->count != b->count || a->improper != b->improper) return false;
  switch (a->kind) {
  case PIER__INTEGER:
    return a->integer == b->integer;
  case PIER__FLOAT:
    return !(a->real < b->real) && !(a->real > b->real);
  default:
    return a->unused == b->unused && same_bytes(a->data, b->data);
  }
}

bool pier__value_matches(const pier__value *pattern, const pier__value *value) {
  const pier__value *part = pattern;
  for (;;) {
    if (part->kind != PIER__ANY && !alike(part, value)) return false;
    if (part->child) { /* ANY has none */
      part = part->child;
      value = value->child;
      continue;
    }
    while (part != pattern && !part->next) {
      part = part->parent;
      value = value->parent;
    }
    if (part == pattern) return true;
    part = part->next;
    value = value->next;
  }
}

void pier__value_walk(const pier__value *value, pier__value_visit *enter,
                      pier__value_visit *leave, void *context) {
  const pier__value *part = value;
  for (;;) {
    enter(context, part);
    if (part->child) {
      part = part->child;
      continue;
    }
    if (leave) leave(context, part);
    while (part != value && !part->next) {
      part = part->parent;
      if (leave) leave(context, part);
    }
    if (part == value) return;
    part = part->next;
  }
}
