#include <pier/base.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* libuv numbers its own errors from -4095 up; this layer does not include
 * <uv.h>, and only this one reaches our callers as such. */
enum { UV_EOF_NUMBER = -4095, LAST_ERRNO = 4094 };

struct entry {
  int number;
  const char *name;
  const char *text;
};

static const struct entry entries[] = {
#define ENTRY(name, number, text) {number, #name, text},
    PIER_ERRORS(ENTRY)
#undef ENTRY
        {UV_EOF_NUMBER, "EOF", "end of file"},
    {0, "PIER_OK", "no error"},
};

static const struct entry *find(int error) {
  size_t i;
  for (i = 0; i < sizeof entries / sizeof entries[0]; i++)
    if (entries[i].number == error) return &entries[i];
  return NULL;
}

static int is_errno(int error) {
  return error < 0 && error >= -LAST_ERRNO;
}

const char *pier_strerror(int error) {
  static _Thread_local char text[96];
  const struct entry *entry = find(error);
  if (entry) return entry->text;
  if (is_errno(error)) return strerror_r(-error, text, sizeof text);
  snprintf(text, sizeof text, "unknown error %d", error);
  return text;
}

const char *pier_error_name(int error) {
  const struct entry *entry = find(error);
  if (entry) return entry->name;
  return is_errno(error) ? strerrorname_np(-error) : NULL;
}
