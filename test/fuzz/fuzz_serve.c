/*
 * Frames of a VM for a host: whatever they say, each has its reply or its error, what is
 * written is a list of events that can be read, and nothing is left behind. Programs are
 * not started: open_port is not among the functions that get through.
 */
#include "serve/inside.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Not even inside a binary that becomes an atom: the name is looked for as it would lie
 * in a frame. Compressed frames hide it. */
static int opens_something(const uint8_t *data, size_t size) {
  static const char word[] = "open_port";
  const uint8_t compressed[] = {PIER__VERSION, PIER__TAG_COMPRESSED};
  return memmem(data, size, word, sizeof word - 1) || memmem(data, size, compressed, 2) ||
         memmem(data, size, "erl_ddll", 8);
}

static void check_batch(const struct pier__serve *serve) {
  const struct pier__batch *batch = &serve->batch;
  pier_buffer copy = PIER_BUFFER_INIT;
  enum { HEADER = 4, COUNT = 15 };
  if (batch->count == 0) return;
  pier_buffer_append(&copy, batch->bytes.data, batch->bytes.size);
  if (batch->to) abort(); /* no port has said anything */
  pier_buffer_append_byte(&copy, PIER__TAG_NIL);
  pier__store32(copy.data + HEADER + COUNT - 4, batch->count);
  if (pier_term_scan(pier_span_of(copy.data + HEADER, copy.size - HEADER), NULL, NULL, NULL) !=
      0)
    abort();
  pier_buffer_free(&copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char hello[] = "\0\0\0\65\203h\2d\0\4casth\4d\0\5helloa\1"
                              "Xd\0\15nonode@nohost\0\0\0\11\0\0\0\0\0\0\0\0"
                              "a\5";
  pier__serve_config config;
  struct pier__serve serve;
  if (opens_something(data, size)) return 0;
  pier__serve_config_init(&config);
  config.in = config.out = -1;
  if (pier__serve_open(&serve, &config) < 0) abort();
  if (pier_peer_feed(serve.peer, pier_span_of(hello, sizeof hello - 1)) < 0) abort();
  if (!serve.greeted) abort();
  pier_peer_feed(serve.peer, pier_span_of(data, size));
  check_batch(&serve);
  pier__serve_close(&serve);
  return 0;
}
