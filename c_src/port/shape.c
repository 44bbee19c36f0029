#include "port/shape.h"

#include <string.h>

static const char node[] = "nonode@nohost";

int pier__shape_is_atom(const pier__view *view, const char *name) {
  size_t size = strlen(name);
  return view->kind == PIER__ATOM && view->size == size && memcmp(view->data, name, size) == 0;
}

int pier__shape_integer(const pier__view *view, long long *value) {
  if (view->kind != PIER__INT || view->size != 0 || view->magnitude > INT64_MAX) return 0;
  *value = view->negative ? -(long long)view->magnitude : (long long)view->magnitude;
  return 1;
}

int pier__shape_pair(const pier__view *view, pier__view *first, pier__view *second) {
  if (view->kind != PIER__TUPLE || view->count != 2) return 0;
  pier__view_at(first, view->next);
  pier__view_at(second, pier__view_skip(view->next));
  return 1;
}

int pier__shape_is_list(const pier__view *view) {
  return view->kind == PIER__NIL || view->kind == PIER__LIST || view->kind == PIER__STRING;
}

int pier__shape_pid(const pier__view *view, uint64_t *number) {
  pier__identifier identifier;
  if (view->kind != PIER__PID) return 0;
  pier__view_identifier(view, &identifier);
  if (!pier__shape_is_atom(&identifier.node, node) || identifier.word[1] != 0) return 0;
  *number = identifier.word[0];
  return 1;
}
