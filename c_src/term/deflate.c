#include "base/endian.h"
#include "term/tags.h"
#include "term/view.h"
#include "term/zlib_memory.h"

#include <pier/term.h>

enum { HEAD = 6, STRONGEST = 9 };

static uInt cap(size_t size) {
  return size < (1u << 30) ? (uInt)size : 1u << 30;
}

/* Deflates into at most `room` bytes. Z_STREAM_END: it did, and *used is how
 * many; Z_OK: it does not fit; otherwise an error of zlib. */
static int deflate_all(pier_span plain, int level, uint8_t *to, size_t room, size_t *used) {
  z_stream z = {0};
  const uint8_t *end = plain.data + plain.size;
  int result;
  pier__zlib_memory(&z);
  result = deflateInit(&z, level);
  if (result != Z_OK) return result;
  z.next_in = (z_const Bytef *)plain.data;
  z.next_out = to;
  do {
    z.avail_in = cap((size_t)(end - z.next_in));
    z.avail_out = cap(room - (size_t)(z.next_out - to));
    if (z.avail_out == 0) break;
    result = deflate(&z, z.next_in + z.avail_in == end ? Z_FINISH : Z_NO_FLUSH);
  } while (result == Z_OK);
  *used = (size_t)(z.next_out - to);
  deflateEnd(&z);
  return result;
}

static int write_plain(pier_buffer *out, pier_span plain) {
  size_t before = out->size;
  int error = pier_write_version(out);
  if (!error) error = pier_buffer_append(out, plain.data, plain.size);
  if (error && out->size > before) out->size = before;
  return error;
}

int pier_term_compress(pier_buffer *out, pier_span term, int level) {
  pier_span plain;
  size_t used = 0;
  uint8_t *to;
  int result;
  if (term.size == 0 || level < 0 || level > STRONGEST) return PIER_EARG;
  if (out->error) return out->error;
  plain.data = pier__view_start(term);
  plain.size = term.size - (size_t)(plain.data - term.data);
  if (level == 0 || plain.size < HEAD || plain.size > UINT32_MAX)
    return write_plain(out, plain);
  to = pier_buffer_reserve(out, plain.size + 1);
  if (!to) return out->error;
  result = deflate_all(plain, level, to + HEAD, plain.size + 1 - HEAD, &used);
  if (result == Z_MEM_ERROR) return out->error = PIER_ENOMEM;
  if (result != Z_STREAM_END) return write_plain(out, plain);
  to[0] = PIER__VERSION;
  to[1] = PIER__TAG_COMPRESSED;
  pier__store32(to + 2, (uint32_t)plain.size);
  out->size += HEAD + used;
  return 0;
}
