/* Every process below this one. As a subreaper it becomes the parent of what
 * its descendants leave behind, so it only ever signals its own children: their
 * pids cannot be somebody else's until it has reaped them. */
#include "cli/cli.h"
#include "cli/wrap.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int pier__tree_adopt(void) {
  return prctl(PR_SET_CHILD_SUBREAPER, 1) < 0 ? -errno : 0;
}

int pier__tree_reap(pier__tree *tree) {
  for (;;) {
    int status;
    pid_t pid = waitpid(-1, &status, WNOHANG | __WALL);
    if (pid < 0 && errno == EINTR) continue;
    if (pid <= 0) return pid == 0;
    if (pid == tree->program) {
      tree->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      tree->program = 0;
    }
  }
}

typedef void for_child(pier__tree *tree, pid_t child, void *state);

/* Calls `act` for each child. Without /proc only the program is known. */
static void each_child(pier__tree *tree, for_child *act, void *state) {
  DIR *folder = opendir("/proc");
  const struct dirent *entry;
  pid_t parent;
  char how;
  if (!folder) {
    if (tree->program) act(tree, tree->program, state);
    return;
  }
  while ((entry = readdir(folder)) != NULL)
    if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
        pier__process_stat(entry->d_name, &how, &parent) == 0 && parent == getpid())
      act(tree, (pid_t)strtol(entry->d_name, NULL, 10), state);
  closedir(folder);
}

/* Without memory the child is asked once more each time: nothing worse. */
static void remember(pier__tree *tree, pid_t child) {
  if (tree->signalled_count == tree->signalled_room) {
    size_t room = tree->signalled_room ? 2 * tree->signalled_room : 16;
    pid_t *more = pier_realloc(tree->signalled, room * sizeof *more);
    if (!more) return;
    tree->signalled = more;
    tree->signalled_room = room;
  }
  tree->signalled[tree->signalled_count++] = child;
}

typedef struct round {
  int signal;
  int grouped; /* the program's group has just had it as a whole */
} round;

static void signal_once(pier__tree *tree, pid_t child, void *state) {
  const round *now = state;
  size_t at;
  for (at = 0; at < tree->signalled_count; at++)
    if (tree->signalled[at] == child) return;
  remember(tree, child);
  if (now->grouped && getpgid(child) == tree->group) return;
  kill(child, now->signal);
  kill(child, SIGCONT); /* one that is stopped could not end */
}

void pier__tree_signal(pier__tree *tree, int signal) {
  round now;
  now.signal = signal;
  /* The group's number is nobody else's as long as the program is not reaped. */
  now.grouped = tree->group && tree->program && tree->signalled_count == 0;
  if (now.grouped) {
    kill(-tree->group, signal);
    kill(-tree->group, SIGCONT);
  }
  each_child(tree, signal_once, &now);
}

static void kill_one(pier__tree *tree, pid_t child, void *state) {
  size_t *refused = state;
  (void)tree;
  if (kill(child, SIGKILL) < 0 && errno == EPERM) ++*refused;
}

size_t pier__tree_kill(pier__tree *tree) {
  size_t refused = 0;
  if (tree->group && tree->program) kill(-tree->group, SIGKILL);
  each_child(tree, kill_one, &refused);
  return refused;
}

void pier__tree_free(pier__tree *tree) {
  pier_free(tree->signalled);
  tree->signalled = NULL;
}
