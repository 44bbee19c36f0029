#include "term/order.h"

#include <string.h>

/* An open tuple, list or map while the maps are collected. */
struct open {
  size_t left;  /* children still to come */
  size_t entry; /* + 1 of the map; 0 for everything else */
  size_t pair;
};

static pier__map_entry *entry_at(const pier__maps *maps, size_t index) {
  return (pier__map_entry *)(void *)maps->maps.data + index;
}

static size_t entry_count(const pier__maps *maps) {
  return maps->maps.size / sizeof(pier__map_entry);
}

static struct open *top_of(const pier_buffer *stack) {
  return (struct open *)(void *)(stack->data + stack->size) - 1;
}

static int add_map(pier__maps *maps, const uint8_t *at, size_t count) {
  pier__map_entry entry = {at, at, maps->pairs.size / sizeof(pier__pair), count};
  pier_buffer_append(&maps->maps, &entry, sizeof entry);
  if (!pier_buffer_reserve(&maps->pairs, count * sizeof(pier__pair))) return PIER_ENOMEM;
  maps->pairs.size += count * sizeof(pier__pair);
  return maps->maps.error;
}

/* Notes that the child at `at` begins, if its parent is a map. */
static void note_child(pier__maps *maps, struct open *open, const uint8_t *at) {
  pier__pair *pair;
  open->left--;
  if (open->entry == 0) return;
  pair = (pier__pair *)(void *)maps->pairs.data + open->pair;
  if (open->left % 2 == 1) {
    pair->key = at;
  } else {
    pair->value = at;
    open->pair++;
  }
}

static int collect(pier__maps *maps, pier_buffer *stack, const uint8_t *at) {
  pier__view view;
  for (;;) {
    if (stack->size > 0) note_child(maps, top_of(stack), at);
    pier__view_at(&view, at);
    if (view.children > 0) {
      struct open open = {view.children, 0, 0};
      if (view.kind == PIER__MAP && view.count > 1) {
        if (add_map(maps, at, view.count) < 0) return PIER_ENOMEM;
        open.entry = entry_count(maps);
        open.pair = entry_at(maps, open.entry - 1)->first;
      }
      if (pier_buffer_append(stack, &open, sizeof open) < 0) return PIER_ENOMEM;
    }
    at = view.next;
    while (stack->size > 0 && top_of(stack)->left == 0) {
      if (top_of(stack)->entry > 0) entry_at(maps, top_of(stack)->entry - 1)->end = at;
      stack->size -= sizeof(struct open);
    }
    if (stack->size == 0) return 0;
  }
}

/* Merges the sorted runs from[low..mid) and from[mid..high) into `to`. */
static void merge(const pier__maps *maps, const pier__pair *from, pier__pair *to, size_t low,
                  size_t mid, size_t high, int *error) {
  size_t left = low, right = mid, i;
  for (i = low; i < high; i++) {
    bool take_left = right >= high;
    if (left < mid && right < high)
      take_left = pier__order(maps, from[left].key, from[right].key, error) <= 0;
    to[i] = take_left ? from[left++] : from[right++];
  }
}

static bool is_sorted(const pier__maps *maps, const pier__pair *pairs, size_t count,
                      int *error) {
  size_t i;
  for (i = 1; i < count; i++)
    if (pier__order(maps, pairs[i - 1].key, pairs[i].key, error) >= 0) return false;
  return true;
}

static size_t min_size(size_t a, size_t b) {
  return a < b ? a : b;
}

/* Of equal keys the last one stays, as maps:from_list has it. */
static size_t drop_doubles(const pier__maps *maps, pier__pair *pairs, size_t count,
                           int *error) {
  size_t kept = 0, i;
  for (i = 0; i < count; i++) {
    if (kept > 0 && pier__order(maps, pairs[kept - 1].key, pairs[i].key, error) == 0) kept--;
    pairs[kept++] = pairs[i];
  }
  return kept;
}

/* A merge sort from the bottom up: stable, and no recursion. */
static int sort_map(pier__maps *maps, pier__map_entry *entry, pier_buffer *room) {
  pier__pair *pairs = (pier__pair *)(void *)maps->pairs.data + entry->first;
  pier__pair *other, *from = pairs, *swap;
  size_t count = entry->count, width, low;
  int error = 0;
  if (is_sorted(maps, pairs, count, &error)) return error;
  other = (pier__pair *)(void *)pier_buffer_reserve(room, count * sizeof *pairs);
  if (!other) return PIER_ENOMEM;
  for (width = 1; width < count; width *= 2) {
    for (low = 0; low < count; low += 2 * width)
      merge(maps, from, other, low, min_size(low + width, count),
            min_size(low + 2 * width, count), &error);
    swap = from;
    from = other;
    other = swap;
  }
  if (from != pairs) memcpy(pairs, from, count * sizeof *pairs);
  entry->count = drop_doubles(maps, pairs, count, &error);
  return error;
}

int pier__maps_index(pier__maps *maps, const uint8_t *at) {
  memset(maps, 0, sizeof *maps);
  return pier__maps_add(maps, at);
}

int pier__maps_add(pier__maps *maps, const uint8_t *at) {
  pier_buffer stack = PIER_BUFFER_INIT;
  size_t before = entry_count(maps), i;
  int error = collect(maps, &stack, at);
  stack.size = 0;
  /* Inner maps come later; they must be sorted before keys are compared. */
  for (i = entry_count(maps); i > before && !error; i--)
    error = sort_map(maps, entry_at(maps, i - 1), &stack);
  pier_buffer_free(&stack);
  return error;
}

void pier__maps_free(pier__maps *maps) {
  pier_buffer_free(&maps->maps);
  pier_buffer_free(&maps->pairs);
}

const pier__map_entry *pier__maps_find(const pier__maps *maps, const uint8_t *at) {
  size_t low = 0, high = entry_count(maps);
  while (low < high) {
    size_t mid = low + (high - low) / 2;
    const pier__map_entry *entry = entry_at(maps, mid);
    if (entry->at == at) return entry;
    if (entry->at < at)
      low = mid + 1;
    else
      high = mid;
  }
  return NULL;
}
