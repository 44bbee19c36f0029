/*
 * caller_pier - {add,A,B} -> {ok,A+B} with pier, in CALLER_MODE (plain or calls) and
 * on a libuv loop if CALLER_UV is 1: bench.mk makes one program of each kind.
 */
#include <pier.h>
#include <uv.h>

#ifndef CALLER_MODE
#define CALLER_MODE PIER_PLAIN
#endif
#ifndef CALLER_UV
#define CALLER_UV 0
#endif

static int add(pier_call *call, void *state) {
  long long a, b;
  int error = pier_call_match(call, "{add, ~l, ~l}", &a, &b);
  (void)state;
  if (error < 0) return error;
  return pier_reply(call, "{ok, ~l}", a + b);
}

#if CALLER_UV
static void keep_status(pier_peer *peer, int status, void *state) {
  (void)peer;
  *(int *)state = status;
}

static int run(pier_peer *peer) {
  int status = 1;
  if (pier_peer_start_uv(peer, uv_default_loop(), keep_status, &status) < 0) return 1;
  uv_run(uv_default_loop(), UV_RUN_DEFAULT);
  pier_peer_free(peer);
  uv_run(uv_default_loop(), UV_RUN_DEFAULT);
  return status;
}
#else
static int run(pier_peer *peer) {
  return pier_peer_run(peer);
}
#endif

int main(void) {
  pier_peer *peer;
  pier_peer_config config;
  pier_peer_config_init(&config);
  config.mode = CALLER_MODE;
  if (pier_peer_new(&peer, &config) < 0) return 1;
  pier_peer_on(peer, "add", 2, add, NULL);
  return run(peer);
}
