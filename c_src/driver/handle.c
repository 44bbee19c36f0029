/* What drivers keep of us: handles of ports, and words for atoms, pids and ports
 * that they compare with ==. */
#include "driver/driver.h"

#include "driver/check.h"

#include "port/identifier.h"
#include "term/deep.h"

#include <string.h>

const ErlDrvTermData driver_term_nil = PIER__WORD_NIL;

pthread_mutex_t pier__handles_lock = PTHREAD_MUTEX_INITIALIZER;

static struct pier__table handles;

/* An atom stays for good, as everywhere; its number is its place plus one. */
struct atom {
  struct atom *next; /* with the same hash */
  uint64_t number;
  size_t size;
  char name[];
};
static struct pier__table atoms; /* by hash */
static struct atom **by_number;
static size_t atom_count, atom_room;

/* ---- Ports ------------------------------------------------------------------- */

int pier__handle_add(struct pier__dport *dport) {
  int error;
  pthread_mutex_lock(&pier__handles_lock);
  error = pier__table_put(&handles, dport->handle, dport);
  pthread_mutex_unlock(&pier__handles_lock);
  return error;
}

void pier__handle_remove(struct pier__dport *dport) {
  pthread_mutex_lock(&pier__handles_lock);
  pier__table_remove(&handles, dport->handle);
  pthread_mutex_unlock(&pier__handles_lock);
}

/* Most often it is the port that is being called. */
static struct pier__dport *find_called(uint64_t key) {
  const struct pier__drvcall *call =
      pier__drivers_here ? pier__call_now(pier__drivers_here) : NULL;
  struct pier__dport *dport = call ? call->dport : NULL;
  return dport && dport->handle == key && dport->port ? dport : NULL;
}

struct pier__dport *pier__handle_find(ErlDrvPort handle) {
  uint64_t key = (uint64_t)(uintptr_t)handle;
  struct pier__dport *found = find_called(key);
  if (found || key == 0) return found;
  pthread_mutex_lock(&pier__handles_lock);
  found = pier__table_get(&handles, key);
  pthread_mutex_unlock(&pier__handles_lock);
  return found;
}

/* Pinned while it is looked at: another thread may be calling. */
struct pier__dport *pier__handle_checked(ErlDrvPort handle, const char *function) {
  struct pier__dport *dport = pier__handle_pin(handle);
  int fine = pier__check_call(dport, function);
  if (dport) pier__dport_release(dport);
  return fine ? dport : NULL;
}

struct pier__dport *pier__handle_pin(ErlDrvPort handle) {
  uint64_t key = (uint64_t)(uintptr_t)handle;
  struct pier__dport *found;
  pthread_mutex_lock(&pier__handles_lock);
  found = key != 0 ? pier__table_get(&handles, key) : NULL;
  if (found) atomic_fetch_add(&found->references, 1);
  pthread_mutex_unlock(&pier__handles_lock);
  return found;
}

ErlDrvTermData driver_mk_port(ErlDrvPort port) {
  const struct pier__dport *dport = pier__handle_get(port);
  if (!dport) return driver_term_nil;
  return (ErlDrvTermData)(dport->handle << PIER__WORD_BITS | PIER__WORD_PORT);
}

struct pier__dport *pier__word_dport(ErlDrvTermData word) {
  if (pier__word_kind(word) != PIER__WORD_PORT) return NULL;
  return pier__handle_pin((ErlDrvPort)(uintptr_t)(word >> PIER__WORD_BITS));
}

/* ---- Atoms -------------------------------------------------------------------- */

static uint64_t hash_of(const char *name, size_t size) {
  uint64_t hash = UINT64_C(14695981039346656037);
  size_t i;
  for (i = 0; i < size; i++)
    hash = (hash ^ (uint8_t)name[i]) * UINT64_C(1099511628211);
  return hash | 1;
}

static struct atom *atom_new(const char *name, size_t size, uint64_t hash) {
  struct atom *atom;
  if (atom_count == atom_room) {
    size_t room = atom_room ? atom_room * 2 : 64;
    struct atom **more = pier_realloc(by_number, room * sizeof(struct atom *));
    if (!more) return NULL;
    by_number = more;
    atom_room = room;
  }
  atom = pier_alloc(sizeof *atom + size + 1);
  if (!atom) return NULL;
  atom->size = size;
  memcpy(atom->name, name, size);
  atom->name[size] = '\0';
  atom->next = pier__table_get(&atoms, hash);
  if (pier__table_put(&atoms, hash, atom) < 0) {
    pier_free(atom);
    return NULL;
  }
  by_number[atom_count++] = atom;
  atom->number = atom_count;
  return atom;
}

static struct atom *atom_of(const char *name) {
  size_t size = strlen(name);
  uint64_t hash;
  struct atom *atom;
  if (size > 255) size = 255;
  hash = hash_of(name, size);
  for (atom = pier__table_get(&atoms, hash); atom; atom = atom->next)
    if (atom->size == size && memcmp(atom->name, name, size) == 0) return atom;
  return atom_new(name, size, hash);
}

ErlDrvTermData driver_mk_atom(char *name) {
  const struct atom *atom;
  ErlDrvTermData word;
  pthread_mutex_lock(&pier__handles_lock);
  atom = atom_of(name);
  word = atom ? (ErlDrvTermData)(atom->number << PIER__WORD_BITS | PIER__WORD_ATOM)
              : driver_term_nil;
  pthread_mutex_unlock(&pier__handles_lock);
  return word;
}

static int put_atom(pier_buffer *out, uint64_t number) {
  pier_buffer text = PIER_BUFFER_INIT;
  const struct atom *atom = NULL;
  int error;
  pthread_mutex_lock(&pier__handles_lock);
  if (number > 0 && number <= atom_count) atom = by_number[number - 1];
  pthread_mutex_unlock(&pier__handles_lock);
  if (!atom) return -1;
  error = pier__latin1_append(&text, (const uint8_t *)atom->name, atom->size);
  if (error == 0) error = pier_write_atom_span(out, pier_buffer_span(&text));
  pier_buffer_free(&text);
  return error < 0 ? -1 : 0;
}

void pier__handles_free(void) {
  pthread_mutex_lock(&pier__handles_lock);
  while (atom_count > 0)
    pier_free(by_number[--atom_count]);
  pier_free(by_number);
  by_number = NULL;
  atom_room = 0;
  pier__table_free(&atoms);
  pier__table_free(&handles);
  pthread_mutex_unlock(&pier__handles_lock);
}

/* ---- Words ---------------------------------------------------------------------- */

ErlDrvTermData driver_mk_term_nil(void) {
  return driver_term_nil;
}

ErlDrvTermData pier__word_pid(pier_pid pid) {
  if (pid.number == 0) return driver_term_nil;
  return (ErlDrvTermData)(pid.number << PIER__WORD_BITS | PIER__WORD_PID);
}

ErlDrvTermData driver_connected(ErlDrvPort port) {
  const struct pier__dport *dport = pier__handle_get(port);
  return dport ? pier__word_pid(dport->port->core.owner) : driver_term_nil;
}

ErlDrvTermData driver_caller(ErlDrvPort port) {
  const struct pier__dport *dport = pier__handle_get(port);
  return dport ? pier__word_pid(dport->port->caller) : driver_term_nil;
}

int pier__word_put(pier_buffer *out, ErlDrvTermData word, unsigned kind) {
  uint64_t number = word >> PIER__WORD_BITS;
  pier_port port = {number & ((UINT64_C(1) << PIER__NUMBER_BITS) - 1)};
  pier_pid pid = {number};
  if (pier__word_kind(word) != kind || number == 0) return -1;
  if (kind == PIER__WORD_ATOM) return put_atom(out, number);
  if (kind == PIER__WORD_PORT) return pier__put_port(out, port) < 0 ? -1 : 0;
  return pier__put_pid(out, pid) < 0 ? -1 : 0;
}
