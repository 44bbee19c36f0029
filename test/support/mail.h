/* What a process receives, as Erlang would print it. */
#ifndef TEST_SUPPORT_MAIL_H
#define TEST_SUPPORT_MAIL_H

#include <pier/host.h>

/* A host, a process that traps exits, and a place for one port. */
struct scene {
  pier_host *host;
  pier_process *me;
  pier_port port;
};

void scene_open(struct scene *scene);
void scene_close(struct scene *scene);

/* Opens as in Erlang; fails the test with the error's text if that fails. */
void scene_port(struct scene *scene, const char *name, const char *options);
/* The same with {spawn_executable,"/bin/sh"} and the command after -c. */
void scene_sh(struct scene *scene, const char *command, const char *options);

/* The next message as ~0tp would print it, with the port as `P`, pids as `<N>`
 * of their own. "timeout" after 10 seconds, "dead" if the process has ended.
 * The text lives until the next call. */
const char *next_mail(struct scene *scene, pier_process *process);

/* The messages to come are exactly `expected`, one after the other (NULL ends
 * them), and none follows at once. */
void expect_mail(struct scene *scene, const char *const *expected);
#define EXPECT_MAIL(scene, ...) expect_mail(scene, (const char *const[]){__VA_ARGS__, NULL})
/* No message arrives within `ms`. */
void expect_silence(struct scene *scene, int ms);

#endif
