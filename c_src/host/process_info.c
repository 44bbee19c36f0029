/* process_info. */
#include "host/host.h"

#include "port/identifier.h"

#include <string.h>

typedef int process_item(const pier_process *process, const pier_process *caller,
                         pier_buffer *out);

static int put_links(const pier_process *process, const pier_process *caller,
                     pier_buffer *out) {
  (void)caller;
  return pier__put_table(out, &process->links, PIER__OBJECT_KEYS);
}

static int put_watched(const struct pier__watch *watch, pier_buffer *out) {
  pier_write_tuple(out, 2);
  pier_write_atom(out, watch->is_port ? "port" : "process");
  if (watch->name_size > 0) {
    pier_write_tuple(out, 2);
    pier_write_term(out, pier_span_of(watch->bytes, watch->name_size));
    return pier_write_atom(out, PIER__NODE);
  }
  return watch->is_port ? pier__put_port(out, watch->object.port)
                        : pier__put_pid(out, watch->object.pid);
}

static int put_monitors(const pier_process *process, const pier_process *caller,
                        pier_buffer *out) {
  pier_buffer keys = PIER_BUFFER_INIT;
  uint64_t key;
  size_t i;
  int error = pier__sorted_keys(&process->monitors, &keys);
  (void)caller;
  if (error == 0 && keys.size > 0) pier_write_list(out, process->monitors.count);
  for (i = 0; error == 0 && i < keys.size; i += sizeof key) {
    memcpy(&key, keys.data + i, sizeof key);
    error = put_watched(pier__table_get(&process->monitors, key), out);
  }
  pier_buffer_free(&keys);
  return error < 0 ? error : pier_write_nil(out);
}

static int put_monitored_by(const pier_process *process, const pier_process *caller,
                            pier_buffer *out) {
  (void)caller;
  return pier__put_watchers(out, &process->watchers);
}

static int put_queue_length(const pier_process *process, const pier_process *caller,
                            pier_buffer *out) {
  (void)caller;
  return pier_write_uint64(out, pier_mailbox_size(process));
}

/* Messages have a version byte each: it is taken off. */
static int put_message(const pier_message *message, void *state) {
  pier_buffer *out = state, term = PIER_BUFFER_INIT;
  if (pier_message_term(message, &term) == 0)
    pier_write_term(out, pier_buffer_span(&term));
  else
    out->error = term.error;
  pier_buffer_free(&term);
  return out->error;
}

static int put_messages(const pier_process *process, const pier_process *caller,
                        pier_buffer *out) {
  size_t count = pier_mailbox_size(process);
  (void)caller;
  if (count > 0) pier_write_list(out, count);
  pier_mailbox_each(process, put_message, out);
  return pier_write_nil(out);
}

static int put_trap_exit(const pier_process *process, const pier_process *caller,
                         pier_buffer *out) {
  (void)caller;
  return pier_write_atom(out, process->trap_exit ? "true" : "false");
}

static int put_status(const pier_process *process, const pier_process *caller,
                      pier_buffer *out) {
  if (process == caller) return pier_write_atom(out, "running");
  if (!pier_process_suspended(process) || process->pending->awaited)
    return pier_write_atom(out, "waiting");
  return pier_write_atom(out, "suspended");
}

static int put_name(const pier_process *process, const pier_process *caller, pier_buffer *out) {
  (void)caller;
  return process->name ? pier_write_atom(out, process->name->text) : pier_write_nil(out);
}

static const struct {
  const char *name;
  process_item *put;
} items[] = {
    {"links", put_links},       {"message_queue_len", put_queue_length},
    {"messages", put_messages}, {"monitored_by", put_monitored_by},
    {"monitors", put_monitors}, {"registered_name", put_name},
    {"status", put_status},     {"trap_exit", put_trap_exit},
};

int pier__process_info(const pier_process *process, const pier_process *caller,
                       const char *item, int in_list, pier_buffer *out) {
  size_t i;
  for (i = 0; i < sizeof items / sizeof items[0]; i++) {
    if (strcmp(item, items[i].name) != 0) continue;
    if (!process) return 0;
    /* Without a name process_info(Pid, registered_name) is [], but in a list not. */
    if (items[i].put == put_name && !process->name && !in_list) return pier_write_nil(out);
    pier_write_tuple(out, 2);
    pier_write_atom(out, item);
    return items[i].put(process, caller, out);
  }
  return PIER_EBADARG;
}

int pier_process_info_term(const pier_host *host, pier_pid pid, const char *item,
                           pier_buffer *out) {
  const pier_process *process = pier__process(host, pid);
  pier_write_version(out);
  return process ? pier__process_info(process, NULL, item, 0, out)
                 : pier_write_atom(out, "undefined");
}
