/*
 * term/order.h - Erlang's term order as the keys of a map have it (all
 * integers before all floats), and the maps of a term with their pairs in that
 * order. One pass finds all pairs, so that nothing has to skip over nested
 * terms again and again.
 */
#ifndef PIER_TERM_ORDER_H
#define PIER_TERM_ORDER_H

#include "term/view.h"

typedef struct pier__pair {
  const uint8_t *key;
  const uint8_t *value;
} pier__pair;

/* The maps of more than one pair, in the order of their bytes. */
typedef struct pier__maps {
  pier_buffer maps;
  pier_buffer pairs;
} pier__maps;

typedef struct pier__map_entry {
  const uint8_t *at;  /* its tag */
  const uint8_t *end; /* the byte after it */
  size_t first;       /* of its pairs */
  size_t count;       /* without pairs whose key comes again later */
} pier__map_entry;

/* Finds the maps in the bare term at `at` and sorts their pairs. PIER_ENOMEM. */
int pier__maps_index(pier__maps *maps, const uint8_t *at);
/* Adds those of another term, which lies behind. */
int pier__maps_add(pier__maps *maps, const uint8_t *at);
void pier__maps_free(pier__maps *maps);

/* The entry of the map at `at`; NULL if it has fewer than two pairs. */
const pier__map_entry *pier__maps_find(const pier__maps *maps, const uint8_t *at);
static inline const pier__pair *pier__maps_pairs(const pier__maps *maps,
                                                 const pier__map_entry *entry) {
  return (const pier__pair *)(const void *)maps->pairs.data + entry->first;
}

/* Below, above or equal to 0, as a is before, after or the same as b. The maps
 * inside both are in `maps`. *error gets PIER_ENOMEM. In pier__order 1 and 1.0
 * differ, in the other one they do so in the keys of maps only. */
int pier__order(const pier__maps *maps, const uint8_t *a, const uint8_t *b, int *error);
int pier__order_by_value(const pier__maps *maps, const uint8_t *a, const uint8_t *b,
                         int *error);

/* Two views of integers; an integer and a float, exactly. */
int pier__order_integers(const pier__view *a, const pier__view *b);
int pier__order_mixed(const pier__view *whole, double real);

#endif
