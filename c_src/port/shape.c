#include "port/shape.h"

#include <string.h>

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

int pier__shape_flags(const pier__view *list, const struct pier__flag *known, unsigned *flags) {
  const uint8_t *at = list->next;
  const struct pier__flag *flag;
  size_t left = list->count;
  pier__view element;
  if (list->kind == PIER__NIL) return 1;
  if (list->kind != PIER__LIST) return 0;
  for (; left > 0; left--, at = pier__view_skip(at)) {
    pier__view_at(&element, at);
    for (flag = known; flag->name && !pier__shape_is_atom(&element, flag->name); flag++)
      ;
    if (!flag->name) return 0;
    *flags |= flag->flag;
  }
  pier__view_at(&element, at);
  return element.kind == PIER__NIL;
}
