/* cli/settings.h - the options of `pier run`. */
#ifndef PIER_CLI_SETTINGS_H
#define PIER_CLI_SETTINGS_H

#include "cli/input.h"

#include <pier/host.h>

#define PIER__RUN "pier run"

typedef struct pier__settings {
  pier_port_options port; /* name, args and env borrow argv and what is below */
  pier__input_mode input;
  int wait_ms;      /* the silence after which the port is closed; -1 = none */
  const char **env; /* NULL-terminated */
  size_t env_count;
  const char *program; /* as typed */
  pier_buffer path;    /* the file it is, or the command of a driver */
  const char *driver;  /* DIR/NAME, or NULL: a program */
  unsigned asked;      /* flags of the port that were given */
  pier_host_config host;
} pier__settings;

/* Reads argv. 0, a status after a sentence, or -1 when --help or --version has
 * been answered. pier__program_settings_free is called in either case. */
int pier__program_settings_read(pier__settings *settings, int argc, char **argv);
void pier__program_settings_free(pier__settings *settings);

#endif
