/* cli/color.h - colours for people at a terminal. */
#ifndef PIER_CLI_COLOR_H
#define PIER_CLI_COLOR_H

#include "cli/cli.h"

/* What switches colours, empty where there are none. */
typedef struct pier__color {
  const char *good, *bad, *plain;
} pier__color;
pier__color pier__colors(int on);

/* --color auto: a terminal that has colours, and no NO_COLOR in the environment. */
int pier__color_wanted(int fd);

/* Appends `text`, terms or JSON as pier prints them, with colours for atoms,
 * strings and numbers. Returns out->error. */
int pier__color_text(pier_buffer *out, pier_span text);

#endif
