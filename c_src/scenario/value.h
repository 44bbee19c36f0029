/*
 * scenario/value.h - terms as trees: what a scenario file says, what a call
 * returned, what came as a message. All of it lives in an arena and is given
 * back with that; values are not changed once they are built.
 */
#ifndef PIER_SCENARIO_VALUE_H
#define PIER_SCENARIO_VALUE_H

#include <pier/host.h>

#include <stdbool.h>

/* Memory that is given back all at once. A zeroed struct is an empty one. */
typedef struct pier__arena {
  struct pier__arena_chunk *chunks;
} pier__arena;

/* Zeroed; NULL when out of memory. */
void *pier__arena_take(pier__arena *arena, size_t size);
/* A copy of the bytes, with a NUL behind them; NULL when out of memory. */
uint8_t *pier__arena_copy(pier__arena *arena, pier_span bytes);
void pier__arena_free(pier__arena *arena);

typedef enum pier__value_kind {
  PIER__INTEGER, /* of 64 bits */
  PIER__BIG,     /* `data` is the bare external term, as for the next four */
  PIER__PORT,
  PIER__PID,
  PIER__REF,
  PIER__FUN,
  PIER__FLOAT,
  PIER__ATOM,  /* `data`: UTF-8 */
  PIER__BITS,  /* `data`, of whose last byte `unused` bits do not count */
  PIER__TUPLE, /* containers: `count` values from `child` on */
  PIER__LIST,  /* [] has none; the last is the tail if `improper` */
  PIER__MAP,   /* keys and values in turn, in the order of the keys */
  PIER__ANY    /* in a pattern: '_' */
} pier__value_kind;

typedef struct pier__value {
  pier__value_kind kind;
  bool improper;
  unsigned unused;
  int64_t integer;
  double real;
  pier_span data;
  size_t count;
  size_t index; /* within `parent` */
  struct pier__value *child, *last, *next, *parent;
} pier__value;

/* ---- Making (all return NULL when out of memory) --------------------------- */

/* The value of an external term (scanned, plain), which is copied; PIER_EARG
 * cannot happen with those. */
pier__value *pier__value_decode(pier__arena *arena, pier_span term);
pier__value *pier__value_new(pier__arena *arena, pier__value_kind kind);
pier__value *pier__value_atom(pier__arena *arena, const char *name);
pier__value *pier__value_integer(pier__arena *arena, int64_t integer);
pier__value *pier__value_bytes(pier__arena *arena, pier_span bytes); /* borrowed */
/* A copy of one value without its children. */
pier__value *pier__value_leaf(pier__arena *arena, const pier__value *value);
/* `child` becomes the last of `parent`; NULL in, NULL out. */
pier__value *pier__value_add(pier__value *parent, pier__value *child);
/* {Name, Second}. */
pier__value *pier__value_pair(pier__arena *arena, const char *name, pier__value *second);

/* A copy of `value` in which `replace` may put something else for any part: a
 * new value, NULL for the part as it is; *error other than 0 stops it all. NULL
 * after an error, which is then in *error. */
typedef pier__value *pier__value_replace(void *context, pier__arena *arena,
                                         const pier__value *part, int *error);
pier__value *pier__value_rewrite(pier__arena *arena, const pier__value *value,
                                 pier__value_replace *replace, void *context, int *error);

/* ---- Looking --------------------------------------------------------------- */

bool pier__value_is(const pier__value *value, const char *atom);
/* A tuple of `count` elements, of which the first is the atom. */
bool pier__value_is_tuple(const pier__value *value, const char *name, size_t count);
/* The child number `index`, from 0; there must be one. */
const pier__value *pier__value_at(const pier__value *value, size_t index);
bool pier__value_is_list(const pier__value *value); /* a proper one */
/* A list of bytes, [] included, as a binary; else NULL, also when out of memory. */
pier__value *pier__value_flat(pier__arena *arena, const pier__value *list);
/* Same name: for two atoms. */
bool pier__value_same(const pier__value *a, const pier__value *b);
/* Erlang's order of terms; 0 also when out of memory. */
int pier__value_compare(const pier__value *a, const pier__value *b);
/* Is `value` what `pattern` says? PIER__ANY matches anything. */
bool pier__value_matches(const pier__value *pattern, const pier__value *value);

/* Each value in turn, containers before (`enter`) and after (`leave`, may be NULL)
 * their parts. */
typedef void pier__value_visit(void *context, const pier__value *value);
void pier__value_walk(const pier__value *value, pier__value_visit *enter,
                      pier__value_visit *leave, void *context);

/* Appends the external term, without the version byte. */
int pier__value_encode(const pier__value *value, pier_buffer *out);
/* Appends the text of a transcript (doc/scenarios.md). */
int pier__value_print(const pier__value *value, pier_buffer *out);

#endif
