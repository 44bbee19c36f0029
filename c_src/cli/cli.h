/* cli/cli.h - what the subcommands of `pier` share. */
#ifndef PIER_CLI_CLI_H
#define PIER_CLI_CLI_H

#include <pier.h>

#include <getopt.h>
#include <stdio.h>
#include <sys/types.h>

/* The statuses of the command, beside a program's own and 128+n. */
enum {
  PIER__DONE = 0,
  PIER__FAILED = 1,
  PIER__USAGE = 2,
  PIER__CANNOT_EXECUTE = 126,
  PIER__NOT_FOUND = 127
};

/* One subcommand: argv[0] is its own name. Returns the exit status. */
int pier__call_main(int argc, char **argv);
int pier__driver_main(int argc, char **argv);
int pier__new_main(int argc, char **argv);
int pier__peer_main(int argc, char **argv);
int pier__run_main(int argc, char **argv);
int pier__scenario_main(int argc, char **argv);
int pier__serve_main(int argc, char **argv);
int pier__term_main(int argc, char **argv);
int pier__wrap_main(int argc, char **argv);

/* ---- say.c: one clear line on standard error ------------------------------ */

/* Prints "WHO: ...\n" and returns `status`, so that a function can end with
 * `return pier__fail(...)`. */
int pier__fail(const char *who, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Appends at most `most` bytes of `bytes` in double quotes, what is not
 * printable as \n, \t or \xNN. */
void pier__append_quoted(pier_buffer *out, pier_span bytes, size_t most);

/* 1 if the first `most` of `bytes` look like something that was printed: UTF-8
 * with no control characters but those of text. */
int pier__is_text(pier_span bytes, size_t most);

/* Writes `text` and a newline to standard output, at once. 0, or PIER__FAILED
 * after a sentence; if nobody reads any more, quietly what SIGPIPE would give. */
int pier__print_line(const char *who, pier_span text);

/* Writes out what was put into stdout; results as above. */
int pier__flush(const char *who);

/* Writes all of `bytes`: 0, or -errno. */
int pier__write_all(int fd, pier_span bytes);

/* The line of `text` in which `diag` lies, a caret under the place, on standard
 * error. A long line is shown up to a little beyond it only. */
void pier__show_place(pier_span text, const pier_diag *diag);

/* ---- options.c ------------------------------------------------------------ */

/* What getopt_long could not take (`got` is '?' or ':'), as a sentence;
 * `element` is the argument it was looking at. Returns PIER__USAGE. */
int pier__bad_option(const char *who, int got, const char *element);

/* Gives each option in front of the terms to `set`, whose result other than 0
 * stops and is handed back; *first is then the first term. A term like -5 is
 * not an option. */
typedef int pier__set_option(void *context, int option);
int pier__read_options(const char *who, int argc, char **argv, const struct option *options,
                       pier__set_option *set, void *context, int *first);

/* A number between `least` and `most`: 0, or PIER__USAGE after a sentence that
 * names `option`. */
int pier__read_number(const char *who, const char *option, const char *text, long least,
                      long most, long *number);

/* The N of {packet,N}: 0, or PIER__USAGE after a sentence. */
int pier__read_packet(const char *who, const char *text, unsigned *packet);

/* ---- program.c ------------------------------------------------------------ */

/* Puts into `path` (NUL-ended) the file that a shell would run for `program`:
 * the name itself if it has a slash, else the first match in PATH. 0, or
 * PIER__NOT_FOUND or PIER__CANNOT_EXECUTE after a sentence. */
int pier__find_program(const char *who, const char *program, pier_buffer *path);

/* The same for a name without a slash, and without a sentence: 0, or the most
 * telling errno. */
int pier__search_program(pier_buffer *path, const char *program);

/* The status (128+n for a signal) with which the child `os_pid` ended, waiting
 * at most timeout_ms (-1 = for ever). It is only looked at, not reaped. -1 if
 * it did not end in time, or if its status is no longer known. */
int pier__program_status(int os_pid, int timeout_ms);

/* The state (as ps has it: 'Z' has ended and nobody has looked) and the parent of
 * the process whose folder in /proc is `number`. 0, or -1 if it is gone. */
int pier__process_stat(const char *number, char *state, pid_t *parent);

/* Appends "ended with status 3", "was killed by signal 9 (Killed)". */
void pier__append_end(pier_buffer *out, int status);

#endif
