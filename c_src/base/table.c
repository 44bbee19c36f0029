#include "base/table.h"

#include <string.h>

enum { SMALLEST = 8 };

static size_t next(const struct pier__table *table, size_t slot) {
  return (slot + 1) & (table->capacity - 1);
}

/* The slot that holds `key`, or the empty one where it would go. */
static size_t find(const struct pier__table *table, uint64_t key) {
  size_t slot = pier__table_home(table, key);
  while (table->slots[slot].key != 0 && table->slots[slot].key != key)
    slot = next(table, slot);
  return slot;
}

static int resize(struct pier__table *table, size_t capacity) {
  struct pier__table grown = {NULL, capacity, table->count, 0};
  size_t i;
  grown.slots = pier_alloc(capacity * sizeof *grown.slots);
  if (!grown.slots) return PIER_ENOMEM;
  memset(grown.slots, 0, capacity * sizeof *grown.slots);
  for (i = 0; i < table->capacity; i++)
    if (table->slots[i].key != 0)
      grown.slots[find(&grown, table->slots[i].key)] = table->slots[i];
  pier_free(table->slots);
  *table = grown;
  return 0;
}

int pier__table_put(struct pier__table *table, uint64_t key, void *value) {
  size_t slot;
  /* At most three quarters full, so that a probe stays short. */
  if ((table->count + 1) * 4 > table->capacity * 3) {
    size_t capacity = table->capacity == 0 ? SMALLEST : table->capacity * 2;
    if (resize(table, capacity) < 0) return PIER_ENOMEM;
  }
  slot = find(table, key);
  if (table->slots[slot].key == 0) table->count++;
  table->slots[slot].key = key;
  table->slots[slot].value = value;
  if (slot < table->first) table->first = slot;
  return 0;
}

/* Moves later entries of the run into the hole, so that no marker is needed. */
static void close_hole(struct pier__table *table, size_t hole) {
  size_t slot = next(table, hole);
  while (table->slots[slot].key != 0) {
    size_t wanted = pier__table_home(table, table->slots[slot].key);
    size_t mask = table->capacity - 1;
    if (((slot - wanted) & mask) >= ((slot - hole) & mask)) {
      table->slots[hole] = table->slots[slot];
      if (hole < table->first) table->first = hole;
      hole = slot;
    }
    slot = next(table, slot);
  }
  table->slots[hole].key = 0;
  table->slots[hole].value = NULL;
}

void *pier__table_remove(struct pier__table *table, uint64_t key) {
  size_t slot;
  void *value;
  if (table->count == 0 || key == 0) return NULL;
  slot = find(table, key);
  if (table->slots[slot].key == 0) return NULL;
  value = table->slots[slot].value;
  close_hole(table, slot);
  table->count--;
  return value;
}

void *pier__table_any(struct pier__table *table, uint64_t *key) {
  if (table->count == 0) return NULL;
  while (table->slots[table->first].key == 0)
    table->first++;
  *key = table->slots[table->first].key;
  return table->slots[table->first].value;
}

void pier__table_free(struct pier__table *table) {
  pier_free(table->slots);
  memset(table, 0, sizeof *table);
}
