#include "host/arguments.h"

#include "host/environment.h"

#include <string.h>
#include <unistd.h>

static void add(pier_buffer *pointers, const char *text) {
  pier_buffer_append(pointers, &text, sizeof text);
}

/* The shell replaces itself: `exec ` and all its consequences are the BEAM's
 * (doc/ports.md, "spawn"). */
static int make_command(struct pier__arguments *made, const pier_port_options *options) {
  pier_buffer_append_text(&made->command, "exec ");
  pier_buffer_append_text(&made->command, options->name);
  if (pier_buffer_append_byte(&made->command, 0) < 0) return PIER_ENOMEM;
  made->file = "/bin/sh";
  add(&made->argv_memory, "sh");
  add(&made->argv_memory, "-c");
  add(&made->argv_memory, (const char *)made->command.data);
  return 0;
}

static int make_executable(struct pier__arguments *made, const pier_port_options *options) {
  const char *const *arg = options->args;
  made->file = options->name;
  add(&made->argv_memory, options->arg0 ? options->arg0 : options->name);
  while (arg && *arg)
    add(&made->argv_memory, *arg++);
  return 0;
}

static size_t key_size(const char *entry) {
  return strcspn(entry, "=");
}

static int same_key(const char *a, const char *b) {
  size_t size = key_size(a);
  return size == key_size(b) && memcmp(a, b, size) == 0;
}

/* The later of two entries for one name counts. */
static const char * override(const char *const *env, const char *entry) {
  const char *found = NULL;
  for (; *env; env++)
    if (same_key(*env, entry)) found = *env;
  return found;
}

static int sets(const char *entry) {
  return entry[key_size(entry)] == '=' && entry[key_size(entry) + 1] != '\0';
}

static int make_environment(struct pier__arguments *made, const char *const *env) {
  const char *const *entry;
  char **base;
  int error = pier__environment_make(&made->environment);
  if (error < 0) return error;
  base = made->environment ? made->environment : environ;
  if (!env || !*env) {
    made->envp = base;
    return 0;
  }
  for (; base && *base; base++)
    if (!override(env, *base)) add(&made->envp_memory, *base);
  for (entry = env; *entry; entry++)
    if (sets(*entry) && override(env, *entry) == *entry) add(&made->envp_memory, *entry);
  add(&made->envp_memory, NULL);
  made->envp = (char **)(void *)made->envp_memory.data;
  return made->envp_memory.error;
}

int pier__arguments_make(struct pier__arguments *made, const pier_port_options *options) {
  int error;
  memset(made, 0, sizeof *made);
  error = options->kind == PIER_SPAWN ? make_command(made, options)
                                      : make_executable(made, options);
  if (error < 0) return error;
  add(&made->argv_memory, NULL);
  if (made->argv_memory.error) return made->argv_memory.error;
  made->argv = (char **)(void *)made->argv_memory.data;
  return make_environment(made, options->env);
}

void pier__arguments_free(struct pier__arguments *made) {
  pier_buffer_free(&made->command);
  pier_buffer_free(&made->argv_memory);
  pier_buffer_free(&made->envp_memory);
  pier_free(made->environment);
}
