/* Frames to be sent to a peer, and what comes back. */
#ifndef TEST_SUPPORT_FRAMES_H
#define TEST_SUPPORT_FRAMES_H

#include <pier.h>

void append_frame(pier_buffer *buffer, unsigned packet, const void *data, size_t size);
/* {packet,4}: a term in Erlang's words; `size` bytes of a pattern. */
void append_term(pier_buffer *buffer, const char *text);
void append_big(pier_buffer *buffer, size_t size);

void expect_bytes(const pier_buffer *got, const pier_buffer *expected);

#endif
