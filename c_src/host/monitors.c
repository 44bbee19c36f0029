/* Monitors: of ports and of processes, by name, with tags. */
#include "host/host.h"

#include "port/identifier.h"
#include "port/reason.h"
#include "port/shape.h"

#include <string.h>

/* Where the watched object keeps its watchers; NULL if it is gone. */
static struct pier__monitors *watchers_of(const pier_host *host, pier_object object) {
  struct pier__hport *port = pier__usable(host, object.port);
  pier_process *process = pier__process(host, object.pid);
  if (port) return &port->core.monitors;
  return process ? &process->watchers : NULL;
}

/* A plain DOWN is a message of its kind; one that has a name or a tag is a term,
 * in which its reason lies. */
static void tell_down(pier_process *watcher, pier_message *message, int is_port, pier_span name,
                      pier_span tag) {
  pier_buffer term = PIER_BUFFER_INIT;
  struct pier__atom enomem;
  if (name.size == 0 && tag.size == 0) {
    pier__post_to(watcher, message);
    return;
  }
  if (pier__put_down(&term, message, is_port, name, tag) < 0) {
    pier__process_end(watcher, pier__atom(&enomem, "enomem"));
  } else {
    message->term = pier_buffer_span(&term);
    message->reason =
        pier_span_of(term.data + term.size - message->reason.size, message->reason.size);
    pier__post_to(watcher, message);
  }
  pier_buffer_free(&term);
}

static void fire(pier_process *watcher, uint64_t reference, pier_span reason) {
  struct pier__watch *watch = pier__table_remove(&watcher->monitors, reference);
  pier_message message = {.kind = PIER_MESSAGE_DOWN, .reference = reference, .reason = reason};
  if (!watch) return;
  message.port = watch->object.port;
  message.pid = watch->object.pid;
  tell_down(watcher, &message, watch->is_port, pier_span_of(watch->bytes, watch->name_size),
            pier_span_of(watch->bytes + watch->name_size, watch->tag_size));
  pier_free(watch);
}

void pier__down_all(pier_host *host, struct pier__monitors *watchers, pier_span reason) {
  uint32_t i;
  for (i = 0; i < watchers->count; i++) {
    pier_process *watcher = pier__process(host, watchers->items[i].watcher);
    if (watcher) fire(watcher, watchers->items[i].reference, reason);
  }
  pier_free(watchers->items);
  memset(watchers, 0, sizeof *watchers);
}

static struct pier__watch *watch_new(const struct pier__watching *what) {
  struct pier__watch *watch = pier_alloc(sizeof *watch + what->name.size + what->tag.size);
  if (!watch) return NULL;
  watch->object = what->object;
  watch->is_port = what->is_port;
  watch->name_size = what->name.size;
  watch->tag_size = what->tag.size;
  if (what->name.size > 0) memcpy(watch->bytes, what->name.data, what->name.size);
  if (what->tag.size > 0)
    memcpy(watch->bytes + what->name.size, what->tag.data, what->tag.size);
  return watch;
}

static void watch_nobody(pier_process *caller, const struct pier__watching *what,
                         uint64_t reference) {
  struct pier__atom noproc;
  pier_message message = {.kind = PIER_MESSAGE_DOWN, .reference = reference};
  message.port = what->object.port;
  message.pid = what->object.pid;
  message.reason = pier__atom(&noproc, "noproc");
  tell_down(caller, &message, what->is_port, what->name, what->tag);
}

int pier__monitor(pier_process *caller, const struct pier__watching *what,
                  uint64_t *reference) {
  struct pier__monitors *watchers = watchers_of(caller->host, what->object);
  struct pier__watch *watch;
  int error;
  *reference = ++caller->host->last_reference;
  if (!watchers) {
    watch_nobody(caller, what, *reference);
    return 0;
  }
  if (what->object.pid.number == caller->pid.number) return 0; /* nobody outlives himself */
  watch = watch_new(what);
  if (!watch) return PIER_ENOMEM;
  error = pier__table_put(&caller->monitors, *reference, watch);
  if (error == 0) error = pier__monitors_add(watchers, *reference, caller->pid);
  if (error == 0) return 0;
  pier__table_remove(&caller->monitors, *reference);
  pier_free(watch);
  return error;
}

/* What the name stands for, if it is of the wanted kind. */
static int watch_name(pier_process *caller, const char *name, struct pier__watching *what,
                      uint64_t *reference) {
  pier_buffer term = PIER_BUFFER_INIT;
  pier_object object = pier_whereis(caller->host, name);
  int error = pier_write_atom(&term, name);
  if (error == 0) {
    if ((object.port.number != 0) == what->is_port) what->object = object;
    what->name = pier_buffer_span(&term);
    error = pier__monitor(caller, what, reference);
  }
  pier_buffer_free(&term);
  return error;
}

int pier_monitor_with(pier_process *caller, const pier_monitor_options *options,
                      uint64_t *reference) {
  struct pier__watching what = {.object = options->object};
  int error = pier__may_call(caller);
  if (error < 0) return error;
  if (options->tag.size > 0) what.tag = pier__bare(pier__view_start(options->tag));
  what.is_port = options->port_name || options->object.port.number != 0;
  if (options->port_name) return watch_name(caller, options->port_name, &what, reference);
  if (options->process_name) return watch_name(caller, options->process_name, &what, reference);
  return pier__monitor(caller, &what, reference);
}

int pier_monitor(pier_process *caller, pier_port port, uint64_t *reference) {
  struct pier__watching what = {.object = pier_object_port(port), .is_port = 1};
  int error = pier__may_call(caller);
  return error < 0 ? error : pier__monitor(caller, &what, reference);
}

int pier_monitor_process(pier_process *caller, pier_pid pid, uint64_t *reference) {
  struct pier__watching what = {.object = pier_object_pid(pid)};
  int error = pier__may_call(caller);
  return error < 0 ? error : pier__monitor(caller, &what, reference);
}

/* ---- The other way ----------------------------------------------------------- */

static void forget(const pier_host *host, const struct pier__watch *watch, uint64_t reference) {
  struct pier__monitors *watchers = watchers_of(host, watch->object);
  if (watchers) pier__monitors_remove(watchers, reference);
}

int pier_demonitor(pier_process *caller, uint64_t reference, int flush) {
  struct pier__watch *watch;
  int error = pier__may_call(caller);
  if (error < 0) return error;
  watch = pier__table_remove(&caller->monitors, reference);
  if (watch) forget(caller->host, watch, reference);
  if (!watch && flush) pier__drop_down(caller, reference);
  error = watch != NULL;
  pier_free(watch);
  return error;
}

void pier__drop_monitors(pier_process *process) {
  struct pier__watch *watch;
  uint64_t reference;
  while ((watch = pier__table_any(&process->monitors, &reference))) {
    pier__table_remove(&process->monitors, reference);
    forget(process->host, watch, reference);
    pier_free(watch);
  }
  pier__table_free(&process->monitors);
}
