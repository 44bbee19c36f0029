/* Registered names. */
#include "host/host.h"

#include <string.h>

enum { LONGEST = 255 }; /* characters of an atom */

/* FNV-1a; a key of a table is never 0. */
static uint64_t hash_of(const char *text) {
  uint64_t hash = UINT64_C(14695981039346656037);
  for (; *text; text++)
    hash = (hash ^ (uint8_t)*text) * UINT64_C(1099511628211);
  return hash | 1;
}

static struct pier__name *find(const pier_host *host, const char *text) {
  struct pier__name *name = pier__table_get(&host->names, hash_of(text));
  while (name && strcmp(name->text, text) != 0)
    name = name->next;
  return name;
}

pier_object pier_whereis(const pier_host *host, const char *text) {
  const pier_object nobody = {{0}, {0}};
  const struct pier__name *name = find(host, text);
  return name ? name->object : nobody;
}

/* Where the object keeps its name; NULL if it is gone. */
static struct pier__name **place(const pier_host *host, pier_object object) {
  struct pier__hport *port;
  pier_process *process;
  if (object.port.number != 0) {
    port = pier__usable(host, object.port);
    return port ? &port->name : NULL;
  }
  process = pier__process(host, object.pid);
  return process ? &process->name : NULL;
}

static size_t characters(const char *text) {
  size_t count = 0;
  for (; *text; text++)
    count += ((uint8_t)*text & 0xc0) != 0x80;
  return count;
}

int pier__name_add(pier_host *host, const char *text, pier_object object) {
  struct pier__name *name, **its = place(host, object);
  size_t size = strlen(text);
  int error;
  if (characters(text) > LONGEST || strcmp(text, "undefined") == 0) return PIER_EBADARG;
  if (!its) return object.pid.number != 0 ? PIER_ENOTALIVE : PIER_EBADARG;
  if (*its) return PIER_ENAMED;
  if (find(host, text)) return PIER_EBADARG;
  name = pier_alloc(sizeof *name + size + 1);
  if (!name) return PIER_ENOMEM;
  name->object = object;
  name->size = size;
  memcpy(name->text, text, size + 1);
  name->next = pier__table_get(&host->names, hash_of(text));
  error = pier__table_put(&host->names, hash_of(text), name);
  if (error < 0)
    pier_free(name);
  else
    *its = name;
  return error;
}

void pier__name_drop(pier_host *host, struct pier__name **its) {
  struct pier__name *name = *its, *before;
  uint64_t key;
  if (!name) return;
  key = hash_of(name->text);
  before = pier__table_get(&host->names, key);
  if (before != name) {
    while (before->next != name)
      before = before->next;
    before->next = name->next;
  } else if (name->next) {
    pier__table_put(&host->names, key, name->next);
  } else {
    pier__table_remove(&host->names, key);
  }
  *its = NULL;
  pier_free(name);
}

int pier_register(pier_process *caller, const char *name, pier_object object) {
  int error = pier__may_call(caller);
  return error < 0 ? error : pier__name_add(caller->host, name, object);
}

int pier_unregister(pier_process *caller, const char *text) {
  struct pier__name *name;
  int error = pier__may_call(caller);
  if (error < 0) return error;
  name = find(caller->host, text);
  if (!name) return PIER_EBADARG;
  pier__name_drop(caller->host, place(caller->host, name->object));
  return 0;
}
