/* Messages whose bytes are kept beyond their time. */
#include "host/host.h"

struct kept {
  struct pier__post *post;
  struct pier__letter *letter; /* that has them */
};

static void release(void *state) {
  struct kept *kept = state;
  pier__letter_free(kept->post, kept->letter);
  pier_free(kept);
}

/* The letter that the message came in, or, where it was seen before there was one, one
 * that takes the memory it was read into. */
static struct pier__letter *letter_of(pier_process *process, const pier_message *message) {
  struct pier__letter *letter = process->current;
  if (!letter || letter->message.data.data != message->data.data)
    return pier__letter_new(&process->host->post, message);
  process->current = NULL;
  return letter;
}

int pier_message_keep(pier_process *process, const pier_message *message, pier_lent *kept) {
  struct kept *made = pier_alloc(sizeof *made);
  if (!made) return PIER_ENOMEM;
  made->post = &process->host->post;
  made->letter = letter_of(process, message);
  if (!made->letter) {
    pier_free(made);
    return PIER_ENOMEM;
  }
  kept->data = made->letter->message.data;
  kept->release = release;
  kept->state = made;
  return 0;
}
