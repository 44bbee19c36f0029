/* The program that is to be run: which file it is, and how it ended. */
#include "cli/cli.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HEAD = 256 }; /* as much of a script's first line as the kernel reads */

/* 0 if `path` can be run, else why not. The BEAM's own check lets directories
 * through (they have an x bit); the status that follows would say nothing. */
static int runnable(const char *path) {
  struct stat info;
  if (stat(path, &info) < 0) return errno;
  if (S_ISDIR(info.st_mode)) return EISDIR;
  return access(path, X_OK) < 0 ? errno : 0;
}

/* Joins one element of PATH (an empty one is the working directory) and `program`. */
static int join(pier_buffer *path, const char *folder, size_t size, const char *program) {
  pier_buffer_clear(path);
  if (size == 0)
    pier_buffer_append_byte(path, '.');
  else
    pier_buffer_append(path, folder, size);
  pier_buffer_append_byte(path, '/');
  return pier_buffer_append(path, program, strlen(program) + 1);
}

int pier__search_program(pier_buffer *path, const char *program) {
  const char *folders = getenv("PATH");
  int reason = ENOENT;
  size_t size;
  if (!folders) folders = "/usr/local/bin:/usr/bin:/bin";
  for (;; folders += size + 1) {
    int error;
    size = strcspn(folders, ":");
    if (join(path, folders, size, program) < 0) return ENOMEM;
    error = runnable((const char *)path->data);
    if (error == 0) return 0;
    if (error == EACCES) reason = EACCES;
    if (folders[size] == '\0') return reason;
  }
}

/* A file that may be run and that exec refuses gives a status that says nothing (8, or 2
 * where a script's interpreter is missing). What else than ELF and scripts the kernel runs
 * it knows itself (binfmt_misc). */
static int check_script(const char *who, const char *program, const char *path) {
  char head[HEAD + 1];
  FILE *file = fopen(path, "rb");
  size_t size = file ? fread(head, 1, HEAD, file) : 0;
  int readable = file && !ferror(file);
  char *interpreter;
  if (file) fclose(file);
  if (!readable) return 0; /* which a program need not be */
  head[size] = '\0';
  if (size == 0) return pier__fail(who, PIER__CANNOT_EXECUTE, "%s: the file is empty", program);
  if (strncmp(head, "#!", 2) != 0) {
    if (!pier__is_text(pier_span_of(head, size), HEAD / 2)) return 0;
    return pier__fail(who, PIER__CANNOT_EXECUTE,
                      "%s: a text whose first line is not #!/bin/sh or another interpreter's",
                      program);
  }
  interpreter = head + 2 + strspn(head + 2, " \t");
  interpreter[strcspn(interpreter, " \t\n")] = '\0';
  if (access(interpreter, X_OK) == 0) return 0;
  return pier__fail(who, PIER__CANNOT_EXECUTE, "%s: its interpreter %s: %s", program,
                    interpreter, strerror(errno));
}

int pier__find_program(const char *who, const char *program, pier_buffer *path) {
  int in_path = strchr(program, '/') == NULL;
  int error;
  if (program[0] == '\0') return pier__fail(who, PIER__USAGE, "the program's name is empty");
  if (in_path)
    error = pier__search_program(path, program);
  else
    error =
        pier_buffer_append(path, program, strlen(program) + 1) < 0 ? ENOMEM : runnable(program);
  if (error == 0) return check_script(who, program, (const char *)path->data);
  if (error == ENOENT && in_path)
    return pier__fail(who, PIER__NOT_FOUND, "%s: no such program in PATH%s%s", program,
                      access(program, F_OK) == 0 ? "; the one here is ./" : "",
                      access(program, F_OK) == 0 ? program : "");
  if (error == EACCES && access(program, F_OK) == 0)
    return pier__fail(who, PIER__CANNOT_EXECUTE, "%s: %s: it is not executable (chmod +x)",
                      program, strerror(error));
  return pier__fail(who, error == ENOENT ? PIER__NOT_FOUND : PIER__CANNOT_EXECUTE, "%s: %s",
                    program, strerror(error));
}

/* 1 once the child can be asked for its status, 0 if the time ran out. Where
 * there is no pidfd, only the waits without an end are waited for. */
static int ended(int os_pid, int timeout_ms) {
  struct pollfd watch;
  int got;
  if (timeout_ms < 0) return 1;
  watch.fd = (int)syscall(SYS_pidfd_open, os_pid, 0);
  if (watch.fd < 0) return 0;
  watch.events = POLLIN;
  do
    got = poll(&watch, 1, timeout_ms);
  while (got < 0 && errno == EINTR);
  close(watch.fd);
  return got > 0;
}

int pier__program_status(int os_pid, int timeout_ms) {
  siginfo_t info;
  int got;
  if (os_pid <= 0 || !ended(os_pid, timeout_ms)) return -1;
  do
    got = waitid(P_PID, (id_t)os_pid, &info, WEXITED | WNOWAIT | __WALL);
  while (got < 0 && errno == EINTR);
  if (got < 0) return -1;
  return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

/* The name of its program may hold anything, parentheses too. */
int pier__process_stat(const char *number, char *state, pid_t *parent) {
  char path[64], text[512];
  const char *behind_name;
  FILE *file;
  size_t size;
  snprintf(path, sizeof path, "/proc/%.20s/stat", number);
  file = fopen(path, "re");
  if (!file) return -1;
  size = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[size] = '\0';
  behind_name = strrchr(text, ')');
  if (!behind_name || sscanf(behind_name, ") %c %d", state, parent) != 2) return -1;
  return 0;
}

void pier__append_end(pier_buffer *out, int status) {
  if (status < 0)
    pier_buffer_append_text(out, "stopped reading its input");
  else if (status > 128 && strsignal(status - 128))
    pier_buffer_append_format(out, "was killed by signal %d (%s)", status - 128,
                              strsignal(status - 128));
  else
    pier_buffer_append_format(out, "ended with status %d", status);
}
