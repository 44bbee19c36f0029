/* Blocks, binaries and other things of drivers: whose they are, and those that were freed
 * a while ago. Any thread, behind one lock. */
#include "driver/check.h"

#include <stdio.h>
#include <string.h>

enum { KEPT = 4096, KEPT_BYTES = 16 << 20, NAME = 40 };

struct block {
  enum pier__memory kind;
  size_t size;
  const char *what; /* it is no memory but that; NULL: it is */
  void (*left)(void *thing);
  char name[NAME];
  uint64_t key;                /* in the table */
  struct block *next;          /* of those that are left */
  struct pier__driver *driver; /* NULL: nobody's */
  uint64_t port;
  const char *call;
};

/* Freed, but not released: first in, first out. */
struct kept {
  void *block;
  enum pier__memory kind;
  size_t size;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct pier__table blocks; /* by address, to struct block */
static struct pier__table gone;   /* by address, to struct kept */
static struct kept kept[KEPT];
static size_t kept_first, kept_count, kept_bytes;

static uint64_t key_of(const void *block) {
  return (uint64_t)(uintptr_t)block;
}

static void know(const void *memory, const struct block *known) {
  struct block *block = pier_alloc(sizeof *block);
  if (!block) return;
  *block = *known;
  block->key = key_of(memory);
  block->driver = pier__inside.driver;
  block->port = pier__inside.port;
  block->call = pier__inside.call;
  pthread_mutex_lock(&lock);
  if (pier__table_put(&blocks, key_of(memory), block) < 0) pier_free(block);
  pthread_mutex_unlock(&lock);
}

void pier__check_allocated(void *memory, enum pier__memory kind, size_t size) {
  const struct block block = {.kind = kind, .size = size};
  know(memory, &block);
}

void pier__check_made(void *thing, const char *what, const char *name, void (*left)(void *)) {
  struct block block = {.what = what, .left = left};
  if (name) snprintf(block.name, sizeof block.name, "%s", name);
  know(thing, &block);
}

int pier__check_gone(const void *memory, enum pier__memory kind, const char *function) {
  int found;
  pthread_mutex_lock(&lock);
  found = pier__table_get(&gone, key_of(memory)) != NULL;
  pthread_mutex_unlock(&lock);
  if (found)
    pier__misuse(&pier__inside, "%s of %s that was freed before", function,
                 kind == PIER__BINARY ? "a binary" : "memory");
  return found;
}

static void release_oldest(void) {
  struct kept *oldest = &kept[kept_first];
  pier__table_remove(&gone, key_of(oldest->block));
  pier__memory_release(oldest->block, oldest->kind);
  kept_bytes -= oldest->size;
  kept_first = (kept_first + 1) % KEPT;
  kept_count--;
}

/* SIZE_MAX: it was not watched. */
static size_t take_block(const void *memory) {
  struct block *block = pier__table_remove(&blocks, key_of(memory));
  size_t size = block ? block->size : SIZE_MAX;
  pier_free(block);
  return size;
}

void pier__check_freed(void *memory, enum pier__memory kind) {
  struct kept *last;
  size_t size;
  pthread_mutex_lock(&lock);
  size = take_block(memory);
  while (kept_count > 0 && size <= KEPT_BYTES &&
         (kept_count == KEPT || kept_bytes + size > KEPT_BYTES))
    release_oldest();
  last = &kept[(kept_first + kept_count) % KEPT];
  if (size > KEPT_BYTES || pier__table_put(&gone, key_of(memory), last) < 0) {
    pier__memory_release(memory, kind);
  } else {
    last->block = memory;
    last->kind = kind;
    last->size = size;
    kept_bytes += size;
    kept_count++;
  }
  pthread_mutex_unlock(&lock);
}

void pier__check_forget(const void *memory) {
  pthread_mutex_lock(&lock);
  take_block(memory);
  pthread_mutex_unlock(&lock);
}

void pier__check_given(const void *memory, struct pier__driver *driver) {
  struct block *block;
  pthread_mutex_lock(&lock);
  block = pier__table_get(&blocks, key_of(memory));
  if (block && !block->driver) {
    block->driver = driver;
    block->call = "outputv";
  }
  pthread_mutex_unlock(&lock);
}

/* ---- What is left ------------------------------------------------------------------- */

struct leaks {
  size_t count, bytes;
  struct block first;
};

/* Memory is counted; things are given back one by one, out of the table. */
static struct block *collect(struct pier__driver *driver, struct leaks leaks[2]) {
  struct block *things = NULL, *thing;
  size_t i;
  pthread_mutex_lock(&lock);
  for (i = 0; i < blocks.capacity; i++) {
    struct block *block = blocks.slots[i].value;
    struct leaks *its;
    if (blocks.slots[i].key == 0 || block->driver != driver) continue;
    block->driver = NULL;
    if (block->what) {
      block->next = things;
      things = block;
      continue;
    }
    its = &leaks[block->kind];
    if (its->count == 0) its->first = *block;
    its->count++;
    its->bytes += block->size;
  }
  for (thing = things; thing; thing = thing->next)
    pier__table_remove(&blocks, thing->key);
  pthread_mutex_unlock(&lock);
  return things;
}

static void tell_thing(struct pier__inside *inside, const struct block *thing) {
  inside->port = thing->port;
  pier__misuse(inside, "leaves %s%s%s, made in %s", thing->what, thing->name[0] ? " " : "",
               thing->name, thing->call ? thing->call : "nothing known");
}

void pier__check_leaks(struct pier__driver *driver) {
  static const char *const words[] = {"memory: blocks", "binaries"};
  struct leaks leaks[2];
  struct block *things, *thing;
  struct pier__inside inside = {.driver = driver, .where = PIER__ON_HOST, .call = "finish"};
  int kind;
  memset(leaks, 0, sizeof leaks);
  things = collect(driver, leaks);
  for (kind = PIER__MEMORY; kind <= PIER__BINARY; kind++) {
    const struct leaks *its = &leaks[kind];
    inside.port = its->first.port;
    if (its->count > 0)
      pier__misuse(&inside, "leaves %s: %zu with %zu bytes, one made in %s", words[kind],
                   its->count, its->bytes, its->first.call ? its->first.call : "nothing known");
  }
  while ((thing = things)) {
    things = thing->next;
    tell_thing(&inside, thing);
    if (thing->left) thing->left((void *)(uintptr_t)thing->key);
    pier_free(thing);
  }
}

/* The blocks themselves belong to whoever has them. */
void pier__check_memory_free(void) {
  void *block;
  uint64_t key;
  pthread_mutex_lock(&lock);
  while (kept_count > 0)
    release_oldest();
  while ((block = pier__table_any(&blocks, &key))) {
    pier__table_remove(&blocks, key);
    pier_free(block);
  }
  pier__table_free(&blocks);
  pier__table_free(&gone);
  memset(&blocks, 0, sizeof blocks);
  memset(&gone, 0, sizeof gone);
  pthread_mutex_unlock(&lock);
}
