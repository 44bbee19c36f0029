/* Every malformed term of the vectors as a request, in both modes: an answer that says
 * so, and the next request works. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <pier.h>

#include "../support/vectors.h"

static int add(pier_call *call, void *state) {
  long long a, b;
  int error = pier_call_match(call, "{add, ~l, ~l}", &a, &b);
  (void)state;
  return error < 0 ? error : pier_reply(call, "{ok, ~l}", a + b);
}

static pier_peer *new_peer(pier_peer_mode mode) {
  pier_peer_config config;
  pier_peer *peer;
  pier_peer_config_init(&config);
  config.in = config.out = -1;
  config.mode = mode;
  assert_int_equal(pier_peer_new(&peer, &config), 0);
  assert_int_equal(pier_peer_on(peer, "add", 2, add, NULL), 0);
  return peer;
}

/* The term in the first frame of the output, which must be one. */
static pier_span answer(pier_peer *peer) {
  pier_span output = pier_peer_output(peer);
  size_t size;
  assert_true(output.size > 4);
  size = (size_t)output.data[2] << 8 | output.data[3];
  assert_int_equal(output.size, size + 4);
  assert_int_equal(pier_term_scan(pier_span_of(output.data + 4, size), NULL, NULL, NULL), 0);
  return pier_span_of(output.data + 4, size);
}

static void ask(pier_peer *peer, pier_span payload) {
  pier_framing framing = pier_framing_packet(4);
  pier_buffer frame = PIER_BUFFER_INIT;
  assert_int_equal(pier_frame_append(&frame, &framing, payload), 0);
  assert_int_equal(pier_peer_feed(peer, pier_buffer_span(&frame)), 0);
  pier_buffer_free(&frame);
}

/* What the gate lets in may be a request that nobody knows; all else is no term. */
static size_t refuses_all(pier_peer_mode mode, const char *pattern) {
  pier_peer *peer = new_peer(mode);
  pier_buffer good = PIER_BUFFER_INIT;
  size_t i, count, refused = 0;
  vector_row *rows = vectors_load("test/vectors/terms_malformed.tsv", &count);
  long long sum;
  assert_int_equal(
      pier_format(&good, mode == PIER_CALLS ? "{call, f, {add, 1, 2}}" : "{add, 1, 2}"), 0);
  for (i = 0; i < count; i++) {
    ask(peer, rows[i].bytes);
    if (pier_match(answer(peer), "{error, {badterm, _}}") == 0)
      refused++;
    else if (pier_match(answer(peer), "{error, _}") < 0)
      fail_msg("%s is answered with something else than an error", rows[i].name);
    pier_peer_wrote(peer, SIZE_MAX);
    ask(peer, pier_buffer_span(&good));
    if (pier_match(answer(peer), pattern, &sum) < 0 || sum != 3)
      fail_msg("the request after %s went wrong", rows[i].name);
    pier_peer_wrote(peer, SIZE_MAX);
  }
  vectors_free(rows, count);
  pier_buffer_free(&good);
  pier_peer_free(peer);
  assert_true(refused * 2 > count);
  return refused;
}

static void in_both_modes(void **state) {
  (void)state;
  assert_int_equal(refuses_all(PIER_PLAIN, "{ok, ~l}"),
                   refuses_all(PIER_CALLS, "{reply, f, {ok, ~l}}"));
}

int main(void) {
  static const struct CMUnitTest tests[] = {cmocka_unit_test(in_both_modes)};
  return cmocka_run_group_tests_name("malformed requests", tests, NULL, NULL);
}
