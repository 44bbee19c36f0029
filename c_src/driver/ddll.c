/* erl_ddll by name: what of it there is. */
#include "driver/driver.h"

#include "port/text.h"

#include <string.h>

static const struct {
  const char *atom, *text;
  int error; /* 0: none of ours */
} texts[] = {
    {"no_driver_init", "No driver init in dynamic library", PIER_EDRVNOINIT},
    {"driver_init_failed", "Driver init failed", PIER_EDRVINIT},
    {"bad_driver_name", "Bad driver name", PIER_EDRVNAME},
    {"driver_name_to_long", "Driver name to long", 0},
    {"driver_incorrect_version", "Driver compiled with incorrect version of erl_driver.h",
     PIER_EDRVVERSION},
    {"no_ddll_available", "DDLL functionality not available on this platform", 0},
    {"unspecified_error", "Unspecified dynamic library error", 0},
    {"symbol_not_found", "Symbol not found in dynamic library", 0},
    {"no_error", "No error", 0},
    {"inconsistent",
     "Driver name and/or driver options are inconsistent with currently loaded driver", 0},
    {"linked_in_driver", "Driver is statically linked and cannot be loaded/unloaded", 0},
    {"permanent", "DDLL driver is permanent an cannot be unloaded/loaded", PIER_EDRVPERMANENT},
    {"not_loaded", "DDLL driver is not loaded", PIER_EDRVNOTLOADED},
    {"not_loaded_by_this_process", "DDLL driver was not loaded by this process",
     PIER_EDRVNOTYOURS},
    {"not_pending", "DDLL load not pending for this driver name", 0},
    {"already_loaded", "DDLL driver is already loaded successfully", 0},
    {"pending_reload", "Driver reloading is already pending", 0},
    {"pending_process",
     "Driver is loaded by others when attempting option {reload, pending_driver}", 0},
    {"load_cancelled", "Loading was cancelled from other process", 0},
};
enum { TEXTS = sizeof texts / sizeof texts[0] };

/* ok, {error,Reason}, or an error that is an exception. */
static int put_result(struct pier__call *call, int error) {
  size_t i;
  if (error == 0) return pier_write_atom(call->out, "ok");
  if (error == PIER_EDRVOPEN) {
    pier_write_tuple(call->out, 2);
    pier_write_atom(call->out, "error");
    pier_write_tuple(call->out, 2);
    pier_write_atom(call->out, "open_error");
    return pier_write_int64(call->out, call->host->drivers->open_error);
  }
  for (i = 0; i < TEXTS && texts[i].error != error; i++)
    ;
  if (i == TEXTS) return error;
  pier_write_tuple(call->out, 2);
  pier_write_atom(call->out, "error");
  return pier_write_atom(call->out, texts[i].atom);
}

/* A string or an atom, not empty where it is the name of a driver. */
static int take_text(const struct pier__call *call, unsigned index, pier_buffer *text) {
  const pier__view *view = &call->argument[index];
  if (view->kind != PIER__ATOM && !pier__shape_is_list(view)) return PIER_EBADARG;
  return pier__text(view, text);
}

static int load(struct pier__call *call, int kill_ports) {
  pier_buffer folder = PIER_BUFFER_INIT, name = PIER_BUFFER_INIT;
  int error;
  if (pier__shape_is_atom(&call->argument[1], "")) return PIER_EBADARG;
  error = take_text(call, 0, &folder);
  if (error == 0) error = take_text(call, 1, &name);
  if (error == 0)
    error = put_result(call, pier__driver_load(call->caller, (char *)folder.data,
                                               (char *)name.data, kill_ports, call->diag));
  pier_buffer_free(&folder);
  pier_buffer_free(&name);
  return error;
}

static int load_plain(struct pier__call *call) {
  return load(call, 0);
}

static int load_driver(struct pier__call *call) {
  return load(call, 1);
}

static int unload(struct pier__call *call, int kill_ports) {
  pier_buffer name = PIER_BUFFER_INIT;
  int error = take_text(call, 0, &name);
  if (error == 0)
    error = put_result(call, pier_driver_unload(call->caller, (char *)name.data, kill_ports));
  pier_buffer_free(&name);
  return error;
}

static int unload_plain(struct pier__call *call) {
  return unload(call, 0);
}

static int unload_driver(struct pier__call *call) {
  return unload(call, 1);
}

static int loaded_drivers(struct pier__call *call) {
  const struct pier__driver *driver = call->host->drivers->first;
  size_t begin;
  size_t count = 0;
  pier_write_tuple(call->out, 2);
  pier_write_atom(call->out, "ok");
  begin = pier_write_list_begin(call->out);
  for (; driver; driver = driver->next, count++)
    pier_write_string(call->out, driver->name, strlen(driver->name));
  return pier_write_list_end(call->out, begin, count);
}

static int put_text(struct pier__call *call, const char *text) {
  return text ? pier_write_string(call->out, text, strlen(text)) : PIER_EBADARG;
}

static int format_error(struct pier__call *call) {
  pier__view tag, value;
  long long number;
  size_t i;
  if (pier__shape_pair(&call->argument[0], &tag, &value) &&
      pier__shape_is_atom(&tag, "open_error") && pier__shape_integer(&value, &number))
    return put_text(call, pier__open_error_text(number));
  for (i = 0; i < TEXTS; i++)
    if (pier__shape_is_atom(&call->argument[0], texts[i].atom))
      return put_text(call, texts[i].text);
  return PIER_EBADARG;
}

static const struct {
  const char *name;
  unsigned count;
  pier__function *function;
} functions[] = {
    {"erl_ddll:format_error", 1, format_error}, {"erl_ddll:load", 2, load_plain},
    {"erl_ddll:load_driver", 2, load_driver},   {"erl_ddll:loaded_drivers", 0, loaded_drivers},
    {"erl_ddll:unload", 1, unload_plain},       {"erl_ddll:unload_driver", 1, unload_driver},
};

pier__function *pier__ddll_function(const char *name, unsigned count) {
  size_t i;
  for (i = 0; i < sizeof functions / sizeof functions[0]; i++)
    if (strcmp(functions[i].name, name) == 0 && functions[i].count == count)
      return functions[i].function;
  return NULL;
}
