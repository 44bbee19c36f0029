/* Keys of maps. A map that is searched is known by `at` and the pairs behind it,
 * where the next search begins; it may be at its end more than once. */
#include "term/read.h"

#include "term/atom.h"

#include <stdio.h>

/* What a key is compared with: the name of an atom, or a term. */
struct wanted {
  pier_span name;
  pier_span term;
};

/* 1, 0, or PIER_ENOMEM; *value gets where the value is. */
static int is_wanted(const struct wanted *wanted, const uint8_t *key, const uint8_t **value) {
  int error = 0, same;
  if (!wanted->term.data) {
    *value = pier__atom_pass(key, wanted->name);
    if (*value) return 1;
  }
  *value = pier__view_skip(key);
  if (!wanted->term.data) return 0;
  same = pier_term_equal(pier_span_of(key, (size_t)(*value - key)), wanted->term, &error);
  return error ? error : same;
}

/* Looks at `count` pairs from *at on. 1 and *at is the value, *count the pairs
 * behind it; or 0 or an error. */
static int search(const struct wanted *wanted, const uint8_t **at, size_t *count) {
  const uint8_t *key = *at, *value;
  size_t left;
  int found;
  for (left = *count; left > 0; left--) {
    found = is_wanted(wanted, key, &value);
    if (found < 0) return found;
    if (found) {
      *at = value;
      *count = left - 1;
      return 1;
    }
    key = pier__view_skip(value);
  }
  return 0;
}

/* Tells the outer reader, if it waits for this map, where it may go on to its end. */
static void reach(const pier_reader *map, const uint8_t *at, size_t behind) {
  pier_reader *up = map->up;
  if (up->state != PIER_READER_PASSED || up->at != map->term) return;
  up->reach = at;
  up->behind = behind;
}

/* To the next pair, from wherever the map was read to. False if it cannot be
 * searched; that has been told. */
static bool prepare(pier_reader *map) {
  if (map->state == PIER_READER_FAILED) return false;
  if (map->kind != PIER_READER_MAP && map->kind != PIER_READER_SEARCHED) {
    pier__read_fail_whole(map, PIER_EARG, "map to look for a key");
    return false;
  }
  if (map->state == PIER_READER_OPEN || map->state == PIER_READER_PASSED) {
    if (!pier_read_more_general(map) && map->state == PIER_READER_FAILED) return false;
  }
  if (map->kind == PIER_READER_MAP) {
    if (map->left % 2 == 1) map->at = pier__view_skip(map->at);
    map->more.pairs = map->left / 2;
    map->kind = PIER_READER_SEARCHED;
    if (map->up->state == PIER_READER_OPEN && map->up->at == map->term)
      map->up->state = PIER_READER_PASSED;
    reach(map, map->at, 2 * map->more.pairs);
  } else if (map->left == 1) {
    map->at = pier__view_skip(map->at);
  }
  map->left = 0;
  return true;
}

static int find(pier_reader *map, const struct wanted *wanted) {
  const uint8_t *at;
  size_t behind, before;
  int found;
  if (!prepare(map)) return 0;
  at = map->at;
  behind = map->more.pairs;
  found = search(wanted, &at, &behind);
  if (found == 0) {
    before = pier__load32(map->term + 1) - behind;
    at = map->term + 5;
    found = search(wanted, &at, &before);
    behind += before;
  }
  if (found < 0) {
    pier__read_fail_whole(map, found, NULL);
    return 0;
  }
  if (found == 0) return 0;
  reach(map, at, 2 * behind + 1);
  map->at = at;
  map->more.pairs = behind;
  map->left = 1;
  map->state = PIER_READER_READY;
  return 1;
}

int pier_read_find(pier_reader *map, const char *key) {
  struct wanted wanted = {pier_span_text(key), {NULL, 0}};
  return find(map, &wanted);
}

int pier_read_find_term(pier_reader *map, pier_span key) {
  struct wanted wanted = {{NULL, 0}, key};
  if (key.size > 0) return find(map, &wanted);
  pier__read_fail_whole(map, PIER_EARG, "term as the key");
  return 0;
}

int pier_read_key(pier_reader *map, const char *key) {
  char expected[64];
  if (pier_read_find(map, key)) return 1;
  snprintf(expected, sizeof expected, "map with key %s", key);
  pier__read_fail_whole(map, PIER_EMATCH, expected);
  return 0;
}
