#include "base/align.h"

#include <pier/base.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SMALLEST = 64 };

static uint8_t *fail(pier_buffer *buffer, int error) {
  buffer->error = error;
  return NULL;
}

/* The capacity to ask for: at least `need`, doubled while that does not wrap
 * and never beyond a limit. */
static size_t next_capacity(const pier_buffer *buffer, size_t need) {
  size_t capacity = buffer->capacity < SMALLEST ? SMALLEST : buffer->capacity;
  while (capacity < need && capacity <= SIZE_MAX / 2)
    capacity *= 2;
  if (capacity < need) capacity = need;
  if (buffer->limit > 0 && capacity > buffer->limit) capacity = buffer->limit;
  return capacity;
}

static uint8_t *grow(pier_buffer *buffer, size_t more) {
  size_t capacity;
  uint8_t *data;
  if (more > SIZE_MAX - buffer->size) return fail(buffer, PIER_ENOMEM);
  if (buffer->limit > 0 && buffer->size + more > buffer->limit)
    return fail(buffer, PIER_ELIMIT);
  capacity = next_capacity(buffer, buffer->size + more);
  data = pier_realloc(buffer->data, capacity);
  if (!data) return fail(buffer, PIER_ENOMEM);
  buffer->data = data;
  buffer->capacity = capacity;
  return data + buffer->size;
}

uint8_t *pier_buffer_grow(pier_buffer *buffer, size_t more) {
  if (buffer->error) return NULL;
  /* A buffer without memory grows even for 0 bytes: an address is promised. */
  if (buffer->data && more <= buffer->capacity - buffer->size)
    return buffer->data + buffer->size;
  return grow(buffer, more);
}

/* The library's own copies of what the header has. */
extern inline uint8_t *pier_buffer_reserve(pier_buffer *buffer, size_t more);
extern inline int pier_buffer_append_byte(pier_buffer *buffer, uint8_t byte);

int pier_buffer_append(pier_buffer *buffer, const void *data, size_t size) {
  uint8_t *to;
  if (size == 0) return buffer->error;
  to = pier_buffer_reserve(buffer, size);
  if (!to) return buffer->error;
  pier__copy(to, data, size);
  buffer->size += size;
  return 0;
}

int pier_buffer_append_text(pier_buffer *buffer, const char *text) {
  return pier_buffer_append(buffer, text, strlen(text));
}

int pier_buffer_append_format(pier_buffer *buffer, const char *format, ...) {
  va_list arguments;
  int length;
  uint8_t *to;
  va_start(arguments, format);
  length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (length < 0) return PIER_EARG;
  to = pier_buffer_reserve(buffer, (size_t)length + 1);
  if (!to) return buffer->error;
  va_start(arguments, format);
  vsnprintf((char *)to, (size_t)length + 1, format, arguments);
  va_end(arguments);
  buffer->size += (size_t)length;
  return 0;
}

void pier_buffer_consume(pier_buffer *buffer, size_t count) {
  if (count >= buffer->size) {
    buffer->size = 0;
    return;
  }
  if (count == 0) return;
  memmove(buffer->data, buffer->data + count, buffer->size - count);
  buffer->size -= count;
}

void pier_buffer_clear(pier_buffer *buffer) {
  buffer->size = 0;
  buffer->error = 0;
}

void pier_buffer_free(pier_buffer *buffer) {
  pier_free(buffer->data);
  buffer->data = NULL;
  buffer->size = buffer->capacity = 0;
  buffer->error = 0;
}

pier_span pier_buffer_span(const pier_buffer *buffer) {
  return pier_span_of(buffer->data, buffer->size);
}
