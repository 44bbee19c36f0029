#include "peer_program.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "child.h"
#include "loops.h"

static int echo(pier_call *call, void *state) {
  (void)state;
  return pier_reply_frame(call, pier_call_request(call));
}

static int add(pier_call *call, void *state) {
  long long a, b;
  (void)state;
  if (pier_match(pier_call_request(call), "{add, ~l, ~l}", &a, &b) < 0)
    return pier_reply(call, "{error, badarg}");
  return pier_reply(call, "{ok, ~l}", a + b);
}

static int print(pier_call *call, void *state) {
  (void)state;
  printf("stray\n");
  fflush(stdout);
  if (system("echo from a child; cat") != 0) return PIER_EARG;
  return pier_reply(call, "printed");
}

static int stop(pier_call *call, void *state) {
  int error = pier_reply(call, "bye");
  pier_peer_stop(*(pier_peer **)state);
  return error;
}

static int twice(pier_call *call, void *state) {
  (void)state;
  assert_int_equal(pier_reply(call, "once"), 0);
  assert_int_equal(pier_reply(call, "again"), PIER_ETWICE);
  assert_int_equal(pier_reply_term(call, pier_call_request(call)), PIER_ETWICE);
  return 0;
}

static int forget(pier_call *call, void *state) {
  (void)call;
  (void)state;
  return 0;
}

static int refuse(pier_call *call, void *state) {
  (void)call;
  (void)state;
  return PIER_ESTATE;
}

int be_patient(pier_call *call, const pier_diag *diag, void *state) {
  (void)state;
  if (!call) {
    fprintf(stderr, "handler: %s\n", pier_error_name(diag->error));
    return 0;
  }
  return pier_reply(call, "{error, badterm}");
}

int be_strict(pier_call *call, const pier_diag *diag, void *state) {
  (void)call;
  (void)state;
  fprintf(stderr, "handler: %s\n", pier_error_name(diag->error));
  return diag->error;
}

static void no_op(int number) {
  (void)number;
}

static int serve(const struct peer_setting *setting, int terms) {
  static pier_peer *peer;
  pier_peer_config config;
  struct sigaction action = {.sa_handler = no_op};
  sigaction(SIGUSR1, &action, NULL);
  pier_peer_config_init(&config);
  config.packet = setting->packet;
  config.error = setting->error;
  if (setting->flags & CHILD_ON_3_AND_4) {
    config.in = 3;
    config.out = 4;
  }
  if (pier_peer_new(&peer, &config) < 0) return 99;
  if (!terms) pier_peer_on_frame(peer, echo, NULL);
  pier_peer_on(peer, "add", 2, add, NULL);
  pier_peer_on(peer, "print", 0, print, NULL);
  pier_peer_on(peer, "stop", 0, stop, &peer);
  pier_peer_on(peer, "twice", 0, twice, NULL);
  pier_peer_on(peer, "forget", 0, forget, NULL);
  pier_peer_on(peer, "refuse", 0, refuse, NULL);
  return run_peer(peer, setting->uv);
}

int echo_program(void *state) {
  return serve(state, 0);
}

int term_program(void *state) {
  return serve(state, 1);
}
