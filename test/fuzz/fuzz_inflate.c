/* Compressed terms: any bytes in the place of the zlib stream; any bytes
 * deflated, with a size that may be a lie; and any term through
 * pier_term_compress and back. Nothing is inflated beyond the limit. */
#include <pier/term.h>

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEAD = 6, MOST = 1 << 16 };

static size_t biggest;

static void *note(void *context, void *old, size_t size) {
  (void)context;
  if (size > biggest) biggest = size;
  if (size > 0) return realloc(old, size);
  free(old);
  return NULL;
}

static const pier_limits *small_limits(void) {
  static pier_limits limits;
  pier_limits_init(&limits);
  limits.inflated = MOST;
  return &limits;
}

static void append_head(pier_buffer *out, size_t announced) {
  uint8_t head[HEAD] = {131,
                        80,
                        (uint8_t)(announced >> 24),
                        (uint8_t)(announced >> 16),
                        (uint8_t)(announced >> 8),
                        (uint8_t)announced};
  pier_buffer_append(out, head, sizeof head);
}

/* Both doors of the gate agree; gives the plain term, or an empty span. */
static pier_span through_the_gate(const pier_buffer *bytes, pier_buffer *scratch) {
  pier_span span = pier_buffer_span(bytes), plain = {NULL, 0};
  pier_diag diag = {0};
  size_t used = 0;
  int scanned = pier_term_scan(span, small_limits(), &used, &diag);
  int error = pier_term_plain(span, small_limits(), scratch, &plain, &diag);
  if (scanned != error && !(scanned == 0 && error == PIER_ETRAILING && used < span.size))
    abort();
  if (error && (diag.error != error || diag.offset > span.size || !diag.text[0])) abort();
  if (!error && plain.size > MOST + 1) abort();
  return error ? pier_span_of(NULL, 0) : plain;
}

static void check_stream(const uint8_t *data, size_t size, size_t announced) {
  pier_buffer bytes = PIER_BUFFER_INIT, scratch = PIER_BUFFER_INIT;
  append_head(&bytes, announced);
  pier_buffer_append(&bytes, data, size);
  (void)through_the_gate(&bytes, &scratch);
  pier_buffer_free(&bytes);
  pier_buffer_free(&scratch);
}

/* `data` is a bare term or not, and is judged as if it were not compressed. */
static void check_deflated(const uint8_t *data, size_t size, int lie) {
  pier_buffer bytes = PIER_BUFFER_INIT, scratch = PIER_BUFFER_INIT, bare = PIER_BUFFER_INIT;
  uLongf room = compressBound(size);
  pier_span plain;
  int error;
  append_head(&bytes, size + (size_t)lie);
  if (compress(pier_buffer_reserve(&bytes, room), &room, data, size) != Z_OK) abort();
  bytes.size += room;
  pier_buffer_append_byte(&bare, 131);
  pier_buffer_append(&bare, data, size);
  error = pier_term_plain(pier_buffer_span(&bare), small_limits(), &scratch, &plain, NULL);
  if (size > 0 && data[0] == 80) error = PIER_ETERM; /* not in itself */
  if (lie != 0) error = PIER_ETERM;
  plain = through_the_gate(&bytes, &scratch);
  if ((plain.size > 0) != (error == 0)) abort();
  if (!error && (plain.size != bare.size || memcmp(plain.data, bare.data, bare.size) != 0))
    abort();
  pier_buffer_free(&bytes);
  pier_buffer_free(&scratch);
  pier_buffer_free(&bare);
}

static void check_round_trip(const uint8_t *data, size_t size, int level) {
  pier_buffer bytes = PIER_BUFFER_INIT, small = PIER_BUFFER_INIT, scratch = PIER_BUFFER_INIT;
  pier_span plain;
  pier_buffer_append_byte(&bytes, 131);
  pier_buffer_append(&bytes, data, size);
  if (size > 0 && data[0] != 80 &&
      pier_term_scan(pier_buffer_span(&bytes), NULL, NULL, NULL) == 0) {
    size_t used = 0;
    if (pier_term_scan(pier_buffer_span(&bytes), NULL, &used, NULL) != 0) abort();
    bytes.size = used;
    if (pier_term_compress(&small, pier_buffer_span(&bytes), level) != 0) abort();
    if (small.size > bytes.size) abort();
    plain = through_the_gate(&small, &scratch);
    if (plain.size != bytes.size || memcmp(plain.data, bytes.data, bytes.size) != 0) abort();
  }
  pier_buffer_free(&bytes);
  pier_buffer_free(&small);
  pier_buffer_free(&scratch);
}

/* The first byte: what the rest is, and what is announced or which level. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const pier_allocator allocator = {note, NULL};
  if (size < 5 || size > MOST / 2) return 0;
  pier_set_allocator(&allocator);
  biggest = 0;
  if (data[0] < 100)
    check_round_trip(data + 1, size - 1, data[0] % 10);
  else if (data[0] < 200)
    check_deflated(data + 1, size - 1, data[0] < 180 ? 0 : data[0] - 190);
  else
    check_stream(data + 4, size - 4,
                 (size_t)data[1] << (data[0] % 24) | (size_t)data[2] << 8 | data[3]);
  if (biggest > 64 * MOST) abort();
  return 0;
}
