/* Where the host is: the directory and the environment of the VM, which programs inherit. */
#include "serve/inside.h"

#include "port/shape.h"

#include <stdlib.h>
#include <unistd.h>

/* A binary as a string; PIER_EMATCH if it is none, or holds a NUL. */
static int take_text(const pier__view *view, pier_buffer *text) {
  static const char nul;
  size_t i;
  if (view->kind != PIER__BITS || (view->size > 0 && view->bits != 8)) return PIER_EMATCH;
  for (i = 0; i < view->size; i++)
    if (view->data[i] == 0) return PIER_EMATCH;
  pier_buffer_clear(text);
  pier_buffer_append(text, view->data, view->size);
  return pier_buffer_append(text, &nul, 1);
}

/* What cannot be entered is left for the programs to fail in. */
int pier__serve_chdir(pier_span folder) {
  pier__view view;
  pier_buffer path = PIER_BUFFER_INIT;
  int error;
  pier__view_at(&view, folder.data);
  error = take_text(&view, &path);
  if (error >= 0 && chdir((const char *)path.data) < 0) error = 0;
  pier_buffer_free(&path);
  return error;
}

/* {Name,Value}; a name that the system does not take changes nothing. */
static int set_one(const pier__view *pair, pier_buffer *name, pier_buffer *value) {
  pier__view first, second;
  int error;
  if (!pier__shape_pair(pair, &first, &second)) return PIER_EMATCH;
  error = take_text(&first, name);
  if (error < 0) return error;
  if (pier__shape_is_atom(&second, "false")) {
    unsetenv((const char *)name->data);
    return 0;
  }
  error = take_text(&second, value);
  if (error >= 0) setenv((const char *)name->data, (const char *)value->data, 1);
  return error;
}

int pier__serve_setenv(pier_span changes) {
  pier__view list;
  pier_buffer name = PIER_BUFFER_INIT, value = PIER_BUFFER_INIT;
  const uint8_t *at;
  size_t i;
  int error;
  pier__view_at(&list, changes.data);
  at = list.next;
  error = pier__shape_is_list(&list) && list.kind != PIER__STRING ? 0 : PIER_EMATCH;
  for (i = 0; error >= 0 && list.kind != PIER__NIL && i < list.count; i++) {
    pier__view pair;
    pier_span term = pier__bare(at);
    pier__view_at(&pair, term.data);
    error = set_one(&pair, &name, &value);
    at += term.size;
  }
  pier_buffer_free(&name);
  pier_buffer_free(&value);
  return error;
}
