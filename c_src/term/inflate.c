/*
 * A compressed term is a u32, the size of the plain one, and a zlib stream.
 * The size is judged before anything is inflated: by the limit, and by what
 * the bytes could hold at the best rate that deflate has.
 */
#include "term/inflate.h"

#include "term/scan.h"
#include "term/zlib_memory.h"

enum { HEAD = 6, BEST_RATE = 1032, FIRST_PIECE = 4096 };

static uInt cap(size_t size) {
  return size < (1u << 30) ? (uInt)size : 1u << 30;
}

/* One round: room for what is still missing and one byte more, which must
 * stay empty, but not more than has been inflated already. */
static int inflate_piece(z_stream *z, const uint8_t *end, size_t missing, pier_buffer *plain) {
  size_t room = plain->size < FIRST_PIECE ? FIRST_PIECE : plain->size;
  uint8_t *to;
  int result;
  if (room > missing + 1) room = missing + 1;
  to = pier_buffer_reserve(plain, room);
  if (!to) return Z_MEM_ERROR;
  z->avail_in = cap((size_t)(end - z->next_in));
  z->next_out = to;
  z->avail_out = cap(room);
  result = inflate(z, Z_NO_FLUSH);
  plain->size += (size_t)(z->next_out - to);
  return result;
}

/* 0, or a result of zlib; Z_BUF_ERROR for a stream of another size. */
static int inflate_all(z_stream *z, const uint8_t *end, size_t size, pier_buffer *plain) {
  size_t from = plain->size;
  int result = Z_OK;
  while (result == Z_OK) {
    size_t before = plain->size;
    const uint8_t *read = z->next_in;
    result = inflate_piece(z, end, size - (plain->size - from), plain);
    if (plain->size - from > size) return Z_BUF_ERROR;
    if (result == Z_OK && plain->size == before && z->next_in == read) result = Z_BUF_ERROR;
  }
  if (result != Z_STREAM_END) return result;
  return plain->size - from == size ? Z_OK : Z_BUF_ERROR;
}

static int inflate_error(int result, size_t size, pier_diag *diag) {
  if (result == Z_MEM_ERROR) return pier_diag_set(diag, PIER_ENOMEM, 1, "no memory");
  if (result == Z_BUF_ERROR)
    return pier_diag_set(diag, PIER_ETERM, 1, "compressed term does not inflate to %zu bytes",
                         size);
  return pier_diag_set(diag, PIER_ETERM, 1, "compressed term is not a zlib stream");
}

static int check_size(pier_span bytes, const pier_limits *limits, pier_diag *diag) {
  uint64_t size;
  if (bytes.size < HEAD)
    return pier_diag_set(diag, PIER_ETERM, bytes.size, "compressed term has no size");
  size = pier__load32(bytes.data + 2);
  if (size > limits->inflated)
    return pier_diag_set(diag, PIER_EINFLATED, 2,
                         "compressed term would be %llu bytes, the limit is %zu",
                         (unsigned long long)size, limits->inflated);
  if (size / BEST_RATE > bytes.size)
    return pier_diag_set(diag, PIER_ETERM, 2, "%zu bytes cannot hold a term of %llu",
                         bytes.size, (unsigned long long)size);
  return 0;
}

/* Offsets in the plain term mean nothing to who holds the compressed one. */
static int scan_plain(pier_span plain, const pier_limits *limits, pier_diag *diag) {
  pier_diag inner;
  size_t used = 0;
  int error = pier__scan_bare(plain, 1, limits, &used, &inner);
  if (error)
    return pier_diag_set(diag, error, 1, "in the compressed term, at %zu: %s", inner.offset,
                         inner.text);
  if (used < plain.size)
    return pier_diag_set(diag, PIER_ETERM, 1, "in the compressed term, at %zu: bytes left over",
                         used);
  return 0;
}

int pier__inflate(pier_span bytes, const pier_limits *limits, pier_buffer *plain, size_t *used,
                  pier_diag *diag) {
  z_stream z = {0};
  const uint8_t *end;
  size_t from = plain->size, size;
  int result, error = check_size(bytes, limits, diag);
  if (error) return error;
  size = pier__load32(bytes.data + 2);
  pier__zlib_memory(&z);
  z.next_in = (z_const Bytef *)bytes.data + HEAD;
  if (pier_buffer_append_byte(plain, PIER__VERSION))
    return pier_diag_set(diag, plain->error, 1, "%s", pier_strerror(plain->error));
  result = inflateInit(&z);
  if (result != Z_OK) return inflate_error(result, size, diag);
  result = inflate_all(&z, bytes.data + bytes.size, size, plain);
  end = z.next_in;
  inflateEnd(&z);
  if (plain->error)
    return pier_diag_set(diag, plain->error, 1, "%s", pier_strerror(plain->error));
  if (result != Z_OK) return inflate_error(result, size, diag);
  error = scan_plain(pier_span_of(plain->data + from, plain->size - from), limits, diag);
  if (!error && used) *used = (size_t)(end - bytes.data);
  return error;
}
