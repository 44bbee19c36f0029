/* The table of the steps. */
#include "scenario/steps.h"

#include "scenario/run.h"

#include <string.h>

static const pier__step steps[] = {
    {"program", "ao", pier__do_program, NULL, NULL, 0},
    {"role", "a", pier__do_role, NULL, NULL, 0},
    {"as", "as", pier__do_as, NULL, NULL, 0},
    {"flag", "at", pier__do_flag, NULL, NULL, 0},
    {"open", "aat", NULL, NULL, NULL, PIER__EVENT_OPEN},
    {"open_name", "att", NULL, "open_port", "D2D3", PIER__EVENT_OPEN},
    {"command", "nt", NULL, "port_command", "P1D2", PIER__EVENT_RESULT},
    {"command", "ntl", NULL, "port_command", "P1D2", PIER__EVENT_ALLOWED},
    {"command3", "ntt", NULL, "port_command", "P1D2D3", PIER__EVENT_RESULT},
    {"send", "nt", NULL, "send", "P1D2", PIER__EVENT_WRITTEN},
    {"close", "n", NULL, "port_close", "P1", PIER__EVENT_RESULT},
    {"connect", "nn", NULL, "port_connect", "P1R2", PIER__EVENT_RESULT},
    {"control", "ntt", NULL, "port_control", "P1D2D3", PIER__EVENT_RESULT},
    {"call", "ntt", NULL, "port_call", "P1D2D3", PIER__EVENT_RESULT},
    {"link", "n", NULL, "link", "P1", PIER__EVENT_RESULT},
    {"unlink", "n", NULL, "unlink", "P1", PIER__EVENT_RESULT},
    {"monitor", "na", NULL, "monitor", "p0P1", PIER__EVENT_MONITOR},
    {"demonitor", "n", NULL, "demonitor", "M1", PIER__EVENT_RESULT},
    {"exit_port", "nt", NULL, "exit", "P1D2", PIER__EVENT_RESULT},
    {"exit_role", "nt", NULL, "exit", "R1D2", PIER__EVENT_RESULT},
    {"os_kill", "ai", pier__do_os_kill, NULL, NULL, 0},
    {"register", "nt", NULL, "register", "D2P1", PIER__EVENT_RESULT},
    {"unregister", "t", NULL, "unregister", "D1", PIER__EVENT_RESULT},
    {"set_data", "nt", NULL, "port_set_data", "P1D2", PIER__EVENT_RESULT},
    {"get_data", "n", NULL, "port_get_data", "P1", PIER__EVENT_RESULT},
    {"info", "nt", NULL, "port_info", "P1D2", PIER__EVENT_RESULT},
    {"bif", "al", NULL, NULL, NULL, PIER__EVENT_RESULT},
    {"bind", "aal", NULL, NULL, NULL, PIER__EVENT_BIND},
    {"ddll", "al", NULL, NULL, NULL, PIER__EVENT_RESULT},
    {"ddll_bind", "aal", NULL, NULL, NULL, PIER__EVENT_DDLL},
    {"expect", "t", pier__do_expect, NULL, NULL, 0},
    {"expect", "ti", pier__do_expect, NULL, NULL, 0},
    {"expect_set", "l", pier__do_expect_set, NULL, NULL, 0},
    {"interleave", "e", pier__do_interleave, NULL, NULL, 0},
    {"race", "ar", pier__do_race, NULL, NULL, 0},
    {"gather", "ab", pier__do_gather, NULL, NULL, 0},
    {"ports", "", pier__do_ports, NULL, NULL, 0},
    {"flush", "i", pier__do_flush, NULL, NULL, 0},
    {"quiet", "i", pier__do_quiet, NULL, NULL, 0},
    {"within", "is", pier__do_timed, NULL, NULL, 0},
    {"at_least", "is", pier__do_timed, NULL, NULL, 0},
    {"async", "ac", pier__do_async, NULL, NULL, 0},
    {"await", "a", pier__do_await, NULL, NULL, 0},
    {"sleep", "i", pier__do_sleep, NULL, NULL, 0},
    {"jitter", "ii", pier__do_sleep, NULL, NULL, 0},
};
enum { STEPS = sizeof steps / sizeof steps[0] };

const pier__step *pier__step_find(const pier__value *step) {
  int at;
  for (at = 0; at < STEPS; at++)
    if (strlen(steps[at].shape) + 1 == step->count &&
        pier__value_is(step->child, steps[at].name))
      return &steps[at];
  return NULL;
}

int pier__step_named(const pier__value *name) {
  int at;
  for (at = 0; at < STEPS; at++)
    if (pier__value_is(name, steps[at].name)) return 1;
  return 0;
}
