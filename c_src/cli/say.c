/* One clear line for whoever typed the command. */
#include "cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

enum { SHOWN_COLUMNS = 100 };

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

/* Bytes in the UTF-8 character at the start of `bytes`; 0 if there is none. */
static size_t character(pier_span bytes) {
  uint8_t first = bytes.data[0];
  size_t length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  size_t at;
  if (first > 0xf4 || length > bytes.size) return 0;
  for (at = 1; at < length; at++)
    if ((bytes.data[at] & 0xc0) != 0x80) return 0;
  return length;
}

static int is_control(uint8_t byte) {
  return byte < ' ' || byte == 127;
}

int pier__is_text(pier_span bytes, size_t most) {
  size_t at, length;
  for (at = 0; at < bytes.size && at < most; at += length) {
    uint8_t byte = bytes.data[at];
    length = character(pier_span_of(bytes.data + at, bytes.size - at));
    if (length == 0 || byte == 0 || (is_control(byte) && !strchr("\t\n\r\033", byte))) return 0;
  }
  return bytes.size > 0;
}

/* Appends the character at the start of `bytes` and returns its length. */
static size_t append_escaped(pier_buffer *out, pier_span bytes) {
  static const char plain[] = "\n\r\t\"\\";
  static const char escaped[] = "nrt\"\\";
  uint8_t byte = bytes.data[0];
  const char *found = byte ? strchr(plain, byte) : NULL;
  size_t length = character(bytes);
  if (found)
    pier_buffer_append_format(out, "\\%c", escaped[found - plain]);
  else if (length == 0 || is_control(byte))
    pier_buffer_append_format(out, "\\x%02x", byte);
  else
    pier_buffer_append(out, bytes.data, length);
  return length ? length : 1;
}

void pier__append_quoted(pier_buffer *out, pier_span bytes, size_t most) {
  size_t at = 0;
  pier_buffer_append_byte(out, '"');
  while (at < bytes.size && at < most)
    at += append_escaped(out, pier_span_of(bytes.data + at, bytes.size - at));
  pier_buffer_append_text(out, at < bytes.size ? "...\"" : "\"");
}

void pier__show_place(pier_span text, const pier_diag *diag) {
  const char *data = (const char *)text.data;
  size_t start = diag->offset < text.size ? diag->offset : text.size;
  size_t end = start;
  if (diag->column == 0 || diag->column > SHOWN_COLUMNS) return;
  while (start > 0 && data[start - 1] != '\n')
    start--;
  while (end < text.size && data[end] != '\n' && end - start < SHOWN_COLUMNS)
    end++;
  fprintf(stderr, "  %.*s\n  %*s\n", (int)(end - start), data + start, (int)diag->column, "^");
}

int pier__write_all(int fd, pier_span bytes) {
  while (bytes.size) {
    ssize_t wrote = write(fd, bytes.data, bytes.size);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return -errno;
    bytes.data += wrote;
    bytes.size -= (size_t)wrote;
  }
  return 0;
}

int pier__flush(const char *who) {
  if (fflush(stdout) == 0 && !ferror(stdout)) return 0;
  if (errno == EPIPE) return 128 + SIGPIPE; /* the host ignores the signal itself */
  return pier__fail(who, PIER__FAILED, "cannot write to standard output: %s", strerror(errno));
}

int pier__print_line(const char *who, pier_span text) {
  if (text.size) fwrite(text.data, 1, text.size, stdout);
  fputc('\n', stdout);
  return pier__flush(who);
}
