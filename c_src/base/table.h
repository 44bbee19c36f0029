/* A hash table from 64-bit numbers (never 0) to pointers: ports, processes,
 * children and monitors by their number. Look-up, insertion and removal do not
 * depend on how many there are. */
#ifndef PIER_BASE_TABLE_H
#define PIER_BASE_TABLE_H

#include <pier/base.h>

struct pier__table_slot {
  uint64_t key; /* 0: empty */
  void *value;
};

/* A zeroed struct is an empty table. */
struct pier__table {
  struct pier__table_slot *slots;
  size_t capacity; /* a power of two, or 0 */
  size_t count;
  size_t first; /* no entry lies before this slot */
};

/* Numbers are handed out in sequence: multiplying spreads them over the bits
 * that the mask keeps (Knuth's multiplicative hashing). */
static inline size_t pier__table_home(const struct pier__table *table, uint64_t key) {
  return (size_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (table->capacity - 1);
}

/* NULL for a key that is not there. */
static inline void *pier__table_get(const struct pier__table *table, uint64_t key) {
  size_t slot = pier__table_home(table, key);
  if (table->count == 0 || key == 0) return NULL;
  while (table->slots[slot].key != key && table->slots[slot].key != 0)
    slot = (slot + 1) & (table->capacity - 1);
  return table->slots[slot].value;
}
int pier__table_put(struct pier__table *table, uint64_t key, void *value); /* PIER_ENOMEM */
void *pier__table_remove(struct pier__table *table, uint64_t key); /* what it held, or NULL */

/* Any entry, its key in *key; NULL when the table is empty. For emptying a
 * table whose entries may change it while they go: in all, one walk. */
void *pier__table_any(struct pier__table *table, uint64_t *key);
void pier__table_free(struct pier__table *table);

#endif
