#include "host/mailbox.h"

#include <string.h>

enum { CHUNK_SIZE = 4 * PIER__READ_SIZE, SPARE_LETTERS = 256 };

struct pier__chunk {
  size_t users; /* letters in it, and the post while it reads into it */
  size_t used;
  uint8_t bytes[CHUNK_SIZE];
};

static void release(struct pier__chunk *chunk) {
  if (chunk && --chunk->users == 0) pier_free(chunk);
}

uint8_t *pier__post_room(struct pier__post *post) {
  struct pier__chunk *chunk = post->chunk;
  if (chunk && chunk->users == 1) chunk->used = 0;
  if (!chunk || CHUNK_SIZE - chunk->used < PIER__READ_SIZE) {
    chunk = pier_alloc(sizeof *chunk);
    if (!chunk) return NULL;
    chunk->users = 1;
    chunk->used = 0;
    release(post->chunk);
    post->chunk = chunk;
  }
  return chunk->bytes + chunk->used;
}

void pier__post_filled(struct pier__post *post, size_t count) {
  if (post->chunk->users > 1) post->chunk->used += count;
}

void pier__post_free(struct pier__post *post) {
  release(post->chunk);
  post->chunk = NULL;
  while (post->spare) {
    struct pier__letter *letter = post->spare;
    post->spare = letter->next;
    pier_free(letter);
  }
  post->spare_count = 0;
}

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

static int keep(struct pier__post *post, struct pier__letter *letter) {
  pier_span *bytes = bytes_of(&letter->message);
  if (bytes->size == 0) return 0;
  if (lies_in(post->chunk, *bytes)) {
    letter->chunk = post->chunk;
    letter->chunk->users++;
    return 0;
  }
  if (post->body && *post->body == bytes->data) {
    letter->bytes = *post->body;
    *post->body = NULL;
    return 0;
  }
  letter->bytes = pier_alloc(bytes->size);
  if (!letter->bytes) return PIER_ENOMEM;
  memcpy(letter->bytes, bytes->data, bytes->size);
  if (bytes == &letter->message.term && letter->message.reason.size > 0)
    letter->message.reason.data =
        (uint8_t *)letter->bytes + (letter->message.reason.data - bytes->data);
  bytes->data = letter->bytes;
  return 0;
}

struct pier__letter *pier__letter_new(struct pier__post *post, const pier_message *message) {
  struct pier__letter *letter = blank(post);
  if (!letter) return NULL;
  letter->next = NULL;
  letter->message = *message;
  letter->chunk = NULL;
  letter->bytes = NULL;
  if (keep(post, letter) == 0) return letter;
  pier__letter_free(post, letter);
  return NULL;
}

void pier__letter_free(struct pier__post *post, struct pier__letter *letter) {
  if (!letter) return;
  release(letter->chunk);
  pier_free(letter->bytes);
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
}

struct pier__letter *pier__mailbox_take(struct pier__mailbox *mailbox) {
  struct pier__letter *letter = mailbox->first;
  if (!letter) return NULL;
  mailbox->first = letter->next;
  if (!mailbox->first) mailbox->last = NULL;
  return letter;
}

void pier__mailbox_remove(struct pier__mailbox *mailbox, struct pier__letter *before,
                          struct pier__letter *letter) {
  if (before)
    before->next = letter->next;
  else
    mailbox->first = letter->next;
  if (mailbox->last == letter) mailbox->last = before;
}
