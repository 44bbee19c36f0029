#include "term/match.h"
#include "term/normal.h"

#include <string.h>

/* Values wait here until the whole pattern has matched. */

static pier__store *store_at(pier__match *match, size_t index) {
  if (index < PIER__FEW_STORES) return &match->few[index];
  return (pier__store *)(void *)match->more.data + (index - PIER__FEW_STORES);
}

int pier__match_remember(pier__match *match, const pier__store *store) {
  if (match->stores < PIER__FEW_STORES) {
    match->few[match->stores] = *store;
  } else if (pier_buffer_append(&match->more, store, sizeof *store) < 0) {
    return PIER_ENOMEM;
  }
  match->stores++;
  return 0;
}

/* The rest of a list as a list of its own. */
static int copy_rest(pier_buffer *to, const pier__cursor *list) {
  pier_buffer whole = PIER_BUFFER_INIT;
  uint8_t head[5] = {ERL_LIST_EXT, 0, 0, 0, 0};
  size_t size;
  int error;
  if (list->string) {
    size = list->left;
    head[0] = size > 0 ? ERL_STRING_EXT : ERL_NIL_EXT;
    head[1] = (uint8_t)(size >> 8);
    head[2] = (uint8_t)size;
    pier_buffer_append(to, head, size > 0 ? 3 : 1);
    return pier_buffer_append(to, list->at, size);
  }
  if (list->left == 0) {
    const uint8_t *end = pier__view_skip(list->at);
    return pier_buffer_append(to, list->at, (size_t)(end - list->at));
  }
  for (size = 0; size < 4; size++)
    head[4 - size] = (uint8_t)(list->left >> (8 * size));
  pier_buffer_append(&whole, head, sizeof head);
  {
    const uint8_t *end = list->at;
    size_t left = list->left + 1;
    while (left-- > 0)
      end = pier__view_skip(end);
    pier_buffer_append(&whole, list->at, (size_t)(end - list->at));
  }
  error = whole.error ? whole.error : pier__normal(to, whole.data);
  pier_buffer_free(&whole);
  return error;
}

static int copy_term(const pier__store *store) {
  pier_buffer *to = store->to;
  size_t before = to->size;
  int error = pier_write_version(to);
  if (!error) {
    error = store->list.at ? copy_rest(to, &store->list)
                           : pier_buffer_append(to, store->span.data, store->span.size);
  }
  if (error && before <= to->size) to->size = before;
  return error;
}

static void store_value(const pier__store *store) {
  switch (store->letter) {
  case 'i':
    *(int *)store->to = store->value.i;
    break;
  case 'u':
    *(unsigned *)store->to = store->value.u;
    break;
  case 'l':
    *(long long *)store->to = store->value.l;
    break;
  case 'L':
    *(unsigned long long *)store->to = store->value.L;
    break;
  case 'd':
    *(double *)store->to = store->value.d;
    break;
  default:
    *(pier_span *)store->to = store->span;
  }
}

/* Copies come first, they can fail; then what was copied is taken back. */
int pier__match_commit(pier__match *match) {
  size_t i, done = 0;
  int error = 0;
  for (i = 0; i < match->stores; i++) {
    pier__store *store = store_at(match, i);
    size_t before;
    if (store->letter != 'T') continue;
    before = ((pier_buffer *)store->to)->size;
    error = copy_term(store);
    store->span.size = before;
    if (error) break;
  }
  for (done = i; error && done > 0; done--) {
    const pier__store *store = store_at(match, done - 1);
    if (store->letter == 'T') ((pier_buffer *)store->to)->size = store->span.size;
  }
  for (i = 0; i < match->stores && !error; i++)
    if (store_at(match, i)->letter != 'T') store_value(store_at(match, i));
  if (error) pier_diag_set(match->diag, error, 0, "%s", pier_strerror(error));
  return error;
}
