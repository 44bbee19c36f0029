/*
 * cli/driver.h - linked-in drivers for the subcommands. Where pier was built without
 * them (driver_none.c) each of these says so.
 */
#ifndef PIER_CLI_DRIVER_H
#define PIER_CLI_DRIVER_H

#include "cli/cli.h"

#include <pier/host.h>

/* DIR/NAME, as erl_ddll takes it: DIR is "." if there is none, .so at the end does not
 * count. `path` is the file. */
typedef struct pier__driver_path {
  pier_buffer folder, name, path; /* NUL-ended */
} pier__driver_path;

/* 0, or a status after a sentence; pier__driver_path_free is called in either case. */
int pier__driver_path_read(const char *who, const char *text, pier__driver_path *path);
void pier__driver_path_free(pier__driver_path *path);

/* Appends NAME and the words of `args` (NULL-ended), as start gets them, NUL-ended. */
int pier__driver_command(const pier__driver_path *path, char *const *args, pier_buffer *out);

/* pier_driver_enable; NULL: there are no drivers. */
extern int (*const pier__drivers_enable)(pier_host *host);

/* What --check-driver or --check-driver=MS sets: 0, or PIER__USAGE after a sentence. */
int pier__driver_check(const char *who, const char *value, pier_host_config *config);

/* Loads it for `process`: 0, or a status after a sentence: PIER__NOT_FOUND if there is no
 * such file, PIER__CANNOT_EXECUTE if it cannot be loaded. */
int pier__driver_use(const char *who, pier_process *process, const pier__driver_path *path);

/* ---- call_driver.c: terms to a driver, answers back -------------------------- */

typedef struct pier__driver_call {
  const char *who;
  const char *driver; /* DIR/NAME */
  char *const *args;  /* for start; NULL-ended */
  long operation;     /* 0 to 2^32-1 */
  int control;        /* by port_control, not port_call */
  pier_host_config config;
} pier__driver_call;

/* Opens the port, and prints the answer to each of the `count` external terms, which were
 * typed as `texts`. 0, or a status after a sentence. */
int pier__driver_call_all(const pier__driver_call *call, const pier_buffer *terms,
                          char *const *texts, int count);

/* ---- driver_elf.c: what a library wants, without running any of it ---------- */

/* Names lie in `file`. */
typedef struct pier__elf {
  pier_buffer file;
  pier_buffer needed; /* const char *: libraries */
  pier_buffer wanted; /* const char *: symbols that others must have */

  char trouble[120]; /* why it is no library that can be read; empty if it is */
} pier__elf;

enum { PIER__ELF_BIGGEST = 1 << 28, PIER__ELF_SYMBOLS = 1 << 20 };

/* Parses `elf->file`, which may be anything. 0, also with *trouble; PIER_ENOMEM. */
int pier__elf_parse(pier__elf *elf);
void pier__elf_free(pier__elf *elf);
static inline size_t pier__elf_count(const pier_buffer *names) {
  return names->size / sizeof(const char *);
}
static inline const char *pier__elf_name(const pier_buffer *names, size_t at) {
  return ((const char *const *)(const void *)names->data)[at];
}

/* ---- driver_probe.c: what it is when it is loaded, in a process of its own --- */

enum pier__probe_stage {
  PIER__PROBE_OPEN, /* by the linker, its constructors */
  PIER__PROBE_INIT, /* driver_init */
  PIER__PROBE_LOAD, /* as a host loads it: init and finish as well */
  PIER__PROBE_DONE
};

typedef struct pier__probe {
  enum pier__probe_stage stage;      /* how far it came */
  int signal;                        /* that ended it; 0 none */
  int opened, entered;               /* the linker took it; driver_init gave an entry */
  unsigned marker, flags, callbacks; /* of the entry; a bit per callback */
  int major, minor;
  char name[256];
  int error; /* of pier_driver_load */
  char text[256];
  uint8_t found[]; /* for each wanted symbol: somebody has it */
} pier__probe;

enum { PIER__PROBE_SECONDS = 10 };

/* By bit, as they are called in driver_entry. */
extern const char *const pier__driver_callbacks[];
extern const unsigned pier__driver_callback_count;

/* NULL after a sentence; else for munmap of pier__probe_size. */
pier__probe *pier__probe_run(const char *who, const pier__driver_path *path,
                             const pier__elf *elf);
void pier__probe_free(pier__probe *probe, const pier__elf *elf);

#endif
