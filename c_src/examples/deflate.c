/* zlib for Erlang terms, {packet,4}:
 *
 *   {deflate, Binary} or {deflate, Binary, Level}  ->  {ok, Compressed}
 *   {inflate, Compressed}                          ->  {ok, Binary}
 *
 * or {error, Reason}: badarg, data_error, or {too_big, Most} for what would
 * inflate to more than MOST bytes. */
#include <pier.h>

#include <zlib.h>

enum { MOST = 64 << 20, CHUNK = 65536 };

static int compress_bytes(pier_call *call, pier_span bytes, int level) {
  pier_buffer packed = PIER_BUFFER_INIT;
  uLongf size = compressBound(bytes.size);
  int error;
  if (!pier_buffer_reserve(&packed, size)) return packed.error;
  if (compress2(packed.data, &size, bytes.data, bytes.size, level) == Z_OK)
    error = pier_reply(call, "{ok, ~b}", packed.data, (size_t)size);
  else
    error = pier_reply(call, "{error, badarg}");
  pier_buffer_free(&packed);
  return error;
}

static int deflate_binary(pier_call *call, void *state) {
  pier_span bytes;
  int level = Z_DEFAULT_COMPRESSION;
  (void)state;
  if (pier_match(pier_call_request(call), "{deflate, ~b}", &bytes) < 0 &&
      pier_match(pier_call_request(call), "{deflate, ~b, ~i}", &bytes, &level) < 0)
    return pier_reply(call, "{error, badarg}");
  if (level < Z_DEFAULT_COMPRESSION || level > Z_BEST_COMPRESSION)
    return pier_reply(call, "{error, badarg}");
  return compress_bytes(call, bytes, level);
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
  pier_buffer plain = PIER_BUFFER_INIT;
  pier_span bytes;
  int result;
  (void)state;
  if (pier_match(pier_call_request(call), "{inflate, ~b}", &bytes) < 0)
    return pier_reply(call, "{error, badarg}");
  plain.limit = MOST + CHUNK;
  result = inflate_bytes(bytes, &plain);
  if (result == Z_BUF_ERROR || plain.size > MOST)
    result = pier_reply(call, "{error, {too_big, ~i}}", MOST);
  else if (result == Z_STREAM_END)
    result = pier_reply(call, "{ok, ~b}", plain.data, plain.size);
  else if (result == Z_MEM_ERROR)
    result = PIER_ENOMEM;
  else
    result = pier_reply(call, "{error, data_error}");
  pier_buffer_free(&plain);
  return result;
}

int main(void) {
  pier_peer *peer;
  if (pier_peer_new(&peer, NULL) < 0) return 1;
  pier_peer_on(peer, "deflate", 1, deflate_binary, NULL);
  pier_peer_on(peer, "deflate", 2, deflate_binary, NULL);
  pier_peer_on(peer, "inflate", 1, inflate_binary, NULL);
  return pier_peer_run(peer);
}
