#include "frames.h"

#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"

void append_frame(pier_buffer *buffer, unsigned packet, const void *data, size_t size) {
  pier_framing framing = pier_framing_packet(packet);
  assert_int_equal(pier_frame_append(buffer, &framing, pier_span_of(data, size)), 0);
}

void append_term(pier_buffer *buffer, const char *text) {
  pier_buffer term = PIER_BUFFER_INIT;
  assert_int_equal(pier_term_read(&term, pier_span_text(text), NULL, NULL, NULL), 0);
  append_frame(buffer, 4, term.data, term.size);
  pier_buffer_free(&term);
}

void append_big(pier_buffer *buffer, size_t size) {
  uint8_t *big = malloc(size + 1);
  size_t i;
  assert_non_null(big);
  for (i = 0; i < size; i++)
    big[i] = (uint8_t)(i * 31 >> 3);
  append_frame(buffer, 4, big, size);
  free(big);
}

void expect_bytes(const pier_buffer *got, const pier_buffer *expected) {
  size_t i;
  assert_int_equal(got->size, expected->size);
  if (got->size == 0 || memcmp(got->data, expected->data, got->size) == 0) return;
  for (i = 0; i < got->size; i++)
    if (got->data[i] != expected->data[i]) fail_msg("byte %zu differs", i);
}
