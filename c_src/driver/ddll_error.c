/* The errors of erl_ddll as terms and as sentences. */
#include "driver/driver.h"

#include <string.h>

static const struct {
  const char *atom, *text;
  int error; /* 0: none of ours */
  int code;  /* N that {open_error,N} has for it as well, as in the BEAM; 1: none */
} errors[] = {
    {"no_error", "No error", 0, 0},
    {"no_driver_init", "No driver init in dynamic library", PIER_EDRVNOINIT, -1},
    {"driver_init_failed", "Driver init failed", PIER_EDRVINIT, -2},
    {"bad_driver_name", "Bad driver name", PIER_EDRVNAME, -3},
    {"driver_name_to_long", "Driver name to long", 0, -4},
    {"driver_incorrect_version", "Driver compiled with incorrect version of erl_driver.h",
     PIER_EDRVVERSION, -5},
    {"no_ddll_available", "DDLL functionality not available on this platform", 0, -6},
    {"unspecified_error", "Unspecified dynamic library error", 0, -7},
    {"symbol_not_found", "Symbol not found in dynamic library", 0, -8},
    {"inconsistent",
     "Driver name and/or driver options are inconsistent with currently loaded driver",
     PIER_EDRVOTHER, 1},
    {"linked_in_driver", "Driver is statically linked and cannot be loaded/unloaded",
     PIER_EDRVLINKEDIN, 1},
    {"permanent", "DDLL driver is permanent an cannot be unloaded/loaded", PIER_EDRVPERMANENT,
     1},
    {"not_loaded", "DDLL driver is not loaded", PIER_EDRVNOTLOADED, 1},
    {"not_loaded_by_this_process", "DDLL driver was not loaded by this process",
     PIER_EDRVNOTYOURS, 1},
    {"not_pending", "DDLL load not pending for this driver name", 0, 1},
    {"already_loaded", "DDLL driver is already loaded successfully", 0, 1},
    {"pending_reload", "Driver reloading is already pending", PIER_EDRVRELOADING, 1},
    {"pending_process",
     "Driver is loaded by others when attempting option {reload, pending_driver}",
     PIER_EDRVUSED, 1},
    {"load_cancelled", "Loading was cancelled from other process", 0, 1},
};
enum { ERRORS = sizeof errors / sizeof errors[0] };

int pier__ddll_put_error(pier_buffer *out, int error, int open_error) {
  size_t i;
  if (error == PIER_EDRVOPEN) {
    pier_write_tuple(out, 2);
    pier_write_atom(out, "open_error");
    return pier_write_int64(out, open_error);
  }
  for (i = 0; i < ERRORS; i++)
    if (error != 0 && errors[i].error == error) return pier_write_atom(out, errors[i].atom);
  return PIER_EARG;
}

static const char *text_of_number(long long number) {
  const char *text = pier__open_error_text(number);
  size_t i;
  if (text) return text;
  for (i = 0; i < ERRORS; i++)
    if (errors[i].code == number && number <= 0) return errors[i].text;
  return number > PIER__FIRST_OPEN_ERROR ? "Unspecified error" : "Unknown dlload error";
}

static int put_text(struct pier__call *call, const char *text) {
  return pier_write_string(call->out, text, strlen(text));
}

int pier__ddll_format_error(struct pier__call *call) {
  static const long long small = 1LL << 59; /* the BEAM's integers of one word */
  pier__view tag, value;
  long long number;
  size_t i;
  if (pier__shape_pair(&call->argument[0], &tag, &value) &&
      pier__shape_is_atom(&tag, "open_error") && pier__shape_integer(&value, &number) &&
      number >= -small && number < small)
    return put_text(call, text_of_number(number));
  for (i = 0; i < ERRORS; i++)
    if (pier__shape_is_atom(&call->argument[0], errors[i].atom))
      return put_text(call, errors[i].text);
  return PIER_EBADARG;
}
