#include "peer/io.h"

#include "base/align.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { PARTS = 4 };

/* Memory for what is read: reads go far into a line (base/align.h), because frames one after
 * the other shift what the pipe holds by a few bytes, with FEW bytes of a frame before. A
 * bigger frame gets AHEAD times what has come. */
enum {
  INTO_LINE = 60,
  FEW = 4096,
  PIPE = 65536,
  ROOM = 4 * PIPE,
  KEPT_ROOM = 2 << 20,
  AHEAD = 4
};

static uint8_t *well_placed(uint8_t *at) {
  return at + pier__lead(at, INTO_LINE);
}

static uint8_t *first_place(uint8_t *memory) {
  return well_placed(memory + FEW);
}

/* The rest of a frame goes to the first place. */
static uint8_t *give_room(pier_peer *peer, size_t room) {
  uint8_t *input =
      room < SIZE_MAX - FEW - PIER__LINE ? pier_alloc(room + FEW + PIER__LINE) : NULL;
  if (!input) return NULL;
  if (peer->input) {
    size_t left = (size_t)(peer->framer.end - peer->framer.at);
    memcpy(first_place(input), peer->framer.at, left);
    pier__framer_moved(&peer->framer, first_place(input));
    pier_free(peer->input);
  }
  peer->input = input;
  peer->input_room = room;
  return first_place(input);
}

/* Nothing is left to be served. */
static uint8_t *begin_anew(pier_peer *peer) {
  if (peer->input_room > KEPT_ROOM) {
    pier_free(peer->input);
    peer->input = NULL;
    peer->input_room = 0;
  }
  peer->framer.in_place = 1;
  return peer->input ? first_place(peer->input) : give_room(peer, ROOM);
}

/* Behind the frame that is not whole. NULL without memory. */
static uint8_t *go_on_behind(pier_peer *peer) {
  pier_framer *framer = &peer->framer;
  uint8_t *first = first_place(peer->input), *to;
  size_t left = (size_t)(framer->end - framer->at), lack = pier__framer_whole(framer) - left;
  size_t want = lack < PIPE ? lack : PIPE;
  if (left <= FEW) {
    to = first - left;
  } else if ((size_t)(first + peer->input_room - framer->end) >= want) {
    return first + (framer->end - first);
  } else if (left + PIER__LINE + want <= peer->input_room) {
    to = well_placed(first + left) - left;
  } else {
    size_t more = lack / AHEAD < left ? lack : left * AHEAD;
    to = give_room(peer, left + more);
    return to ? to + left : NULL;
  }
  memmove(to, framer->at, left);
  pier__framer_moved(framer, to);
  return to + left;
}

/* Those of the C library are points of cancellation, for which a program with threads
 * pays with atomic operations. */
static ssize_t read_some(int fd, void *bytes, size_t size) {
  ssize_t count;
  do {
    count = syscall(SYS_read, fd, bytes, size);
  } while (count < 0 && errno == EINTR);
  return count;
}

static ssize_t write_some(int fd, const void *bytes, size_t size) {
  ssize_t count;
  do {
    count = syscall(SYS_write, fd, bytes, size);
  } while (count < 0 && errno == EINTR);
  return count;
}

struct place {
  uint8_t *at;
  size_t room;
  enum { FED, BEHIND, IN_BODY } how;
};

/* Where the next bytes go: 0 or an error. A frame for which there is no memory in one
 * piece is left to the framer. */
static int find_place(pier_peer *peer, struct place *place) {
  pier_framer *framer = &peer->framer;
  size_t left = (size_t)(framer->end - framer->at);
  if (left > 0 && (place->at = go_on_behind(peer))) {
    place->how = BEHIND;
  } else {
    if (left > 0 && pier__framer_take_in(framer) < 0) return pier__peer_serve(peer);
    place->how = IN_BODY;
    place->at = framer->fast ? NULL : pier_framer_place(framer, &place->room);
    if (place->at) return 0;
    place->how = FED;
    place->at = begin_anew(peer);
    if (!place->at) return pier__peer_fail(peer, PIER_ENOMEM, "reading from the owner");
  }
  place->room = (size_t)(first_place(peer->input) + peer->input_room - place->at);
  return 0;
}

static int received(pier_peer *peer, const struct place *place, size_t count) {
  if (place->how == FED) return pier_peer_feed(peer, pier_span_of(place->at, count));
  if (place->how == BEHIND)
    pier__framer_extend(&peer->framer, count);
  else
    pier_framer_placed(&peer->framer, count);
  return pier__peer_serve(peer);
}

/* What is left of the last frame is not what the framer was fed last. */
static int at_end(pier_peer *peer) {
  pier__framer_take_in(&peer->framer);
  return pier_peer_end(peer);
}

int pier__peer_read(pier_peer *peer) {
  struct place place;
  ssize_t count;
  int error = find_place(peer, &place);
  if (error < 0) return error;
  count = read_some(peer->config.in, place.at, place.room);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return -EAGAIN;
  if (count < 0 && errno == ECONNRESET) count = 0;
  if (count < 0) return pier__peer_fail(peer, -errno, "reading from the owner");
  if (count == 0) return at_end(peer);
  error = received(peer, &place, (size_t)count);
  return error < 0 ? error : error == 0;
}

/* The output and the parts as one writev's vector. */
static size_t gather(const pier_peer *peer, const pier_span *parts, size_t count,
                     struct iovec *vector) {
  size_t i, filled = 0, output = pier__peer_waiting(peer);
  if (output > 0) {
    vector[filled].iov_base = peer->output.data + peer->written;
    vector[filled++].iov_len = output;
  }
  for (i = 0; i < count; i++) {
    if (parts[i].size == 0) continue;
    vector[filled].iov_base = (void *)(uintptr_t)parts[i].data;
    vector[filled++].iov_len = parts[i].size;
  }
  return filled;
}

static void consume(pier_peer *peer, pier_span *parts, size_t count, size_t gone) {
  size_t i, part = peer->output.size - peer->written;
  if (part > gone) part = gone;
  pier_peer_wrote(peer, part);
  gone -= part;
  for (i = 0; i < count && gone > 0; i++) {
    part = parts[i].size < gone ? parts[i].size : gone;
    parts[i].data += part;
    parts[i].size -= part;
    gone -= part;
  }
}

static int keep(pier_peer *peer, const pier_span *parts, size_t count) {
  size_t i;
  for (i = 0; i < count; i++)
    pier_buffer_append(&peer->output, parts[i].data, parts[i].size);
  return peer->output.error;
}

/* A write that takes less than all has found the pipe full: the loop waits for room. */
static int is_full(void) {
  return errno == EAGAIN || errno == EWOULDBLOCK;
}

static int write_parts(pier_peer *peer, const pier_span *given, size_t count) {
  struct iovec vector[PARTS];
  pier_span parts[PARTS - 1];
  int filled;
  ssize_t gone;
  memcpy(parts, given, count * sizeof *parts);
  filled = (int)gather(peer, parts, count, vector);
  do {
    gone = writev(peer->config.out, vector, filled);
  } while (gone < 0 && errno == EINTR);
  if (gone < 0 && !is_full()) return -errno;
  if (gone > 0) consume(peer, parts, count, (size_t)gone);
  return keep(peer, parts, count);
}

/* What is in the output. */
static int write_waiting(pier_peer *peer) {
  size_t waiting = pier__peer_waiting(peer);
  ssize_t gone = write_some(peer->config.out, peer->output.data + peer->written, waiting);
  if (gone < 0) return is_full() ? 0 : -errno;
  if ((size_t)gone == waiting && peer->output.capacity <= MUCH_OUTPUT)
    peer->written = peer->output.size = 0;
  else
    pier_peer_wrote(peer, (size_t)gone);
  return 0;
}

int pier__peer_write(pier_peer *peer, const pier_span *parts, size_t count) {
  int error = 0;
  if (count > 0) return write_parts(peer, parts, count);
  /* What leaves makes room for events. */
  do {
    pier__peer_collect(peer);
    if (pier__peer_waiting(peer) == 0) return 0;
    error = write_waiting(peer);
  } while (!error && pier__peer_waiting(peer) == 0);
  return error;
}

void pier__peer_flush(pier_peer *peer) {
  int error;
  if (pier__peer_is_gone(peer->diag.error)) return;
  error = pier__peer_write(peer, NULL, 0);
  if (pier__peer_waiting(peer) >= peer->config.output) peer->paused = 1;
  if (error == 0) return;
  pier__peer_fail(peer, error, "writing to the owner");
  pier_peer_wrote(peer, SIZE_MAX);
}

int pier__peer_is_over(pier_peer *peer, int at_end) {
  if (pier__peer_is_gone(peer->diag.error)) return 1;
  if (!at_end || pier__peer_waiting(peer) > 0) return 0;
  /* What was kept is still answered after an end of file, but not after an error. */
  return peer->stopped || peer->diag.error || pier_peer_kept(peer) == 0;
}

static uint64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void pier__peer_poll(pier_peer *peer, pier__peer_ask *ask, void *state, int ms) {
  struct pier__spin *spin = &peer->spin;
  uint64_t limit = ms < 0 ? UINT64_MAX / 2 : (uint64_t)ms * 1000000, now = 0;
  int found;
  /* A rest costs no questions. */
  if (spin->rest == 0) {
    if (ask(peer, state)) return;
    now = nanoseconds();
  }
  if (!pier__spin_begin(spin, now, limit)) return;
  do {
    found = ask(peer, state);
    now = nanoseconds();
  } while (!found && !pier__spin_over(spin, now));
  pier__spin_end(spin, now, found);
}

int64_t pier__peer_clock(void) {
  return (int64_t)(nanoseconds() / 1000000);
}
