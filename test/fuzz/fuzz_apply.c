/*
 * Any term as the arguments of a function by name, or as the name and options of
 * open_port, which are read but not opened: whatever it is, there is a result, an
 * exception or an error, and nothing is left behind. The first byte chooses.
 */
#include "port/settings.h"

#include <pier/host.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const functions[] = {
    "!",          "demonitor",     "exit",           "is_port",      "is_process_alive",
    "link",       "list_to_port",  "monitor",        "pid_to_list",  "port_call",
    "port_close", "port_command",  "port_connect",   "port_control", "port_get_data",
    "port_info",  "port_set_data", "port_to_list",   "process_flag", "process_info",
    "register",   "send",          "send_nosuspend", "unlink",       "unregister",
    "whereis",    "binary_to_term"};
enum { FUNCTIONS = sizeof functions / sizeof functions[0] };

/* What the function did is put into words, as is all that came by message. */
static void call(const char *function, pier_span arguments) {
  pier_host *host;
  pier_process *caller, *other;
  pier_buffer result = PIER_BUFFER_INIT, list = PIER_BUFFER_INIT;
  pier_message message;
  int error;
  if (pier_host_new(&host, NULL) < 0) return;
  if (pier_process_new(host, &caller) < 0 || pier_process_new(host, &other) < 0) abort();
  pier_trap_exit(caller, 1);
  error = pier_apply(caller, function, arguments, &result, NULL);
  if (error == 1 || (error == 0 && result.size < 2)) abort();
  if ((error == 0 || error == PIER_ERAISED) &&
      pier_term_scan(pier_buffer_span(&result), NULL, NULL, NULL) != 0)
    abort();
  while (pier_receive(caller, &message, 0) == 1) {
    pier_buffer_clear(&list);
    if (pier_message_term(&message, &list) != 0) abort();
    if (pier_term_scan(pier_buffer_span(&list), NULL, NULL, NULL) != 0) abort();
  }
  pier_buffer_free(&result);
  pier_buffer_free(&list);
  pier_host_free(host);
}

/* {Name,Options} */
static void read_settings(pier_span bytes) {
  struct pier__settings settings;
  pier_buffer scratch = PIER_BUFFER_INIT;
  pier_span pair, name, options;
  pier_diag diag;
  if (pier_term_plain(bytes, NULL, &scratch, &pair, NULL) == 0 &&
      pier_match(pair, "{~t,~t}", &name, &options) == 0) {
    pier__settings_read(&settings, name, options, &diag);
    pier__settings_free(&settings);
  }
  pier_buffer_free(&scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  size_t which;
  if (size == 0) return 0;
  which = data[0] % (FUNCTIONS + 1);
  if (which == FUNCTIONS)
    read_settings(pier_span_of(data + 1, size - 1));
  else
    call(functions[which], pier_span_of(data + 1, size - 1));
  return 0;
}
