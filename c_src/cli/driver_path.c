/* DIR/NAME of a driver. */
#include "cli/driver.h"

#include <limits.h>
#include <string.h>

static const char suffix[] = ".so";
enum { SUFFIX = sizeof suffix - 1 };

static int append_text(pier_buffer *out, const char *text, size_t size) {
  pier_buffer_append(out, text, size);
  return pier_buffer_append_byte(out, '\0');
}

int pier__driver_path_read(const char *who, const char *text, pier__driver_path *path) {
  const char *slash = strrchr(text, '/');
  const char *name = slash ? slash + 1 : text;
  size_t size = strlen(name);
  if (size > SUFFIX && strcmp(name + size - SUFFIX, suffix) == 0) size -= SUFFIX;
  if (size == 0) return pier__fail(who, PIER__USAGE, "%s: a driver is given as DIR/NAME", text);
  if (!slash)
    append_text(&path->folder, ".", 1);
  else
    append_text(&path->folder, text, slash == text ? 1 : (size_t)(slash - text));
  append_text(&path->name, name, size);
  pier_buffer_append(&path->path, text, (size_t)(name - text) + size);
  if (append_text(&path->path, suffix, SUFFIX) == 0 && !path->folder.error && !path->name.error)
    return 0;
  return pier__fail(who, PIER__FAILED, "%s", pier_strerror(PIER_ENOMEM));
}

void pier__driver_path_free(pier__driver_path *path) {
  pier_buffer_free(&path->folder);
  pier_buffer_free(&path->name);
  pier_buffer_free(&path->path);
}

int pier__driver_command(const pier__driver_path *path, char *const *args, pier_buffer *out) {
  pier_buffer_append(out, path->name.data, path->name.size - 1);
  for (; *args; args++) {
    pier_buffer_append_byte(out, ' ');
    pier_buffer_append_text(out, *args);
  }
  return pier_buffer_append_byte(out, '\0');
}

int pier__driver_check(const char *who, const char *value, pier_host_config *config) {
  long limit = config->driver_limit_ms;
  config->check_drivers = 1;
  if (value && pier__read_number(who, "--check-driver", value, 0, INT_MAX, &limit))
    return PIER__USAGE;
  config->driver_limit_ms = (unsigned)limit;
  return 0;
}
