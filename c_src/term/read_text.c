/* Text that lies in one piece and is all ASCII, as most is; read_deep.c has the rest. */
#include "term/read.h"

/* The bytes of the commonest text, a string or binary; none otherwise. */
static inline pier_span plain_bytes(const uint8_t *at) {
  if (at[0] == ERL_STRING_EXT) return pier_span_of(at + 3, pier__load16(at + 1));
  if (at[0] == ERL_BINARY_EXT) return pier_span_of(at + 5, pier__load32(at + 1));
  return pier_span_of(NULL, 0);
}

/* Copies text and says whether it is all ASCII and, unless `nul`, without NUL. */
static inline bool copy_ascii(uint8_t *to, pier_span text, bool nul) {
  static const uint64_t ones = UINT64_C(0x0101010101010101);
  uint64_t word, found = 0;
  unsigned byte, bytes = 0;
  size_t i = 0;
  for (; text.size - i >= sizeof word; i += sizeof word) {
    memcpy(&word, text.data + i, sizeof word);
    memcpy(to + i, &word, sizeof word);
    found |= word | (nul ? 0 : word - ones); /* a byte 0 borrows */
  }
  for (; i < text.size; i++) {
    byte = to[i] = text.data[i];
    bytes |= byte | (nul ? 0 : byte - 1);
  }
  return (found & ones << 7) == 0 && (bytes & 0x80) == 0;
}

static bool append_ascii(pier_buffer *out, pier_span text) {
  uint8_t *to;
  if (text.size == 0) return false;
  to = pier_buffer_reserve(out, text.size);
  if (!to || !copy_ascii(to, text, true)) return false;
  out->size += text.size;
  return true;
}

void pier_read_text(pier_reader *reader, pier_buffer *out) {
  const uint8_t *at = pier__read_next(reader);
  pier_span text;
  if (!at) return;
  text = plain_bytes(at);
  if (append_ascii(out, text))
    pier__read_pass(reader, text.data + text.size);
  else
    pier__read_text_deep(reader, out);
}

size_t pier_read_string(pier_reader *reader, char *text, size_t room) {
  pier_span plain = reader->left > 0 ? plain_bytes(reader->at) : pier_span_of(NULL, 0);
  if (plain.size == 0 || plain.size >= room || !copy_ascii((uint8_t *)text, plain, false))
    return pier__read_string_deep(reader, text, room);
  text[plain.size] = '\0';
  pier__read_pass(reader, plain.data + plain.size);
  return plain.size;
}
