/* Programs by name: what open_port gets for them. */
#include "scenario/run.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int is_program(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISREG(info.st_mode) && access(path, X_OK) == 0;
}

/* `file` (in UTF-8) in PATH, or itself if it is not there or has a slash. */
static int find(pier_buffer *path, pier_span file) {
  const char *folders = getenv("PATH");
  if (!folders) folders = "";
  while (*folders && !memchr(file.data, '/', file.size)) {
    size_t size = strcspn(folders, ":");
    pier_buffer_clear(path);
    pier_buffer_append(path, folders, size);
    pier_buffer_append_byte(path, '/');
    pier_buffer_append(path, file.data, file.size);
    if (pier_buffer_append_byte(path, 0) < 0) return path->error;
    path->size--;
    if (is_program((const char *)path->data)) return 0;
    folders += size + (folders[size] == ':');
  }
  pier_buffer_clear(path);
  return pier_buffer_append(path, file.data, file.size);
}

static pier__value *same(void *context, pier__arena *arena, const pier__value *part,
                         int *error) {
  (void)context;
  (void)arena;
  (void)part;
  (void)error;
  return NULL;
}

static pier__value *copy_of(pier__arena *arena, const pier__value *value) {
  int error = 0;
  return pier__value_rewrite(arena, value, same, NULL, &error);
}

static pier__value *find_file(pier__arena *arena, const pier__value *program) {
  pier__value *flat = pier__value_flat(arena, program);
  pier_buffer path = PIER_BUFFER_INIT;
  pier__value *found = NULL;
  uint8_t *copy;
  if (!flat) return copy_of(arena, program); /* other characters than bytes: as it is */
  if (find(&path, flat->data) == 0) {
    copy = pier__arena_copy(arena, pier_buffer_span(&path));
    if (copy) found = pier__value_bytes(arena, pier_span_of(copy, path.size));
  }
  pier_buffer_free(&path);
  return found;
}

/* ["peer", Text], where Text is what ~w makes of the actions. */
static pier__value *peer_arguments(pier__arena *arena, const pier__value *actions) {
  pier_buffer term = PIER_BUFFER_INIT;
  pier_buffer text = PIER_BUFFER_INIT;
  pier__value *list = pier__value_new(arena, PIER__LIST);
  uint8_t *copy = NULL;
  if (pier__value_encode(actions, &term) == 0 &&
      pier_term_print(&text, pier_buffer_span(&term), PIER_TEXT_W, 0) == 0)
    copy = pier__arena_copy(arena, pier_buffer_span(&text));
  list = pier__value_add(list, pier__value_bytes(arena, pier_span_text("peer")));
  if (copy)
    list = pier__value_add(list, pier__value_bytes(arena, pier_span_of(copy, text.size)));
  pier_buffer_free(&term);
  pier_buffer_free(&text);
  return copy ? list : NULL;
}

/* [{args,Arguments}|Options], whatever Options are. */
static pier__value *with_arguments(pier__arena *arena, pier__value *arguments,
                                   const pier__value *options) {
  pier__value *list = pier__value_new(arena, PIER__LIST);
  const pier__value *one;
  list = pier__value_add(list, pier__value_pair(arena, "args", arguments));
  if (!list) return NULL;
  if (options->kind != PIER__LIST) {
    list->improper = true;
    return pier__value_add(list, copy_of(arena, options));
  }
  for (one = options->child; one; one = one->next)
    list = pier__value_add(list, copy_of(arena, one));
  if (list) list->improper = options->improper;
  return list;
}

pier__value *pier__program_arguments(pier__run *run, const pier__value *name,
                                     const pier__value *options, const pier__value **unbound) {
  const pier__program *program = pier__run_program(run, name);
  pier__arena *arena = &run->scratch;
  pier__value *file, *arguments, *both;
  const pier__value *what;
  *unbound = program ? NULL : name;
  if (!program) return NULL;
  what = program->what;
  if (pier__value_is(what->child, "sh")) {
    file = pier__value_bytes(arena, pier_span_text("/bin/sh"));
    arguments = pier__value_new(arena, PIER__LIST);
    arguments = pier__value_add(arguments, pier__value_bytes(arena, pier_span_text("-c")));
    arguments = pier__value_add(arguments, copy_of(arena, what->last));
  } else if (pier__value_is(what->child, "driver")) {
    both = pier__value_new(arena, PIER__LIST);
    file = pier__value_pair(arena, "spawn_driver", copy_of(arena, what->last));
    return pier__value_add(pier__value_add(both, file), copy_of(arena, options));
  } else if (pier__value_is(what->child, "exec")) {
    file = find_file(arena, pier__value_at(what, 1));
    arguments = pier__resolve(&run->names, what->last, false, unbound);
  } else {
    file = pier__value_bytes(arena, pier_span_text(run->settings->command));
    arguments = peer_arguments(arena, what->last);
  }
  both = pier__value_new(arena, PIER__LIST);
  both = pier__value_add(both, pier__value_pair(arena, "spawn_executable", file));
  return pier__value_add(both, with_arguments(arena, arguments, options));
}

/* A folder that is not absolute is one in that of the drivers. */
static pier__value *driver_folder(pier__run *run, const pier__value *folder) {
  pier__arena *arena = &run->scratch;
  pier__value *flat = pier__value_flat(arena, folder);
  pier__value *path = pier__value_new(arena, PIER__LIST);
  const char *base = run->settings->drivers;
  size_t at;
  if (!flat || !base || (flat->data.size > 0 && flat->data.data[0] == '/'))
    return copy_of(arena, folder);
  for (at = 0; base[at]; at++)
    path = pier__value_add(path, pier__value_integer(arena, (uint8_t)base[at]));
  if (flat->data.size > 0) path = pier__value_add(path, pier__value_integer(arena, '/'));
  for (at = 0; at < flat->data.size; at++)
    path = pier__value_add(path, pier__value_integer(arena, flat->data.data[at]));
  return path;
}

pier__value *pier__program_driver(pier__run *run, const pier__value *name,
                                  const pier__value **unbound) {
  const pier__program *program = pier__run_program(run, name);
  pier__value *list, *folder;
  if (!program || !pier__value_is(program->what->child, "driver")) return NULL;
  folder = pier__resolve(&run->names, pier__value_at(program->what, 1), false, unbound);
  list = pier__value_new(&run->scratch, PIER__LIST);
  if (folder) list = pier__value_add(list, driver_folder(run, folder));
  return folder ? pier__value_add(list, copy_of(&run->scratch, program->what->last)) : NULL;
}

bool pier__options_framed(const pier__value *options) {
  const pier__value *one;
  bool packets = false;
  bool lines = false;
  if (options->kind != PIER__LIST) return false;
  for (one = options->child; one; one = one->next) {
    if (pier__value_is_tuple(one, "packet", 2)) packets = true;
    if (pier__value_is(one, "stream")) packets = false;
    if (pier__value_is_tuple(one, "line", 2) || pier__value_is(one, "line")) lines = true;
  }
  return packets || lines;
}
