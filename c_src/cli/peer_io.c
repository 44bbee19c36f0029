/* What a scripted program reads and writes. Nothing is an error: a scenario is
 * about what happens when the other end is gone. */
#include "cli/peer.h"

#include "scenario/names.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void append_bytes(void *context, const pier__value *value) {
  if (value->kind == PIER__INTEGER) pier_buffer_append_byte(context, (uint8_t)value->integer);
  if (value->kind == PIER__BITS)
    pier_buffer_append(context, value->data.data, value->data.size);
}

/* The bytes of iodata in which {rep,..} and {rand,..} may stand. */
static int flatten(pier__actor *actor, const pier__value *data, pier_buffer *bytes) {
  const pier__value *unbound;
  pier__names names;
  pier__value *made;
  memset(&names, 0, sizeof names);
  names.scratch = &actor->arena;
  made = pier__resolve(&names, data, false, &unbound);
  if (!made) return PIER_ENOMEM;
  pier__value_walk(made, append_bytes, NULL, bytes);
  return bytes->error;
}

const char *pier__actor_text(pier__actor *actor, const pier__value *value) {
  pier_buffer bytes = PIER_BUFFER_INIT;
  const char *text = NULL;
  if (flatten(actor, value, &bytes) == 0)
    text = (const char *)pier__arena_copy(&actor->arena, pier_buffer_span(&bytes));
  pier_buffer_free(&bytes);
  return text;
}

int pier__act_write(pier__actor *actor, const pier__value *action) {
  pier_buffer bytes = PIER_BUFFER_INIT;
  int fd = action->count > 2 ? (int)pier__value_at(action, 1)->integer : actor->out;
  if (flatten(actor, action->last, &bytes) == 0) pier__write_all(fd, pier_buffer_span(&bytes));
  pier_buffer_free(&bytes);
  return 0;
}

static int bad_packet(const pier_framing *framing) {
  if (framing->packet == 1 || framing->packet == 2 || framing->packet == 4) return 0;
  return pier__fail(PIER__PEER, PIER__USAGE, "%s", pier_strerror(PIER_EPACKET)) + 1;
}

/* {frame,N,_}, {term,N,_} with the payload made. */
static int write_frame(pier__actor *actor, const pier__value *action,
                       const pier_buffer *payload) {
  pier_framing framing = pier_framing_packet((unsigned)pier__value_at(action, 1)->integer);
  pier_buffer frame = PIER_BUFFER_INIT;
  int status = bad_packet(&framing);
  if (status) return status;
  if (pier_frame_append(&frame, &framing, pier_buffer_span(payload)) == 0)
    pier__write_all(actor->out, pier_buffer_span(&frame));
  pier_buffer_free(&frame);
  return 0;
}

int pier__act_frame(pier__actor *actor, const pier__value *action) {
  pier_buffer payload = PIER_BUFFER_INIT;
  int status = 0;
  if (flatten(actor, action->last, &payload) == 0)
    status = write_frame(actor, action, &payload);
  pier_buffer_free(&payload);
  return status;
}

int pier__act_term(pier__actor *actor, const pier__value *action) {
  pier_buffer payload = PIER_BUFFER_INIT;
  int status = 0;
  pier_write_version(&payload);
  if (pier__value_encode(action->last, &payload) == 0)
    status = write_frame(actor, action, &payload);
  pier_buffer_free(&payload);
  return status;
}

int pier__act_line(pier__actor *actor, const pier__value *action) {
  pier_buffer bytes = PIER_BUFFER_INIT;
  if (flatten(actor, action->last, &bytes) == 0 && pier_buffer_append_byte(&bytes, '\n') == 0)
    pier__write_all(actor->out, pier_buffer_span(&bytes));
  pier_buffer_free(&bytes);
  return 0;
}

/* Reads up to `size` bytes, as many as there are; 0 at the end. */
static size_t read_some(const pier__actor *actor, uint8_t *bytes, size_t size) {
  ssize_t got;
  do
    got = read(actor->in, bytes, size);
  while (got < 0 && errno == EINTR);
  return got > 0 ? (size_t)got : 0;
}

/* Reads `size` bytes and writes them, if `copy`, as they come. 1 if all came. */
static int pass(const pier__actor *actor, uint64_t size, int copy) {
  uint8_t bytes[65536];
  while (size) {
    size_t got = read_some(actor, bytes, size < sizeof bytes ? (size_t)size : sizeof bytes);
    if (got == 0) return 0;
    if (copy) pier__write_all(actor->out, pier_span_of(bytes, got));
    size -= got;
  }
  return 1;
}

int pier__act_read(pier__actor *actor, const pier__value *action) {
  pass(actor, (uint64_t)action->last->integer, 0);
  return 0;
}

int pier__act_read_frame(pier__actor *actor, const pier__value *action) {
  pier_framing framing = pier_framing_packet((unsigned)action->last->integer);
  uint8_t header[PIER_FRAME_HEADER_MAX];
  uint64_t size = 0;
  size_t have = 0;
  size_t got = 1;
  int status = bad_packet(&framing);
  if (status) return status;
  for (; got && have < framing.packet; have += got)
    got = read_some(actor, header + have, framing.packet - have);
  for (have = 0; got && have < framing.packet; have++)
    size = size << 8 | header[have];
  if (got) pass(actor, size, 0);
  return 0;
}

int pier__act_read_line(pier__actor *actor, const pier__value *action) {
  uint8_t byte = 0;
  (void)action;
  while (byte != '\n' && read_some(actor, &byte, 1))
    ;
  return 0;
}

int pier__act_echo(pier__actor *actor, const pier__value *action) {
  pass(actor, action->count > 1 ? (uint64_t)action->last->integer : UINT64_MAX, 1);
  return 0;
}

static int answer(pier_call *call, void *state) {
  (void)state;
  return pier_reply_frame(call, pier_call_request(call));
}

int pier__act_echo_frames(pier__actor *actor, const pier__value *action) {
  pier_peer_config config;
  pier_peer *peer;
  int error;
  pier_peer_config_init(&config);
  config.packet = (unsigned)action->last->integer;
  config.in = actor->in;
  config.out = actor->out;
  config.guard = 0;
  error = pier_peer_new(&peer, &config);
  if (error < 0) return pier__fail(PIER__PEER, PIER__USAGE, "%s", pier_strerror(error)) + 1;
  pier_peer_on_frame(peer, answer, NULL);
  pier_peer_run(peer);
  return 0;
}
