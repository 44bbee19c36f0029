/* Slow work in call mode, {packet,4}: several threads, answers as they are ready.
 *
 *   {sum, [Number]}  ->  {ok, Sum}, from a thread of the pool
 *   {sleep, Ms}      ->  {ok, slept} after Ms, or {error, cancelled} or timeout before
 *   {count, To}      ->  {ok, To} behind the events {count, 1} ... {count, To}
 *
 * With the argument uv it runs on a libuv loop, else on the blocking one. */
#include <pier.h>

#include <string.h>
#include <time.h>
#include <uv.h>

static int sum_up(pier_call *call, void *state) {
  pier_reader request = pier_reader_of(pier_call_request(call), pier_call_diag(call));
  pier_reader parts, list;
  double sum = 0;
  int error;
  (void)state;
  pier_read_tuple(&request, &parts, 2);
  pier_read_skip(&parts);
  pier_read_list(&parts, &list);
  while (pier_read_more(&list))
    sum += pier_read_number(&list);
  error = pier_reader_end(&request);
  return error < 0 ? error : pier_reply(call, "{ok, ~d}", sum);
}

/* Looks now and then whether anybody still waits. */
static int sleep_a_while(pier_call *call, void *state) {
  struct timespec ms = {0, 1000000};
  unsigned left;
  int error = pier_call_match(call, "{sleep, ~u}", &left);
  (void)state;
  if (error < 0) return error;
  while (left-- > 0 && !pier_call_cancelled(call))
    nanosleep(&ms, NULL);
  return pier_reply(call, "{ok, slept}");
}

/* The same for both: the rest happens in a thread. */
static int start_work(pier_call *call, void *work) {
  return pier_call_work(call, *(pier_handler **)work, NULL);
}

static int count(pier_call *call, void *peer) {
  int i, to, error = pier_call_match(call, "{count, ~i}", &to);
  for (i = 1; error >= 0 && i <= to; i++)
    error = pier_event(*(pier_peer **)peer, "{count, ~i}", i);
  return error < 0 ? error : pier_reply(call, "{ok, ~i}", to);
}

static void ended(pier_peer *peer, int status, void *state) {
  *(int *)state = status;
  pier_peer_free(peer);
}

static int run_uv(pier_peer *peer) {
  int status = 1;
  if (pier_peer_start_uv(peer, uv_default_loop(), ended, &status) < 0) return 1;
  uv_run(uv_default_loop(), UV_RUN_DEFAULT);
  uv_loop_close(uv_default_loop());
  return status;
}

int main(int argc, char **argv) {
  static pier_handler *summing = sum_up, *sleeping = sleep_a_while;
  static pier_peer *peer;
  pier_peer_config config;
  pier_peer_config_init(&config);
  config.mode = PIER_CALLS;
  if (pier_peer_new(&peer, &config) < 0) return 1;
  pier_peer_on(peer, "sum", 1, start_work, &summing);
  pier_peer_on(peer, "sleep", 1, start_work, &sleeping);
  pier_peer_on(peer, "count", 1, count, &peer);
  return argc > 1 && strcmp(argv[1], "uv") == 0 ? run_uv(peer) : pier_peer_run(peer);
}
