/*
 * term/known.h - what formats and patterns were compiled to, for those that come again.
 * Nearly all are constants of the program, so the few there are soon are all here.
 *
 * One store serves all threads of the process. What is in it never changes and never
 * leaves, so readers take no lock; its memory is a fixed part of the library's own, so
 * nobody allocates or frees. A text is found by its address, and known by its characters:
 * another text at the same address is another one. Once the store is full, or a place in
 * it, what is not there is read anew each time.
 */
#ifndef PIER_TERM_KNOWN_H
#define PIER_TERM_KNOWN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum { PIER__KNOWN_PLACES = 128, PIER__KNOWN_TEXT = 255 };

typedef struct pier__known_entry {
  void *compiled; /* behind the text */
  char text[];
} pier__known_entry;

/* All zero at first. */
typedef struct pier__known {
  const pier__known_entry *_Atomic places[PIER__KNOWN_PLACES];
  atomic_uint seen[PIER__KNOWN_PLACES]; /* what came once, or is not to be kept: known.c */
} pier__known;

/* What `text` was compiled to, or NULL. */
const void *pier__known_find(const pier__known *known, const char *text);
/* Whether `text`, which has not been found, is worth to be kept: it came before. What comes
 * once leaves no room for what comes often. */
bool pier__known_again(pier__known *known, const char *text);
/* Room of `size` bytes for what `text` is compiled to, aligned for anything; NULL if there is
 * none. The entry is for pier__known_keep, once it is filled. */
pier__known_entry *pier__known_room(const char *text, size_t size);
void pier__known_keep(pier__known *known, const char *text, const pier__known_entry *entry);
/* `text` need not be asked about again. */
void pier__known_refuse(pier__known *known, const char *text);

#endif
