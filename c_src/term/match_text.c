#include "term/pattern.h"
#include "term/text.h"

/* Text as Erlang has it: a list of characters, or a binary in UTF-8. */

static bool is_character(const pier__view *view) {
  return view->kind == PIER__INT && !view->negative && view->size == 0 &&
         view->magnitude <= 0x10ffff && (view->magnitude < 0xd800 || view->magnitude > 0xdfff);
}

static bool measure_binary(const pier__view *view, size_t *size, bool *has_nul) {
  size_t i, length;
  uint32_t c;
  if (view->size > 0 && view->bits != 8) return false;
  for (i = 0; i < view->size; i += length) {
    length = pier__utf8_decode(view->data + i, view->size - i, &c);
    if (length == 0) return false;
    *has_nul = *has_nul || c == 0;
  }
  *size = view->size;
  return true;
}

bool pier__text_measure(const uint8_t *at, size_t *size, bool *has_nul) {
  pier__elements list;
  pier__view view;
  uint8_t bytes[4];
  pier__view_at(&view, at);
  *size = 0;
  *has_nul = false;
  if (view.kind == PIER__BITS) return measure_binary(&view, size, has_nul);
  if (view.kind != PIER__LIST && view.kind != PIER__STRING && view.kind != PIER__NIL)
    return false;
  pier__elements_begin(&list, &view, at);
  while (pier__elements_settle(&list)) {
    pier__view_at(&view, pier__elements_take(&list));
    if (!is_character(&view)) return false;
    if (!list.string) list.at = view.next;
    *size += pier__utf8_encode(bytes, (uint32_t)view.magnitude);
    *has_nul = *has_nul || view.magnitude == 0;
  }
  return *pier__elements_tail(&list) == ERL_NIL_EXT;
}

void pier__text_copy(const uint8_t *at, uint8_t *to) {
  pier__elements list;
  pier__view view;
  size_t i;
  pier__view_at(&view, at);
  if (view.kind == PIER__BITS) {
    for (i = 0; i < view.size; i++)
      to[i] = view.data[i];
    return;
  }
  pier__elements_begin(&list, &view, at);
  while (pier__elements_settle(&list)) {
    pier__view_at(&view, pier__elements_take(&list));
    if (!list.string) list.at = view.next;
    to += pier__utf8_encode(to, (uint32_t)view.magnitude);
  }
}
