#include "term/known.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

/* For some dozens of formats and patterns. Pages that nobody comes to cost nothing. */
enum { STORE = 48 << 10, WAYS = 2 };

static alignas(max_align_t) unsigned char store[STORE];
static atomic_size_t used;

/* A text has two places, beside each other. */
static size_t place_of(const char *text) {
  uint64_t mixed = (uint64_t)(uintptr_t)text * UINT64_C(0x9e3779b97f4a7c15);
  return (size_t)(mixed >> 57);
}

static_assert(PIER__KNOWN_PLACES == 128, "place_of gives seven bits");

/* Of a text that may be kept; 0 if it is too long. The last bit is for `refused`. */
static unsigned mark_of(const char *text) {
  uint32_t hash = 0x811c9dc5u;
  size_t i;
  for (i = 0; text[i]; i++) {
    if (i == PIER__KNOWN_TEXT) return 0;
    hash = (hash ^ (unsigned char)text[i]) * 0x01000193u;
  }
  return hash | 2u;
}

static unsigned once(unsigned mark) {
  return mark & ~1u;
}

static unsigned refused(unsigned mark) {
  return mark | 1u;
}

const void *pier__known_find(const pier__known *known, const char *text) {
  size_t place = place_of(text), way;
  for (way = 0; way < WAYS; way++) {
    const pier__known_entry *entry =
        atomic_load_explicit(&known->places[place ^ way], memory_order_acquire);
    if (!entry) return NULL;
    if (strcmp(entry->text, text) == 0) return entry->compiled;
  }
  return NULL;
}

static bool is_full(const pier__known *known, size_t place) {
  return atomic_load_explicit(&known->places[place ^ 1], memory_order_relaxed) &&
         atomic_load_explicit(&known->places[place], memory_order_relaxed);
}

bool pier__known_again(pier__known *known, const char *text) {
  size_t place = place_of(text);
  unsigned mark, seen;
  if (is_full(known, place)) return false;
  mark = mark_of(text);
  if (mark == 0) return false;
  seen = atomic_load_explicit(&known->seen[place], memory_order_relaxed);
  if (seen == once(mark)) return true;
  if (seen != refused(mark))
    atomic_store_explicit(&known->seen[place], once(mark), memory_order_relaxed);
  return false;
}

void pier__known_refuse(pier__known *known, const char *text) {
  atomic_store_explicit(&known->seen[place_of(text)], refused(mark_of(text)),
                        memory_order_relaxed);
}

static size_t round_up(size_t size) {
  return (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
}

pier__known_entry *pier__known_room(const char *text, size_t size) {
  size_t length = strlen(text) + 1, head = round_up(sizeof(pier__known_entry) + length);
  size_t at = atomic_load_explicit(&used, memory_order_relaxed);
  pier__known_entry *entry;
  do {
    if (size > STORE || head + round_up(size) > STORE - at) return NULL;
  } while (!atomic_compare_exchange_weak_explicit(&used, &at, at + head + round_up(size),
                                                  memory_order_relaxed, memory_order_relaxed));
  entry = (pier__known_entry *)(void *)(store + at);
  entry->compiled = store + at + head;
  memcpy(entry->text, text, length);
  return entry;
}

void pier__known_keep(pier__known *known, const char *text, const pier__known_entry *entry) {
  size_t place = place_of(text), way;
  for (way = 0; way < WAYS; way++) {
    const pier__known_entry *empty = NULL;
    if (atomic_compare_exchange_strong_explicit(&known->places[place ^ way], &empty, entry,
                                                memory_order_release, memory_order_relaxed))
      return;
  }
}
