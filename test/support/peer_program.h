/* Programs for child_start: the peer end as a test's far side. */
#ifndef TEST_SUPPORT_PEER_PROGRAM_H
#define TEST_SUPPORT_PEER_PROGRAM_H

#include <pier.h>

struct peer_setting {
  int uv; /* on a libuv loop */
  unsigned packet;
  int flags; /* as given to child_start */
  pier_peer_error *error;
};

/* Both take a struct peer_setting. The first sends every frame back. The second
 * answers {add,A,B}, print (stray output), stop, twice, forget and refuse. Both
 * mind a SIGUSR1 only by being interrupted. */
int echo_program(void *setting);
int term_program(void *setting);

/* An error handler: answers {error,badterm}, says the error's name when the
 * stream is broken. */
int be_patient(pier_call *call, const pier_diag *diag, void *state);
/* Another: says the error's name and ends the program. */
int be_strict(pier_call *call, const pier_diag *diag, void *state);

#endif
