/* erl_ddll by name: its arguments and results as terms. */
#include "driver/driver.h"

#include "port/identifier.h"
#include "port/iodata.h"
#include "port/text.h"

#include <string.h>

/* ---- Arguments ---------------------------------------------------------------------- */

/* An atom that is not empty, or iodata: bytes up to the first NUL. */
int pier__ddll_name(const struct pier__call *call, unsigned index, pier_buffer *name) {
  pier_buffer scratch = PIER_BUFFER_INIT;
  const pier__view *view = &call->argument[index];
  pier_span bytes;
  int error;
  if (pier__shape_is_atom(view, "")) return PIER_EBADARG;
  if (view->kind == PIER__ATOM) return pier__text(view, name);
  error = pier__iodata(call->term[index], &scratch, &bytes);
  if (error == 0) error = pier_buffer_append(name, bytes.data, bytes.size);
  if (error == 0) error = pier_buffer_append(name, "", 1);
  pier_buffer_free(&scratch);
  return error;
}

/* As the name of a file, but no atom. */
static int take_folder(const struct pier__call *call, pier_buffer *folder) {
  const pier__view *view = &call->argument[0];
  return view->kind == PIER__ATOM ? PIER_EBADARG : pier__text(view, folder);
}

/* Sets what the value of an option stands for, in place of what was said before. */
struct choice {
  const char *option, *value;
  unsigned flag, others;
};

static const struct choice choices[] = {
    {"monitor", "pending", PIER_DRIVER_MONITOR, PIER_DRIVER_MONITOR_DRIVER},
    {"monitor", "pending_driver", PIER_DRIVER_MONITOR_DRIVER, PIER_DRIVER_MONITOR},
    {"reload", "pending", PIER_DRIVER_RELOAD, PIER_DRIVER_RELOAD_ALONE},
    {"reload", "pending_driver", PIER_DRIVER_RELOAD_ALONE, PIER_DRIVER_RELOAD},
};
enum { CHOICES = sizeof choices / sizeof choices[0], UNLOAD_CHOICES = 2 };
static const struct pier__flag kill_ports[] = {{"kill_ports", PIER_DRIVER_KILL_PORTS},
                                               {NULL, 0}};

static int take_choice(const pier__view *name, const pier__view *value, size_t known,
                       unsigned *options) {
  size_t i;
  for (i = 0; i < known; i++)
    if (pier__shape_is_atom(name, choices[i].option) &&
        pier__shape_is_atom(value, choices[i].value)) {
      *options = (*options & ~choices[i].others) | choices[i].flag;
      return 0;
    }
  return PIER_EBADARG;
}

static int take_option(const pier__view *element, int loads, unsigned *options) {
  pier__view name, value;
  if (!loads && pier__shape_is_atom(element, "kill_ports")) {
    *options |= PIER_DRIVER_KILL_PORTS;
    return 0;
  }
  if (!pier__shape_pair(element, &name, &value)) return PIER_EBADARG;
  if (loads && pier__shape_is_atom(&name, "driver_options"))
    return pier__shape_flags(&value, kill_ports, options) ? 0 : PIER_EBADARG;
  return take_choice(&name, &value, loads ? (size_t)CHOICES : UNLOAD_CHOICES, options);
}

static int take_options(const pier__view *list, int loads, unsigned *options) {
  const uint8_t *at = list->next;
  size_t left = list->count;
  pier__view element;
  int error = 0;
  if (list->kind == PIER__NIL) return 0;
  if (list->kind != PIER__LIST) return PIER_EBADARG;
  for (; error == 0 && left > 0; left--, at = pier__view_skip(at)) {
    pier__view_at(&element, at);
    error = take_option(&element, loads, options);
  }
  if (error < 0) return error;
  pier__view_at(&element, at);
  return element.kind == PIER__NIL ? 0 : PIER_EBADARG;
}

/* ---- Results -------------------------------------------------------------------------- */

static const char *const statuses[] = {[PIER_DRIVER_LOADED] = "loaded",
                                       [PIER_DRIVER_ALREADY_LOADED] = "already_loaded",
                                       [PIER_DRIVER_PENDING_DRIVER] = "pending_driver",
                                       [PIER_DRIVER_PENDING_PROCESS] = "pending_process"};

/* {error,Reason}, or an error that is an exception or none of Erlang's. */
static int put_error(struct pier__call *call, int error) {
  pier_buffer reason = PIER_BUFFER_INIT;
  int result = pier__ddll_put_error(&reason, error, call->host->drivers->open_error);
  if (result == 0) {
    pier_write_tuple(call->out, 2);
    pier_write_atom(call->out, "error");
    result = pier_buffer_append(call->out, reason.data, reason.size);
  } else if (result == PIER_EARG) {
    result = error;
  }
  pier_buffer_free(&reason);
  return result;
}

/* {ok,Status} or {ok,Status,Ref} */
static int put_status(struct pier__call *call, int status, uint64_t reference) {
  if (status < 0) return put_error(call, status);
  pier_write_tuple(call->out, reference ? 3 : 2);
  pier_write_atom(call->out, "ok");
  pier_write_atom(call->out, statuses[status]);
  return reference ? pier__put_reference(call->out, reference) : call->out->error;
}

/* ok, or the caller has to wait for what it will be told. */
static int put_ok(struct pier__call *call, int status, uint64_t reference) {
  if (status < 0) return put_error(call, status);
  if (reference) return pier__suspend_for(call->caller, reference);
  return pier_write_atom(call->out, "ok");
}

/* ---- Loading --------------------------------------------------------------------------- */

static int load_with(struct pier__call *call, unsigned options, uint64_t *reference,
                     int *status) {
  pier_buffer folder = PIER_BUFFER_INIT, name = PIER_BUFFER_INIT;
  int error = pier__ddll_name(call, 1, &name);
  if (error == 0) error = take_folder(call, &folder);
  if (error == 0)
    *status = pier_driver_try_load(call->caller, (char *)folder.data, (char *)name.data,
                                   options, reference, call->diag);
  pier_buffer_free(&folder);
  pier_buffer_free(&name);
  return error;
}

static int try_load(struct pier__call *call) {
  uint64_t reference;
  unsigned options = 0;
  int status, error = take_options(&call->argument[2], 1, &options);
  if (error == 0) error = load_with(call, options, &reference, &status);
  return error < 0 ? error : put_status(call, status, reference);
}

static int load_and_wait(struct pier__call *call, unsigned options) {
  uint64_t reference;
  int status;
  int error = load_with(call, options | PIER_DRIVER_MONITOR_DRIVER, &reference, &status);
  if (error < 0) return error;
  return put_ok(call, status == PIER_EDRVOTHER ? PIER_EDRVNAME : status, reference);
}

static int load(struct pier__call *call) {
  return load_and_wait(call, 0);
}

static int load_driver(struct pier__call *call) {
  return load_and_wait(call, PIER_DRIVER_KILL_PORTS);
}

static int reload(struct pier__call *call) {
  return load_and_wait(call, PIER_DRIVER_RELOAD_ALONE);
}

static int reload_driver(struct pier__call *call) {
  return load_and_wait(call, PIER_DRIVER_RELOAD_ALONE | PIER_DRIVER_KILL_PORTS);
}

/* ---- Unloading ------------------------------------------------------------------------- */

static int unload_with(struct pier__call *call, unsigned options, uint64_t *reference,
                       int *status) {
  pier_buffer name = PIER_BUFFER_INIT;
  int error = pier__ddll_name(call, 0, &name);
  if (error == 0)
    *status = pier_driver_try_unload(call->caller, (char *)name.data, options, reference);
  pier_buffer_free(&name);
  return error;
}

static int try_unload(struct pier__call *call) {
  uint64_t reference;
  unsigned options = 0;
  int status, error = take_options(&call->argument[1], 0, &options);
  if (error == 0) error = unload_with(call, options, &reference, &status);
  return error < 0 ? error : put_status(call, status, reference);
}

static int unload(struct pier__call *call) {
  uint64_t reference;
  int status, error = unload_with(call, 0, &reference, &status);
  return error < 0 ? error : put_ok(call, status, 0);
}

static int unload_driver(struct pier__call *call) {
  uint64_t reference;
  int status;
  int error = unload_with(call, PIER_DRIVER_MONITOR_DRIVER | PIER_DRIVER_KILL_PORTS, &reference,
                          &status);
  return error < 0 ? error : put_ok(call, status, reference);
}

/* ---- The rest -------------------------------------------------------------------------- */

static int take_event(const pier__view *view, pier_driver_event *event) {
  static const char *const names[] = {[PIER_DRIVER_IS_LOADED] = "loaded",
                                      [PIER_DRIVER_IS_UNLOADED] = "unloaded",
                                      [PIER_DRIVER_IS_UNLOADED_ONLY] = "unloaded_only"};
  unsigned i;
  for (i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (!pier__shape_is_atom(view, names[i])) continue;
    *event = (pier_driver_event)i;
    return 0;
  }
  return PIER_EBADARG;
}

/* The message names the driver as it was named here. */
static int monitor_driver(struct pier__call *call) {
  struct pier__call inner = *call;
  pier_buffer name = PIER_BUFFER_INIT;
  pier_driver_event event;
  pier__view value;
  uint64_t reference;
  int error = PIER_EBADARG;
  if (pier__shape_is_atom(&call->argument[0], "driver") &&
      pier__shape_pair(&call->argument[1], &inner.argument[0], &value)) {
    inner.term[0] = pier__bare(call->argument[1].next);
    error = take_event(&value, &event);
  }
  if (error == 0) error = pier__ddll_name(&inner, 0, &name);
  if (error == 0)
    error =
        pier__driver_monitor(call->caller, (char *)name.data, inner.term[0], event, &reference);
  pier_buffer_free(&name);
  return error < 0 ? error : pier__put_reference(call->out, reference);
}

static int demonitor(struct pier__call *call) {
  uint64_t reference = 0;
  if (call->argument[0].kind != PIER__REF) return PIER_EBADARG;
  pier__shape_reference(&call->argument[0], &reference);
  return pier_driver_demonitor(call->caller, reference);
}

static int start(struct pier__call *call) {
  pier_write_tuple(call->out, 2);
  pier_write_atom(call->out, "error");
  pier_write_tuple(call->out, 2);
  pier_write_atom(call->out, "already_started");
  return pier_write_atom(call->out, "undefined");
}

static int stop(struct pier__call *call) {
  return pier_write_atom(call->out, "ok");
}

static const struct {
  const char *name;
  unsigned least, most; /* arguments */
  pier__function *function;
} functions[] = {
    {"demonitor", 1, 1, demonitor},
    {"format_error", 1, 1, pier__ddll_format_error},
    {"info", 0, 2, pier__ddll_info},
    {"load", 2, 2, load},
    {"load_driver", 2, 2, load_driver},
    {"loaded_drivers", 0, 0, pier__ddll_loaded_drivers},
    {"monitor", 2, 2, monitor_driver},
    {"reload", 2, 2, reload},
    {"reload_driver", 2, 2, reload_driver},
    {"start", 0, 0, start},
    {"stop", 0, 0, stop},
    {"try_load", 3, 3, try_load},
    {"try_unload", 2, 2, try_unload},
    {"unload", 1, 1, unload},
    {"unload_driver", 1, 1, unload_driver},
};

pier__function *pier__ddll_function(const char *name, unsigned count) {
  static const char module[] = "erl_ddll:";
  size_t i;
  if (strncmp(name, module, sizeof module - 1) != 0) return NULL;
  for (i = 0; i < sizeof functions / sizeof functions[0]; i++)
    if (strcmp(functions[i].name, name + sizeof module - 1) == 0 &&
        count >= functions[i].least && count <= functions[i].most)
      return functions[i].function;
  return NULL;
}
