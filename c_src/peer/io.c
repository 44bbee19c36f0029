#include "peer/io.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { PARTS = 4 };

static int received(pier_peer *peer, const uint8_t *bytes, size_t count, int placed) {
  int error;
  if (!placed) {
    error = pier_peer_feed(peer, pier_span_of(bytes, count));
  } else {
    error = pier_framer_placed(&peer->framer, count);
    if (error >= 0) error = pier__peer_serve(peer);
  }
  return error;
}

int pier__peer_read(pier_peer *peer, uint8_t *buffer) {
  size_t room;
  void *place = pier_framer_place(&peer->framer, &room);
  ssize_t count;
  int error;
  do {
    count =
        place ? read(peer->config.in, place, room) : read(peer->config.in, buffer, READ_SIZE);
  } while (count < 0 && errno == EINTR);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return -EAGAIN;
  if (count < 0 && errno == ECONNRESET) count = 0;
  if (count < 0) return pier__peer_fail(peer, -errno, "reading from the owner");
  if (count == 0) return pier_peer_end(peer);
  error = received(peer, place ? place : buffer, (size_t)count, place != NULL);
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

static int write_out(pier_peer *peer, const pier_span *given, size_t count) {
  struct iovec vector[PARTS];
  pier_span parts[PARTS - 1];
  size_t filled;
  if (count > 0) memcpy(parts, given, count * sizeof *parts);
  while ((filled = gather(peer, parts, count, vector)) > 0) {
    /* The answers of one read are one part nearly always. */
    ssize_t gone = filled == 1 ? write(peer->config.out, vector->iov_base, vector->iov_len)
                               : writev(peer->config.out, vector, (int)filled);
    if (gone >= 0)
      consume(peer, parts, count, (size_t)gone);
    else if (errno == EAGAIN || errno == EWOULDBLOCK)
      return keep(peer, parts, count);
    else if (errno != EINTR)
      return -errno;
  }
  return 0;
}

int pier__peer_write(pier_peer *peer, const pier_span *parts, size_t count) {
  int error = 0;
  if (count > 0) return write_out(peer, parts, count);
  /* What leaves makes room for events. */
  do {
    pier__peer_collect(peer);
    if (pier__peer_waiting(peer) == 0) return 0;
    error = write_out(peer, NULL, 0);
  } while (!error && pier__peer_waiting(peer) == 0);
  return error;
}

void pier__peer_flush(pier_peer *peer) {
  int error = pier__peer_is_gone(peer->diag.error) ? 0 : pier__peer_write(peer, NULL, 0);
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

int64_t pier__peer_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
