/*
 * echo_pier - c_src/examples/echo.c, in the kinds that bench.mk makes of it: on a libuv
 * loop if ECHO_UV is 1; asking again for so many microseconds before it sleeps.
 */
#include <pier.h>
#include <uv.h>

#ifndef ECHO_UV
#define ECHO_UV 0
#endif
#ifndef ECHO_POLL_US
#define ECHO_POLL_US 0
#endif

static int echo(pier_call *call, void *state) {
  (void)state;
  return pier_reply_frame(call, pier_call_request(call));
}

#if ECHO_UV
static void keep_status(pier_peer *peer, int status, void *state) {
  (void)peer;
  *(int *)state = status;
}

static int run(pier_peer *peer) {
  int status = 1;
  if (pier_peer_start_uv(peer, uv_default_loop(), keep_status, &status) < 0) return 1;
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
  config.poll_us = ECHO_POLL_US;
  if (pier_peer_new(&peer, &config) < 0) return 1;
  pier_peer_on_frame(peer, echo, NULL);
  return run(peer);
}
