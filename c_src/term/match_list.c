#include "term/pattern.h"

static const uint8_t nil_term = ERL_NIL_EXT;

void pier__elements_begin(pier__elements *list, const pier__view *view, const uint8_t *at) {
  list->string = view->kind == PIER__STRING;
  list->at = list->string ? view->data : view->kind == PIER__LIST ? view->next : at;
  list->left = list->string ? view->size : view->count;
  list->end = view->next;
}

bool pier__elements_settle(pier__elements *list) {
  pier__view view;
  while (list->left == 0 && !list->string) {
    if (*list->at == ERL_NIL_EXT) return false;
    pier__view_at(&view, list->at);
    if (view.kind != PIER__LIST && view.kind != PIER__STRING) return false;
    pier__elements_begin(list, &view, list->at);
  }
  return list->left > 0;
}

const uint8_t *pier__elements_take(pier__elements *list) {
  list->left--;
  return list->string ? pier__byte_term(*list->at++) : list->at;
}

const uint8_t *pier__elements_tail(const pier__elements *list) {
  return list->string ? &nil_term : list->at;
}
