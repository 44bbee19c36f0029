/* What a project may be called. */
#include "cli/new.h"

#include <stdio.h>
#include <string.h>

static const char *const reserved[] = {
    "after", "and",    "andalso", "band", "begin", "bnot",  "bor",  "bsl", "bsr",
    "bxor",  "case",   "catch",   "cond", "div",   "do",    "else", "end", "false",
    "fn",    "fun",    "if",      "in",   "let",   "maybe", "nil",  "not", "of",
    "or",    "orelse", "receive", "rem",  "true",  "try",   "when", "xor"};

/* Applications and modules of OTP, Elixir and pier that a project would hide. */
static const char *const taken[] = {"application",
                                    "array",
                                    "base64",
                                    "binary",
                                    "calendar",
                                    "code",
                                    "common_test",
                                    "compiler",
                                    "crypto",
                                    "dialyzer",
                                    "dict",
                                    "eex",
                                    "elixir",
                                    "erlang",
                                    "erl_interface",
                                    "error_logger",
                                    "ets",
                                    "eunit",
                                    "ex_unit",
                                    "file",
                                    "filelib",
                                    "filename",
                                    "gb_sets",
                                    "gb_trees",
                                    "gen_server",
                                    "gen_statem",
                                    "gen_tcp",
                                    "gen_udp",
                                    "global",
                                    "heart",
                                    "iex",
                                    "inet",
                                    "inets",
                                    "init",
                                    "io",
                                    "io_lib",
                                    "kernel",
                                    "lists",
                                    "logger",
                                    "maps",
                                    "math",
                                    "mix",
                                    "mnesia",
                                    "net",
                                    "observer",
                                    "orddict",
                                    "ordsets",
                                    "os",
                                    "pg",
                                    "pier",
                                    "pier_port",
                                    "proc_lib",
                                    "proplists",
                                    "public_key",
                                    "queue",
                                    "rand",
                                    "re",
                                    "rpc",
                                    "runtime_tools",
                                    "sasl",
                                    "sets",
                                    "shell",
                                    "socket",
                                    "ssh",
                                    "ssl",
                                    "stdlib",
                                    "string",
                                    "supervisor",
                                    "sys",
                                    "test",
                                    "timer",
                                    "tools",
                                    "unicode",
                                    "user",
                                    "zip",
                                    "zlib"};

static int is_one_of(const char *const *list, size_t count, const char *name, size_t size) {
  size_t at;
  for (at = 0; at < count; at++)
    if (strlen(list[at]) == size && memcmp(list[at], name, size) == 0) return 1;
  return 0;
}

static int is_letter(char c) {
  return c >= 'a' && c <= 'z';
}

int pier__check_name(const char *name, size_t size, char *fault) {
  size_t at;
  if (size == 0 || (name[0] == '.' && (size == 1 || (size == 2 && name[1] == '.')))) {
    snprintf(fault, PIER__NAME_FAULT,
             "the project is called like its folder: give one with a name");
    return -1;
  }
  if (size > PIER__NAME) {
    snprintf(fault, PIER__NAME_FAULT, "a name has at most %d characters", PIER__NAME);
    return -1;
  }
  if (!is_letter(name[0])) {
    snprintf(fault, PIER__NAME_FAULT,
             "no name for an OTP application: it begins with a letter from a to z");
    return -1;
  }
  for (at = 0; at < size; at++) {
    if (is_letter(name[at]) || (name[at] >= '0' && name[at] <= '9') || name[at] == '_')
      continue;
    snprintf(fault, PIER__NAME_FAULT,
             "no name for an OTP application: character %zu is none of a to z, 0 to 9, _",
             at + 1);
    return -1;
  }
  if (is_one_of(reserved, sizeof reserved / sizeof reserved[0], name, size)) {
    snprintf(fault, PIER__NAME_FAULT,
             "no name for a project: it is a word of Erlang or Elixir");
    return -1;
  }
  if (is_one_of(taken, sizeof taken / sizeof taken[0], name, size)) {
    snprintf(fault, PIER__NAME_FAULT,
             "no name for a project: an application or module of Erlang's has it");
    return -1;
  }
  return 0;
}

void pier__title_of(const char *name, char *title) {
  int start = 1;
  for (; *name; name++) {
    if (*name != '_') *title++ = (char)(start && is_letter(*name) ? *name - 'a' + 'A' : *name);
    start = *name == '_';
  }
  *title = '\0';
}
