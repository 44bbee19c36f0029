/* Processes of the VM, each with one of the host's that stands for it. */
#include "serve/inside.h"

#include <string.h>

enum { SPARED = 64 }; /* so many that have ended are no matter */

/* Never 0. */
uint64_t pier__remote_key(uint32_t id, uint32_t serial) {
  return ((uint64_t)serial << 32 | id) + 1;
}

static int is_atom(const pier__view *view, pier_span atom) {
  pier__view known;
  pier__view_at(&known, atom.data);
  return view->size == known.size && memcmp(view->data, known.data, known.size) == 0;
}

int pier__serve_is_local(const struct pier__serve *serve, const pier__view *pid,
                         uint64_t *key) {
  pier__identifier identifier;
  if (pid->kind != PIER__PID) return 0;
  pier__view_identifier(pid, &identifier);
  *key = pier__remote_key((uint32_t)identifier.word[0], (uint32_t)identifier.word[1]);
  return *key != 0 && identifier.creation == serve->vm &&
         is_atom(&identifier.node, pier_buffer_span(&serve->node));
}

struct pier__remote *pier__remote_find(const struct pier__serve *serve, uint64_t key) {
  return pier__table_get(&serve->by_key, key);
}

static void remote_free(struct pier__remote *remote) {
  struct pier__serve *serve = remote->serve;
  uint64_t key = pier__remote_key(remote->id, remote->serial);
  pier__table_remove(&serve->by_number, remote->number);
  if (pier__table_get(&serve->by_key, key) == remote) pier__table_remove(&serve->by_key, key);
  pier_buffer_free(&remote->ask);
  pier_free(remote);
}

/* It traps exits, so that every signal is a message, which is sent on. */
static int begin(struct pier__remote *remote) {
  int error = pier_process_new_callback(remote->serve->host, &remote->process,
                                        pier__serve_message, remote);
  if (error < 0) return error;
  remote->process->trap_exit = 1;
  remote->process->remote = 1;
  remote->number = remote->process->pid.number;
  return 0;
}

static struct pier__remote *make(struct pier__serve *serve, uint64_t key) {
  struct pier__remote *remote = pier_alloc(sizeof *remote);
  if (!remote) return NULL;
  memset(remote, 0, sizeof *remote);
  remote->serve = serve;
  remote->id = (uint32_t)(key - 1);
  remote->serial = (uint32_t)((key - 1) >> 32);
  if (begin(remote) < 0) {
    pier_free(remote);
    return NULL;
  }
  if (pier__table_put(&serve->by_number, remote->number, remote) < 0 ||
      pier__table_put(&serve->by_key, key, remote) < 0) {
    pier_process_exit(remote->process, NULL);
    remote_free(remote);
    return NULL;
  }
  return remote;
}

struct pier__remote *pier__remote_take(struct pier__serve *serve, uint64_t key) {
  struct pier__remote *remote = pier__table_get(&serve->by_key, key);
  if (remote && remote->process) return remote;
  return make(serve, key);
}

/* ---- The end --------------------------------------------------------------------- */

static void mark_owners(struct pier__serve *serve) {
  pier_buffer keys = PIER_BUFFER_INIT;
  size_t i;
  if (pier__sorted_keys(&serve->host->ports, &keys) < 0) {
    pier_buffer_free(&keys);
    return;
  }
  for (i = 0; i < keys.size / sizeof(uint64_t); i++) {
    const struct pier__hport *port;
    struct pier__remote *owner;
    uint64_t number;
    memcpy(&number, keys.data + i * sizeof number, sizeof number);
    port = pier__table_get(&serve->host->ports, number);
    owner = port ? pier__table_get(&serve->by_number, port->core.owner.number) : NULL;
    if (owner) owner->used = 1;
  }
  pier_buffer_free(&keys);
}

/* One that has ended can still be said to be the owner of a port. Looked at when there
 * are many, so that it costs little for each. */
static void sweep(struct pier__serve *serve) {
  struct pier__remote *remote, **link = &serve->first_ended;
  if (serve->ended < SPARED + 2 * serve->host->ports.count) return;
  mark_owners(serve);
  while ((remote = *link)) {
    if (remote->used || remote->resumed) {
      remote->used = 0;
      link = &remote->next;
      continue;
    }
    *link = remote->next;
    serve->ended--;
    remote_free(remote);
  }
}

void pier__remote_end(struct pier__remote *remote, pier_span reason) {
  struct pier__serve *serve = remote->serve;
  pier_process *process = remote->process;
  if (!process) return;
  remote->process = NULL;
  remote->suspended = 0;
  pier__serve_drop_asks(remote);
  pier__process_end(process, reason);
  pier__process_free(process);
  remote->next = serve->first_ended;
  serve->first_ended = remote;
  serve->ended++;
  sweep(serve);
}

void pier__remotes_free(struct pier__serve *serve) {
  struct pier__remote *remote;
  uint64_t number;
  while ((remote = pier__table_any(&serve->by_number, &number))) {
    pier__serve_drop_asks(remote);
    remote_free(remote);
  }
  pier__table_free(&serve->by_number);
  pier__table_free(&serve->by_key);
}
