/* A program that does all that the peer library can, for both hosts:
 *
 *   peer plain|call blocking|uv|poll
 *
 * The loop of poll is that of the example. */
#include <pier.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define main poll_example
int main(void);
#include "../../c_src/examples/poll.c"
#undef main

enum { NAMES = 64, GATHERED = 20000, THREADS = 4 };

static pier_peer *peer;

static int give_back(pier_call *call, void *state) {
  pier_span term;
  int error = pier_call_match(call, "{id, ~t}", &term);
  (void)state;
  return error < 0 ? error : pier_reply_term(call, term);
}

static int forget(pier_call *call, void *state) {
  (void)call;
  (void)state;
  return 0;
}

static int twice(pier_call *call, void *state) {
  int error = pier_reply(call, "once");
  (void)state;
  return error == 0 && pier_reply(call, "again") != PIER_ETWICE ? PIER_ESTATE : error;
}

static int big(pier_call *call, void *state) {
  uint8_t *bytes;
  size_t size;
  int error = pier_call_match(call, "{big, ~n}", &size);
  (void)state;
  if (error < 0) return error;
  bytes = pier_alloc(size);
  if (!bytes) return PIER_ENOMEM;
  memset(bytes, 'b', size);
  error = pier_reply(call, "~b", bytes, size);
  pier_free(bytes);
  return error;
}

/* {later, Name}: answered by {release, Name, Term} or dropped by {drop, Name}. */
static struct {
  char name[32];
  pier_call *call;
} held[NAMES];

static int find(const char *name) {
  int i;
  for (i = 0; i < NAMES; i++)
    if (strcmp(held[i].name, name) == 0) return i;
  return -1;
}

static int later(pier_call *call, void *state) {
  char name[32];
  int place, error = pier_call_match(call, "{later, ~z}", name, sizeof name);
  (void)state;
  if (error < 0) return error;
  place = find("");
  if (place < 0) return PIER_ELIMIT;
  error = pier_call_keep(call, &held[place].call);
  if (error == 0) memcpy(held[place].name, name, sizeof name);
  return error;
}

static int release(pier_call *call, void *state) {
  char name[32];
  pier_span term;
  int place, error = pier_call_match(call, "{release, ~z, ~t}", name, sizeof name, &term);
  (void)state;
  if (error < 0) return error;
  place = find(name);
  if (place < 0) return pier_reply(call, "unknown");
  error = pier_reply_term(held[place].call, term);
  pier_call_drop(held[place].call);
  held[place].name[0] = 0;
  return pier_reply(call, "~a", error == 0 ? "released" : "late");
}

static int drop(pier_call *call, void *state) {
  char name[32];
  int place, error = pier_call_match(call, "{drop, ~z}", name, sizeof name);
  (void)state;
  if (error < 0) return error;
  place = find(name);
  if (place < 0) return pier_reply(call, "unknown");
  pier_call_drop(held[place].call);
  held[place].name[0] = 0;
  return pier_reply(call, "dropped");
}

/* {gather, N, Term}: when N of them have come, four threads answer them all with their
 * terms, in random order. */
static struct {
  pier_call *calls[GATHERED];
  size_t count;
  pthread_t threads[THREADS];
} gathered;

static void *answer_some(void *first) {
  size_t i;
  for (i = (size_t)(uintptr_t)first; i < gathered.count; i += THREADS) {
    pier_call *call = gathered.calls[i];
    pier_span term;
    if (pier_call_match(call, "{gather, _, ~t}", &term) == 0) pier_reply_term(call, term);
    pier_call_drop(call);
  }
  return NULL;
}

static void shuffle(void) {
  size_t i;
  for (i = gathered.count; i > 1; i--) {
    size_t other = (size_t)rand() % i;
    pier_call *call = gathered.calls[i - 1];
    gathered.calls[i - 1] = gathered.calls[other];
    gathered.calls[other] = call;
  }
}

static int gather(pier_call *call, void *state) {
  size_t i, most;
  int error = pier_call_match(call, "{gather, ~n, _}", &most);
  (void)state;
  if (error < 0) return error;
  if (most > GATHERED || most == 0) return PIER_ELIMIT;
  error = pier_call_keep(call, &gathered.calls[gathered.count]);
  if (error < 0) return error;
  if (++gathered.count < most) return 0;
  shuffle();
  for (i = 0; i < THREADS; i++)
    if (pthread_create(&gathered.threads[i], NULL, answer_some, (void *)(uintptr_t)i) != 0)
      return PIER_ENOMEM;
  for (i = 0; i < THREADS; i++)
    pthread_join(gathered.threads[i], NULL);
  gathered.count = 0;
  return 0;
}

static int count(pier_call *call, void *state) {
  int i, to, error = pier_call_match(call, "{count, ~i}", &to);
  (void)state;
  for (i = 1; error >= 0 && i <= to; i++)
    error = pier_event(peer, "{count, ~i}", i);
  return error < 0 ? error : pier_reply(call, "~i", to);
}

static int add_there(pier_call *call, void *state) {
  long long a, b;
  int error = pier_call_match(call, "{work, ~l, ~l}", &a, &b);
  (void)state;
  return error < 0 ? error : pier_reply(call, "{ok, ~l}", a + b);
}

static int work(pier_call *call, void *state) {
  (void)state;
  return pier_call_work(call, add_there, NULL);
}

static void on_end(pier_peer *ended, int status, void *state) {
  *(int *)state = status;
  pier_peer_free(ended);
}

static int run_uv(void) {
  uv_loop_t loop;
  int status = 1;
  if (uv_loop_init(&loop) < 0 || pier_peer_start_uv(peer, &loop, on_end, &status) < 0) return 1;
  uv_run(&loop, UV_RUN_DEFAULT);
  uv_loop_close(&loop);
  return status;
}

static int run_poll(void) {
  int status = serve(peer, 0, 1);
  pier_peer_free(peer);
  return status;
}

int main(int argc, char **argv) {
  pier_peer_config config;
  const char *loop = argc == 3 ? argv[2] : "";
  pier_peer_config_init(&config);
  if (argc != 3) return 2;
  if (strcmp(argv[1], "call") == 0) config.mode = PIER_CALLS;
  if (strcmp(loop, "poll") == 0) config.in = config.out = -1;
  if (pier_peer_new(&peer, &config) < 0) return 1;
  pier_peer_on(peer, "add", 2, add, NULL);
  pier_peer_on(peer, "id", 1, give_back, NULL);
  pier_peer_on(peer, "forget", 0, forget, NULL);
  pier_peer_on(peer, "twice", 0, twice, NULL);
  pier_peer_on(peer, "big", 1, big, NULL);
  pier_peer_on(peer, "later", 1, later, NULL);
  pier_peer_on(peer, "release", 2, release, NULL);
  pier_peer_on(peer, "drop", 1, drop, NULL);
  pier_peer_on(peer, "gather", 2, gather, NULL);
  pier_peer_on(peer, "count", 1, count, NULL);
  pier_peer_on(peer, "work", 2, work, NULL);
  if (strcmp(loop, "uv") == 0) return run_uv();
  return strcmp(loop, "poll") == 0 ? run_poll() : pier_peer_run(peer);
}
