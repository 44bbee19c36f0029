#include "host/mailbox.h"

#include "base/align.h"
#include "frame/framer.h"

#include <string.h>

enum {
  CHUNK_SIZE = 4 * PIER__READ_SIZE + PIER__LINE, /* a frame of 256 KiB and its header */
  SPARE_LETTERS = 256,
  FEW = 4096 /* what is moved rather than read on behind in little room */
};

struct pier__chunk {
  size_t size;  /* of the whole block */
  size_t users; /* letters in it, frames not whole, and the post while it reads into it */
  size_t used;
  uint8_t *bytes; /* CHUNK_SIZE, at the beginning of a line */
};

static void release(struct pier__post *post, struct pier__chunk *chunk) {
  if (chunk && --chunk->users == 0) pier__stock_give(&post->stock, chunk, chunk->size);
}

static struct pier__chunk *chunk_new(struct pier__post *post) {
  size_t size = sizeof(struct pier__chunk) + PIER__LINE + CHUNK_SIZE;
  struct pier__chunk *chunk = pier__stock_take(&post->stock, size, &size);
  if (!chunk) chunk = pier_alloc(size);
  if (!chunk) return NULL;
  chunk->size = size;
  chunk->bytes = (uint8_t *)(chunk + 1);
  chunk->bytes += pier__lead(chunk->bytes, 0);
  chunk->users = 1;
  chunk->used = 0;
  return chunk;
}

uint8_t *pier__post_room(struct pier__post *post, size_t least) {
  struct pier__chunk *chunk = post->chunk;
  if (least < PIER__READ_SIZE) least = PIER__READ_SIZE;
  if (chunk && chunk->users == 1) chunk->used = 0;
  if (!chunk || CHUNK_SIZE - chunk->used < least) {
    chunk = chunk_new(post);
    if (!chunk) return NULL;
    release(post, post->chunk);
    post->chunk = chunk;
  }
  return chunk->bytes + chunk->used;
}

void pier__post_filled(struct pier__post *post, size_t count) {
  if (post->chunk->users > 1) post->chunk->used += pier__round_up(count);
}

void pier__post_free(struct pier__post *post) {
  release(post, post->chunk);
  post->chunk = NULL;
  pier__stock_free(&post->stock);
  while (post->spare) {
    struct pier__letter *letter = post->spare;
    post->spare = letter->next;
    pier_free(letter);
  }
  post->spare_count = 0;
}

/* ---- Frames that are not whole ------------------------------------------------------ */

static void hold(struct pier__rest *rest, struct pier__chunk *chunk, size_t end) {
  rest->chunk = chunk;
  rest->end = end;
  if (chunk->used < end) chunk->used = pier__round_up(end);
}

static uint8_t *move(struct pier__post *post, struct pier__rest *rest, const uint8_t *at,
                     size_t size, size_t whole) {
  uint8_t *to = whole <= CHUNK_SIZE ? pier__post_room(post, whole) : NULL;
  if (!to) return NULL;
  memmove(to, at, size);
  pier__rest_drop(post, rest);
  post->chunk->users++;
  hold(rest, post->chunk, (size_t)(to - post->chunk->bytes) + whole);
  return to;
}

uint8_t *pier__rest_keep(struct pier__post *post, struct pier__rest *rest, const uint8_t *at,
                         size_t size, size_t whole) {
  struct pier__chunk *chunk = rest->chunk ? rest->chunk : post->chunk;
  size_t start = (size_t)(at - chunk->bytes);
  size_t least = size <= FEW ? PIER__READ_SIZE : whole - size;
  if (start + size + least > CHUNK_SIZE || start + whole > CHUNK_SIZE)
    return move(post, rest, at, size, whole);
  if (!rest->chunk) chunk->users++;
  hold(rest, chunk, start + whole);
  return chunk->bytes + start;
}

/* If nobody has anything behind it, all that is left. */
size_t pier__rest_room(const struct pier__rest *rest, const uint8_t *at) {
  size_t end = pier__round_up(rest->end) == rest->chunk->used ? CHUNK_SIZE : rest->end;
  return end - (size_t)(at - rest->chunk->bytes);
}

void pier__rest_filled(struct pier__rest *rest, const uint8_t *at) {
  size_t end = (size_t)(at - rest->chunk->bytes);
  if (end > rest->end) hold(rest, rest->chunk, end);
}

void pier__rest_drop(struct pier__post *post, struct pier__rest *rest) {
  release(post, rest->chunk);
  rest->chunk = NULL;
}

/* ---- Letters -------------------------------------------------------------------------- */

static struct pier__letter *blank(struct pier__post *post) {
  struct pier__letter *letter = post->spare;
  if (!letter) return pier_alloc(sizeof *letter);
  post->spare = letter->next;
  post->spare_count--;
  return letter;
}

static int lies_in(const struct pier__chunk *chunk, pier_span span) {
  return chunk && span.data >= chunk->bytes && span.data < chunk->bytes + CHUNK_SIZE;
}

/* A message has bytes of one kind only: payload, reason or term. Where it has a
 * reason and a term, the one lies in the other. */
static pier_span *bytes_of(pier_message *message) {
  if (message->data.size > 0) return &message->data;
  return message->term.size > 0 ? &message->term : &message->reason;
}

static uint8_t *copy(struct pier__letter *letter, pier_span bytes) {
  if (bytes.size <= sizeof letter->little)
    return memcpy(letter->little, bytes.data, bytes.size);
  letter->bytes = pier_alloc(bytes.size);
  if (letter->bytes) pier__copy(letter->bytes, bytes.data, bytes.size);
  return letter->bytes;
}

static int keep(struct pier__post *post, struct pier__letter *letter) {
  pier_span *bytes = bytes_of(&letter->message);
  uint8_t *own;
  if (bytes->size == 0) return 0;
  if (lies_in(post->chunk, *bytes) || lies_in(post->own, *bytes)) {
    letter->chunk = lies_in(post->chunk, *bytes) ? post->chunk : post->own;
    letter->chunk->users++;
    return 0;
  }
  if (post->framer && post->framer->body == bytes->data) {
    letter->bytes = post->framer->memory;
    letter->room = pier__framer_memory(post->framer);
    post->framer->memory = post->framer->body = NULL;
    return 0;
  }
  own = copy(letter, *bytes);
  if (!own) return PIER_ENOMEM;
  if (bytes == &letter->message.term && letter->message.reason.size > 0)
    letter->message.reason.data = own + (letter->message.reason.data - bytes->data);
  bytes->data = own;
  return 0;
}

struct pier__letter *pier__letter_new(struct pier__post *post, const pier_message *message) {
  struct pier__letter *letter = blank(post);
  if (!letter) return NULL;
  letter->next = NULL;
  letter->message = *message;
  letter->chunk = NULL;
  letter->bytes = NULL;
  letter->room = 0;
  if (keep(post, letter) == 0) return letter;
  pier__letter_free(post, letter);
  return NULL;
}

void pier__letter_free(struct pier__post *post, struct pier__letter *letter) {
  if (!letter) return;
  release(post, letter->chunk);
  if (letter->bytes) pier__stock_give(&post->stock, letter->bytes, letter->room);
  if (post->spare_count >= SPARE_LETTERS) {
    pier_free(letter);
    return;
  }
  letter->next = post->spare;
  post->spare = letter;
  post->spare_count++;
}

void pier__mailbox_put(struct pier__mailbox *mailbox, struct pier__letter *letter) {
  if (mailbox->last)
    mailbox->last->next = letter;
  else
    mailbox->first = letter;
  mailbox->last = letter;
  mailbox->count++;
}

struct pier__letter *pier__mailbox_take(struct pier__mailbox *mailbox) {
  struct pier__letter *letter = mailbox->first;
  if (!letter) return NULL;
  mailbox->first = letter->next;
  if (!mailbox->first) mailbox->last = NULL;
  mailbox->count--;
  return letter;
}

void pier__mailbox_remove(struct pier__mailbox *mailbox, struct pier__letter *before,
                          struct pier__letter *letter) {
  if (before)
    before->next = letter->next;
  else
    mailbox->first = letter->next;
  if (mailbox->last == letter) mailbox->last = before;
  mailbox->count--;
}
