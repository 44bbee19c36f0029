/* One clear line for whoever typed the command. */
#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

int pier__fail(const char *who, int status, const char *format, ...) {
  va_list arguments;
  fflush(stdout);
  fprintf(stderr, "%s: ", who);
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
  return status;
}

static void append_escaped(pier_buffer *out, uint8_t byte) {
  switch (byte) {
  case '\n':
    pier_buffer_append_text(out, "\\n");
    return;
  case '\r':
    pier_buffer_append_text(out, "\\r");
    return;
  case '\t':
    pier_buffer_append_text(out, "\\t");
    return;
  case '"':
  case '\\':
    pier_buffer_append_byte(out, '\\');
    pier_buffer_append_byte(out, byte);
    return;
  default:
    if (byte < ' ' || byte == 127)
      pier_buffer_append_format(out, "\\x%02x", byte);
    else
      pier_buffer_append_byte(out, byte);
  }
}

void pier__append_quoted(pier_buffer *out, pier_span bytes, size_t most) {
  size_t count = bytes.size < most ? bytes.size : most;
  size_t at;
  pier_buffer_append_byte(out, '"');
  for (at = 0; at < count; at++)
    append_escaped(out, bytes.data[at]);
  pier_buffer_append_text(out, count < bytes.size ? "...\"" : "\"");
}

int pier__print_line(const char *who, pier_span text) {
  if (text.size) fwrite(text.data, 1, text.size, stdout);
  fputc('\n', stdout);
  if (fflush(stdout) == 0 && !ferror(stdout)) return 0;
  return pier__fail(who, PIER__FAILED, "cannot write to standard output: %s", strerror(errno));
}
