/*
 * Mailboxes, and where the bytes of their messages lie: a message read from a
 * pipe stays in the chunk it was read into, which is kept as long as any
 * message in it; so nothing is copied and, for most, nothing allocated. What is
 * short and comes from elsewhere lies in its letter.
 */
#ifndef PIER_HOST_MAILBOX_H
#define PIER_HOST_MAILBOX_H

#include "base/stock.h"

#include <pier/host.h>

enum { PIER__READ_SIZE = 65536 };

struct pier__chunk;
struct pier_framer;

/* Per host: the chunk that is read into, and memory and letters to use again. */
struct pier__post {
  struct pier__chunk *chunk;
  /* While a port is read: the chunk of its own, and its framer with the memory of a big
   * frame. It drops what it has handed out, so a letter may as well take it. */
  struct pier__chunk *own;
  struct pier_framer *framer;
  struct pier__stock stock;
  struct pier__letter *spare;
  unsigned spare_count;
};

enum { PIER__LETTER_ROOM = 56 }; /* a letter is three cache lines with it */
struct pier__letter {
  struct pier__letter *next;
  pier_message message;
  struct pier__chunk *chunk; /* that holds its bytes; or */
  void *bytes;               /* its own memory, of `room` bytes; or neither: */
  size_t room;
  uint8_t little[PIER__LETTER_ROOM]; /* they are few */
};

/* A port's frame that is not whole yet stays in the chunk that it was read into. */
struct pier__rest {
  struct pier__chunk *chunk; /* NULL: none */
  size_t end;                /* what lies before is for this port */
};

struct pier__mailbox {
  struct pier__letter *first, *last;
  size_t count;
};

/* At least PIER__READ_SIZE bytes, and `least`, to read into; NULL when out of memory. */
uint8_t *pier__post_room(struct pier__post *post, size_t least);
/* `count` of them were read and worked off: keeps those that letters hold. */
void pier__post_filled(struct pier__post *post, size_t count);
void pier__post_free(struct pier__post *post);

/* Of a frame of `whole` bytes at[0..size) has come: where it lies from now on. NULL: it
 * fits into no chunk, or there is no memory. */
uint8_t *pier__rest_keep(struct pier__post *post, struct pier__rest *rest, const uint8_t *at,
                         size_t size, size_t whole);
/* How many bytes may be read to `at`, where what there is of it ends. */
size_t pier__rest_room(const struct pier__rest *rest, const uint8_t *at);
/* They were: it ends at `at` now. */
void pier__rest_filled(struct pier__rest *rest, const uint8_t *at);
void pier__rest_drop(struct pier__post *post, struct pier__rest *rest);

/* A letter with the message's bytes kept; NULL when out of memory. */
struct pier__letter *pier__letter_new(struct pier__post *post, const pier_message *message);
void pier__letter_free(struct pier__post *post, struct pier__letter *letter);

void pier__mailbox_put(struct pier__mailbox *mailbox, struct pier__letter *letter);
struct pier__letter *pier__mailbox_take(struct pier__mailbox *mailbox); /* NULL: empty */
/* `letter`, which follows `before` (NULL: it is the first). */
void pier__mailbox_remove(struct pier__mailbox *mailbox, struct pier__letter *before,
                          struct pier__letter *letter);

#endif
