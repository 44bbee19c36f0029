/* cli/peer.h - the scripted program: one that does what its argument says. */
#ifndef PIER_CLI_PEER_H
#define PIER_CLI_PEER_H

#include "cli/cli.h"

#include "scenario/value.h"

#define PIER__PEER "pier peer"

typedef struct pier__actor {
  pier__arena arena; /* of one action */
  int in, out;
  int is_child; /* of a fork: ends when its list does */
  const pier__value *next;
  char **rest; /* what was behind the actions, up to a NULL */
} pier__actor;

/* Each does one action, whose shape has been checked: 0, or the status with which
 * to end at once, plus 1. */

/* ---- peer_io.c -------------------------------------------------------------------- */

int pier__act_write(pier__actor *actor, const pier__value *action);
int pier__act_frame(pier__actor *actor, const pier__value *action);
int pier__act_term(pier__actor *actor, const pier__value *action);
int pier__act_line(pier__actor *actor, const pier__value *action);
int pier__act_read(pier__actor *actor, const pier__value *action);
int pier__act_read_frame(pier__actor *actor, const pier__value *action);
int pier__act_read_line(pier__actor *actor, const pier__value *action);
int pier__act_echo(pier__actor *actor, const pier__value *action);
int pier__act_echo_frames(pier__actor *actor, const pier__value *action);
/* The text of a string or binary, NUL-ended; NULL if it is none. */
const char *pier__actor_text(pier__actor *actor, const pier__value *value);

/* ---- peer_report.c ------------------------------------------------------------------ */

int pier__act_report(pier__actor *actor, const pier__value *action);

#endif
