#include "term/order.h"

/* True if `inner` is a part of `outer`, so that its maps are indexed with it. */
static bool contains(pier_span outer, pier_span inner) {
  const uint8_t *from = pier__view_start(outer), *at = pier__view_start(inner);
  if ((uintptr_t)at < (uintptr_t)from || (uintptr_t)at - (uintptr_t)from >= outer.size)
    return false;
  return at < pier__view_skip(from);
}

/* Both go into one index, which is in the order of addresses. */
static int index_both(pier__maps *maps, pier_span a, pier_span b) {
  pier_span low = (uintptr_t)a.data <= (uintptr_t)b.data ? a : b;
  pier_span high = low.data == a.data ? b : a;
  int error = pier__maps_index(maps, pier__view_start(low));
  if (!error && !contains(low, high)) error = pier__maps_add(maps, pier__view_start(high));
  return error;
}

typedef int (*order_function)(const pier__maps *maps, const uint8_t *a, const uint8_t *b,
                              int *error);

static int compare(pier_span a, pier_span b, order_function compare_parts, int *error) {
  pier__maps maps;
  int order = 0;
  if (a.size == 0 || b.size == 0) {
    *error = PIER_EARG;
    return 0;
  }
  *error = index_both(&maps, a, b);
  if (!*error) order = compare_parts(&maps, pier__view_start(a), pier__view_start(b), error);
  pier__maps_free(&maps);
  return *error ? 0 : order;
}

int pier_term_compare(pier_span a, pier_span b, int *error) {
  int ignored;
  return compare(a, b, pier__order_by_value, error ? error : &ignored);
}

int pier_term_equal(pier_span a, pier_span b, int *error) {
  int ignored, *to = error ? error : &ignored;
  int order = compare(a, b, pier__order, to);
  return *to == 0 && order == 0;
}
