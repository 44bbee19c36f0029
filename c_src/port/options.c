/* The options of a port as C has them. */
#include "port/settings.h"

#include <string.h>

void pier_port_options_init(pier_port_options *options, pier_name_kind kind, const char *name) {
  memset(options, 0, sizeof *options);
  options->kind = kind;
  options->name = name;
  options->framing = pier_framing_stream();
}

int pier__options_check(const pier_port_options *options, pier_diag *diag) {
  const unsigned both = PIER_PORT_NOUSE_STDIO | PIER_PORT_STDERR_TO_STDOUT;
  const pier_framing *framing = &options->framing;
  if ((options->flags & both) == both)
    return pier_diag_set(diag, PIER_EBADOPT, 0,
                         "stderr_to_stdout does not go with nouse_stdio");
  if (framing->kind == PIER_PACKET && framing->packet != 1 && framing->packet != 2 &&
      framing->packet != 4)
    return pier_diag_set(diag, PIER_EBADOPT, 0, "bad option {packet,%u}: it is 1, 2 or 4",
                         framing->packet);
  if (framing->kind == PIER_LINE && (framing->line < 1 || framing->line > INT32_MAX))
    return pier_diag_set(diag, PIER_EBADOPT, 0, "bad option {line,%zu}", framing->line);
  return 0;
}
