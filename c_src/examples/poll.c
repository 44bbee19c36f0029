/* A peer in a loop of one's own, here of plain poll, {packet,4}: the library does no
 * I/O at all. Copy serve() and put your own descriptors beside the three.
 *
 *   {add, A, B}       ->  {ok, Sum}
 *   {sum, [Integer]}  ->  {ok, Sum}, from a thread of the pool
 */
#include <pier.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static int timeout(pier_peer *peer) {
  int64_t next = pier_peer_next_tick(peer), left = next - now();
  if (next < 0) return -1;
  if (left < 0) return 0;
  return left > 60000 ? 60000 : (int)left;
}

/* In any thread: the loop has to look at the output. */
static void wake(void *state) {
  int *pipe = state;
  if (write(pipe[1], "", 1) < 0) return; /* full: it will wake up anyway */
}

/* 1 while there may be more to read. */
static int take_in(pier_peer *peer, int in) {
  uint8_t bytes[65536];
  ssize_t count = read(in, bytes, sizeof bytes);
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  if (count == 0) return pier_peer_end(peer), 0;
  return pier_peer_feed(peer, pier_span_of(bytes, (size_t)count)) == 0;
}

/* 1 unless nobody reads any more. */
static int give_out(pier_peer *peer, int out) {
  pier_span bytes;
  while ((bytes = pier_peer_output(peer)).size > 0) {
    ssize_t count = write(out, bytes.data, bytes.size);
    if (count < 0) return errno == EINTR || errno == EAGAIN;
    pier_peer_wrote(peer, (size_t)count);
  }
  return 1;
}

/* Until the owner is gone and all is answered; the exit status. */
static int serve(pier_peer *peer, int in, int out) {
  struct pollfd fds[3] = {{in, POLLIN, 0}, {out, 0, 0}, {-1, POLLIN, 0}};
  int wakes[2], open = 1;
  char drop[64];
  if (pipe2(wakes, O_CLOEXEC | O_NONBLOCK) < 0) return 1;
  if (fcntl(out, F_SETFL, fcntl(out, F_GETFL) | O_NONBLOCK) < 0) return 1;
  fds[2].fd = wakes[0];
  pier_peer_on_wake(peer, wake, wakes);
  while (give_out(peer, out)) {
    int waiting = pier_peer_output(peer).size > 0;
    if (!open && !waiting && (pier_peer_diag(peer)->error || pier_peer_kept(peer) == 0)) break;
    fds[0].fd = open && pier_peer_wants_input(peer) ? in : -1;
    fds[1].events = waiting ? POLLOUT : 0;
    if (poll(fds, 3, timeout(peer)) < 0 && errno != EINTR) break;
    pier_peer_tick(peer, now());
    if (fds[1].revents & POLLERR) break;
    if (fds[0].fd >= 0 && fds[0].revents) open = take_in(peer, in);
    while (fds[2].revents && read(wakes[0], drop, sizeof drop) > 0)
      continue;
  }
  pier_peer_on_wake(peer, NULL, NULL);
  close(wakes[0]);
  close(wakes[1]);
  return pier_peer_diag(peer)->error != 0;
}

static int add(pier_call *call, void *state) {
  long long a, b;
  int error = pier_call_match(call, "{add, ~l, ~l}", &a, &b);
  (void)state;
  return error < 0 ? error : pier_reply(call, "{ok, ~l}", a + b);
}

static int sum_up(pier_call *call, void *state) {
  pier_reader request = pier_reader_of(pier_call_request(call), pier_call_diag(call));
  pier_reader parts, list;
  long long sum = 0;
  int error;
  (void)state;
  pier_read_tuple(&request, &parts, 2);
  pier_read_skip(&parts);
  pier_read_list(&parts, &list);
  while (pier_read_more(&list))
    sum += pier_read_int64(&list);
  error = pier_reader_end(&request);
  return error < 0 ? error : pier_reply(call, "{ok, ~l}", sum);
}

static int sum(pier_call *call, void *state) {
  return pier_call_work(call, sum_up, state);
}

int main(void) {
  pier_peer_config config;
  pier_peer *peer;
  int status;
  pier_peer_config_init(&config);
  config.in = config.out = -1;
  if (pier_peer_new(&peer, &config) < 0) return 1;
  pier_peer_on(peer, "add", 2, add, NULL);
  pier_peer_on(peer, "sum", 1, sum, NULL);
  /* The end is certain also while a handler is busy. */
  status = pier_peer_watch(peer, 0, 1) < 0 ? 1 : serve(peer, 0, 1);
  pier_peer_free(peer);
  return status;
}
