/* zlib for Erlang terms, {packet,4}:
 *
 *   {deflate, Binary} or {deflate, Binary, Level}  ->  {ok, Compressed}
 *   {inflate, Compressed}                          ->  {ok, Binary}
 *
 * or {error, Reason}: badarg, data_error, or {too_big, Most} for what would
 * inflate to more than MOST bytes. */
#include <pier.h>

#include <zlib.h>

enum { MOST = 64 << 20, CHUNK = 65536, BINARY_HEADER = 5 };

/* The binary at *at in a scanned term, where it lies; steps behind it. */
static int binary(const char *term, int *at, pier_span *bytes) {
  int type, size;
  if (ei_get_type(term, at, &type, &size) < 0 || type != ERL_BINARY_EXT) return -1;
  *bytes = pier_span_of(term + *at + BINARY_HEADER, (size_t)size);
  *at += BINARY_HEADER + size;
  return 0;
}

/* Steps to the first argument of {Name, Argument...}. */
static const char *arguments(pier_call *call, int *at) {
  const char *term = (const char *)pier_call_request(call).data;
  char name[MAXATOMLEN_UTF8];
  int version, arity;
  *at = 0;
  ei_decode_version(term, at, &version);
  ei_decode_tuple_header(term, at, &arity);
  ei_decode_atom_as(term, at, name, sizeof name, ERLANG_UTF8, NULL, NULL);
  return term;
}

static int reply_binary(pier_call *call, pier_buffer *bytes) {
  pier_buffer answer = PIER_BUFFER_INIT;
  int error;
  pier_write_version(&answer);
  pier_write_tuple(&answer, 2);
  pier_write_atom(&answer, "ok");
  pier_write_binary(&answer, bytes->data, bytes->size);
  error = answer.error ? answer.error : pier_reply_term(call, pier_buffer_span(&answer));
  pier_buffer_free(&answer);
  return error;
}

static int compress_bytes(pier_call *call, pier_span bytes, int level) {
  pier_buffer packed = PIER_BUFFER_INIT;
  uLongf size = compressBound(bytes.size);
  int error;
  if (!pier_buffer_reserve(&packed, size)) return packed.error;
  error = compress2(packed.data, &size, bytes.data, bytes.size, level);
  packed.size = size;
  error = error == Z_OK ? reply_binary(call, &packed) : pier_reply(call, "{error, badarg}");
  pier_buffer_free(&packed);
  return error;
}

static int deflate_binary(pier_call *call, void *levels) {
  int at;
  const char *term = arguments(call, &at);
  long level = Z_DEFAULT_COMPRESSION;
  pier_span bytes;
  if (binary(term, &at, &bytes) < 0 || (levels && ei_decode_long(term, &at, &level) < 0) ||
      level < Z_DEFAULT_COMPRESSION || level > Z_BEST_COMPRESSION)
    return pier_reply(call, "{error, badarg}");
  return compress_bytes(call, bytes, (int)level);
}

/* Everything in `bytes`; Z_STREAM_END if it was a whole zlib stream and no more,
 * Z_BUF_ERROR if it would be more than MOST. */
static int inflate_bytes(pier_span bytes, pier_buffer *plain) {
  z_stream stream = {0};
  int result = Z_OK;
  if (inflateInit(&stream) != Z_OK) return Z_MEM_ERROR;
  stream.next_in = (Bytef *)(uintptr_t)bytes.data;
  stream.avail_in = (uInt)bytes.size;
  while (result == Z_OK) {
    uint8_t *room = pier_buffer_reserve(plain, CHUNK);
    if (!room) {
      result = plain->error == PIER_ELIMIT ? Z_BUF_ERROR : Z_MEM_ERROR;
      break;
    }
    stream.next_out = room;
    stream.avail_out = CHUNK;
    result = inflate(&stream, Z_NO_FLUSH);
    plain->size += CHUNK - stream.avail_out;
    if (result == Z_BUF_ERROR) result = Z_DATA_ERROR; /* the stream is cut short */
  }
  if (result == Z_STREAM_END && stream.avail_in > 0) result = Z_DATA_ERROR;
  inflateEnd(&stream);
  return result;
}

static int inflate_binary(pier_call *call, void *state) {
  int at, result;
  const char *term = arguments(call, &at);
  pier_buffer plain = PIER_BUFFER_INIT;
  pier_span bytes;
  (void)state;
  if (binary(term, &at, &bytes) < 0) return pier_reply(call, "{error, badarg}");
  plain.limit = MOST + CHUNK;
  result = inflate_bytes(bytes, &plain);
  if (result == Z_BUF_ERROR || plain.size > MOST)
    result = pier_reply(call, "{error, {too_big, ~l}}", (long long)MOST);
  else if (result == Z_STREAM_END)
    result = reply_binary(call, &plain);
  else if (result == Z_MEM_ERROR)
    result = PIER_ENOMEM;
  else
    result = pier_reply(call, "{error, data_error}");
  pier_buffer_free(&plain);
  return result;
}

int main(void) {
  static int with_level;
  pier_peer *peer;
  if (pier_peer_new(&peer, NULL) < 0) return 1;
  pier_peer_on(peer, "deflate", 1, deflate_binary, NULL);
  pier_peer_on(peer, "deflate", 2, deflate_binary, &with_level);
  pier_peer_on(peer, "inflate", 1, inflate_binary, NULL);
  return pier_peer_run(peer);
}
