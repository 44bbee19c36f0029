/* The port BIFs: calls that return their result. */
#include "host/host.h"

#include <string.h>

/* As long as most terms are: for these no memory is asked for. */
enum { MOST_TERMS = 512 };

static struct pier__hport *usable(const pier_process *caller, pier_port port) {
  return pier__usable(caller->host, port);
}

int pier_command_with(pier_process *caller, pier_port port, pier_span data, unsigned flags) {
  struct pier__order order = {.port = port, .data = data};
  return pier__output(caller, &order, flags);
}

int pier_command(pier_process *caller, pier_port port, pier_span data) {
  return pier_command_with(caller, port, data, 0);
}

int pier_command_lent(pier_process *caller, pier_port port, const pier_lent *lent,
                      unsigned flags) {
  pier_lent own = *lent;
  struct pier__order order = {.port = port, .data = lent->data, .lent = &own};
  int error = pier__output(caller, &order, flags);
  pier__lent_over(&own);
  return error;
}

int pier_commands(pier_process *caller, pier_port port, const pier_span *data, size_t count,
                  unsigned flags, size_t *sent) {
  struct pier__order order = {.port = port, .batch = data, .batch_size = count};
  int error = count > 0 ? pier__output(caller, &order, flags) : pier__may_call(caller);
  if (sent) *sent = count - order.batch_size;
  return error;
}

static int cork(pier_process *caller, pier_port port, int on) {
  struct pier__hport *found = usable(caller, port);
  int error = pier__may_call(caller);
  if (error < 0) return error;
  if (!found) return PIER_EBADARG;
  pier__pin(found);
  pier__port_cork(&found->core, on);
  pier__unpin(found);
  return caller->dead ? PIER_ENOPROC : 0;
}

int pier_cork(pier_process *caller, pier_port port) {
  return cork(caller, port, 1);
}

int pier_uncork(pier_process *caller, pier_port port) {
  return cork(caller, port, 0);
}

static int command_format(pier_process *caller, pier_port port, const uint8_t *types,
                          const char *format, va_list arguments) {
  uint8_t room[MOST_TERMS];
  pier_buffer term = {.data = room, .capacity = sizeof room, .limit = sizeof room};
  int error = pier_vformat_typed(&term, types, format, arguments, NULL);
  if (error == PIER_ELIMIT) {
    term = (pier_buffer)PIER_BUFFER_INIT;
    error = pier_vformat_typed(&term, types, format, arguments, NULL);
  }
  if (error == 0) error = pier_command(caller, port, pier_buffer_span(&term));
  if (term.data != room) pier_buffer_free(&term);
  return error;
}

int pier_command_format_typed(pier_process *caller, pier_port port, const uint8_t *types,
                              const char *format, ...) {
  va_list arguments;
  int error;
  va_start(arguments, format);
  error = command_format(caller, port, types, format, arguments);
  va_end(arguments);
  return error;
}

int(pier_command_format)(pier_process *caller, pier_port port, const char *format, ...) {
  va_list arguments;
  int error;
  va_start(arguments, format);
  error = command_format(caller, port, NULL, format, arguments);
  va_end(arguments);
  return error;
}

int pier_close(pier_process *caller, pier_port port) {
  struct pier__hport *found = usable(caller, port);
  const pier_pid nobody = {0};
  int error = pier__may_call(caller);
  if (error < 0) return error;
  if (!found) return PIER_EBADARG;
  pier__pin(found);
  pier__port_close(&found->core, nobody);
  pier__unpin(found);
  return 0;
}

/* Unlike the message, the call links the new owner; the old one stays linked. */
int pier_connect(pier_process *caller, pier_port port, pier_pid owner) {
  struct pier__hport *found = usable(caller, port);
  pier_process *fresh = pier__process(caller->host, owner);
  int error = pier__may_call(caller);
  if (error < 0) return error;
  if (!found || !fresh) return PIER_EBADARG;
  error = pier__link_port(found, fresh);
  if (error == 0) found->core.owner = owner;
  return error;
}

int pier_port_set_data(pier_process *caller, pier_port port, pier_span data) {
  struct pier__hport *found = usable(caller, port);
  pier_buffer copy = PIER_BUFFER_INIT;
  int error = pier__may_call(caller);
  if (error < 0) return error;
  if (!found) return PIER_EBADARG;
  if (pier_write_term(&copy, data) < 0) return copy.error;
  pier_free((void *)(uintptr_t)found->data.data);
  found->data = pier_buffer_span(&copy);
  return 0;
}

int pier_port_get_data(pier_process *caller, pier_port port, pier_span *data) {
  static const uint8_t undefined[] = {ERL_ATOM_EXT, 0,   9,   'u', 'n', 'd',
                                      'e',          'f', 'i', 'n', 'e', 'd'};
  const struct pier__hport *found = usable(caller, port);
  int error = pier__may_call(caller);
  if (error < 0) return error;
  if (!found) return PIER_EBADARG;
  *data = found->data.size > 0 ? found->data : pier_span_of(undefined, sizeof undefined);
  return 0;
}
