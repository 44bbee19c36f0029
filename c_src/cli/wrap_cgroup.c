/* A control group for the wrapped program, where we may make one: then one
 * write kills all of it at once, also what forks faster than it can be listed.
 * Without one everything still ends, child by child. */
#include "cli/wrap.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Finds the line of `file` for which `pick` fills `out`; 1 if there was one. */
typedef int pick_line(char *line, char *out, size_t room);

static int find_line(const char *name, pick_line *pick, char *out, size_t room) {
  FILE *file = fopen(name, "re");
  char *line = NULL;
  size_t size = 0;
  int found = 0;
  if (!file) return 0;
  while (!found && getline(&line, &size, file) > 0)
    found = pick(line, out, room);
  free(line);
  fclose(file);
  return found;
}

/* "cgroup2 /sys/fs/cgroup cgroup2 rw,... 0 0": the second word. */
static int pick_mount(char *line, char *out, size_t room) {
  char *rest = line;
  const char *place;
  const char *kind;
  strsep(&rest, " ");
  place = strsep(&rest, " ");
  kind = strsep(&rest, " ");
  return kind && strcmp(kind, "cgroup2") == 0 &&
         (size_t)snprintf(out, room, "%s", place) < room;
}

/* "0::/our/group" */
static int pick_group(char *line, char *out, size_t room) {
  line[strcspn(line, "\n")] = '\0';
  return strncmp(line, "0::", 3) == 0 && (size_t)snprintf(out, room, "%s", line + 3) < room;
}

static int write_to(const char *folder, const char *file, const char *text) {
  char path[PIER__CGROUP_PATH + 32];
  ssize_t written;
  int fd;
  snprintf(path, sizeof path, "%s/%s", folder, file);
  fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  written = write(fd, text, strlen(text));
  close(fd);
  return written == (ssize_t)strlen(text);
}

void pier__cgroup_make(char folder[PIER__CGROUP_PATH]) {
  char mount[PIER__CGROUP_PATH];
  char group[PIER__CGROUP_PATH];
  char path[2 * PIER__CGROUP_PATH + 32];
  struct stat info;
  folder[0] = '\0';
  if (!find_line("/proc/self/mounts", pick_mount, mount, sizeof mount) ||
      !find_line("/proc/self/cgroup", pick_group, group, sizeof group))
    return;
  snprintf(path, sizeof path, "%s%s/pier-wrap-%d", mount, group, (int)getpid());
  if (strlen(path) >= PIER__CGROUP_PATH || mkdir(path, 0755) < 0) return;
  memcpy(folder, path, strlen(path) + 1);
  snprintf(path, sizeof path, "%s/cgroup.kill", folder);
  if (stat(path, &info) < 0) pier__cgroup_remove(folder);
}

int pier__cgroup_enter(const char *folder) {
  return folder[0] && write_to(folder, "cgroup.procs", "0");
}

void pier__cgroup_kill(const char *folder) {
  if (folder[0]) write_to(folder, "cgroup.kill", "1");
}

void pier__cgroup_remove(char folder[PIER__CGROUP_PATH]) {
  if (folder[0]) rmdir(folder);
  folder[0] = '\0';
}
