#include "host/environment.h"

#include <pier/base.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct variable {
  struct variable *next;
  size_t name, size; /* of the name, of all with its 0 */
  char text[];       /* "Name=Value" */
};

static struct variable *variables;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* A name may have a '=' in it. */
static int is_of(const char *text, const char *name, size_t size) {
  return strncmp(text, name, size) == 0 && text[size] == '=';
}

static struct variable **find(const char *name, size_t size) {
  struct variable **at = &variables;
  while (*at && !((*at)->name == size && is_of((*at)->text, name, size)))
    at = &(*at)->next;
  return at;
}

int pier__environment_set(const char *name, const char *value) {
  size_t size = strlen(name), room = strlen(value) + 1;
  struct variable *fresh = pier_alloc(sizeof *fresh + size + 1 + room), **at, *old;
  if (!fresh) return PIER_ENOMEM;
  fresh->name = size;
  fresh->size = size + 1 + room;
  memcpy(fresh->text, name, size);
  fresh->text[size] = '=';
  memcpy(fresh->text + size + 1, value, room);
  pthread_mutex_lock(&lock);
  at = find(name, size);
  old = *at;
  fresh->next = old ? old->next : NULL;
  *at = fresh;
  pthread_mutex_unlock(&lock);
  pier_free(old);
  return 0;
}

int pier__environment_get(const char *name, char *value, size_t *size) {
  size_t length, name_size = strlen(name);
  const struct variable *variable;
  const char *found;
  int result = -1;
  pthread_mutex_lock(&lock);
  variable = *find(name, name_size);
  found = variable ? variable->text + name_size + 1 : getenv(name);
  if (found) {
    length = strlen(found);
    result = *size > length ? 0 : 1;
    if (result == 0) memcpy(value, found, length + 1);
    *size = result == 0 ? length : length + 1;
  }
  pthread_mutex_unlock(&lock);
  return result;
}

static int is_set_again(const char *text) {
  const struct variable *variable = variables;
  while (variable && !is_of(text, variable->text, variable->name))
    variable = variable->next;
  return variable != NULL;
}

/* The pointers, a NULL, then the strings of `variables`. */
static void fill(char **block, size_t pointers) {
  char **at = block, **base, *text = (char *)(block + pointers);
  const struct variable *variable;
  for (base = environ; base && *base; base++)
    if (!is_set_again(*base)) *at++ = *base;
  for (variable = variables; variable; variable = variable->next) {
    memcpy(text, variable->text, variable->size);
    *at++ = text;
    text += variable->size;
  }
  *at = NULL;
}

int pier__environment_make(char ***block) {
  size_t pointers = 1, bytes = 0;
  const struct variable *variable;
  char **base;
  int error = 0;
  *block = NULL;
  pthread_mutex_lock(&lock);
  for (variable = variables; variable; variable = variable->next, pointers++)
    bytes += variable->size;
  if (variables) {
    for (base = environ; base && *base; base++)
      pointers++;
    *block = pier_alloc(pointers * sizeof **block + bytes);
    if (*block)
      fill(*block, pointers);
    else
      error = PIER_ENOMEM;
  }
  pthread_mutex_unlock(&lock);
  return error;
}
