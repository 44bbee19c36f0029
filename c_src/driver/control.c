/* port_control and port_call: synchronous, and anybody may. */
#include "driver/driver.h"

#include "driver/check.h"

#include "port/iodata.h"
#include "term/simple.h"

#include <string.h>

enum { CONTROL_ROOM = 64, CALL_ROOM = 255 };

/* One that is closing, while its queue is flushed, is controlled as before. */
static inline struct pier__dport *open_port(const pier_process *caller, pier_port port) {
  struct pier__hport *found = pier__hport(caller->host, port);
  if (!found) return NULL;
  caller->host->recent_port = found;
  return found->driver;
}

/* What the driver gives and where it put it. */
struct answer {
  char room[CONTROL_ROOM > CALL_ROOM ? CONTROL_ROOM : CALL_ROOM];
  char *bytes;
  ErlDrvSSizeT size;
};

/* What does not fit into its room was written over something. */
static int fits(const struct answer *answer, int room) {
  if (answer->bytes != answer->room || answer->size <= room) return 1;
  pier__misuse(&pier__inside, "answered with %lld bytes where there is room for %d",
               (long long)answer->size, room);
  return answer->size <= (ErlDrvSSizeT)sizeof answer->room;
}

/* With the flag it is a binary, whose size counts; NULL is [] in any case. */
static int put_control(pier_buffer *out, const struct pier__dport *dport,
                       const struct answer *answer) {
  ErlDrvBinary *binary = (ErlDrvBinary *)(void *)answer->bytes;
  int is_binary = (dport->control_flags & PORT_CONTROL_FLAG_BINARY) != 0;
  size_t size = (size_t)answer->size;
  pier_write_version(out);
  if (!answer->bytes) return pier_write_nil(out);
  if (!is_binary) return pier_write_string(out, answer->bytes, size);
  if (answer->bytes == answer->room) return pier_write_binary(out, answer->bytes, size);
  return pier_write_binary(out, binary->orig_bytes, (size_t)binary->orig_size);
}

static void free_control(const struct pier__dport *dport, const struct answer *answer) {
  if (!answer->bytes || answer->bytes == answer->room) return;
  if (dport->control_flags & PORT_CONTROL_FLAG_BINARY)
    driver_free_binary((ErlDrvBinary *)(void *)answer->bytes);
  else
    driver_free(answer->bytes);
}

/* What is found before the driver is asked. */
static int may_ask(pier_process *caller, const struct pier__dport *dport) {
  int error = pier__may_call(caller);
  if (error < 0) return error;
  if (!dport) return PIER_EBADARG;
  return dport->drivers->depth > 0 ? PIER_ESTATE : 0;
}

int pier_port_control(pier_process *caller, pier_port port, uint32_t operation, pier_span data,
                      pier_buffer *out) {
  struct pier__dport *dport = open_port(caller, port);
  struct answer answer;
  struct pier__loan loan;
  int error = may_ask(caller, dport);
  if (error < 0) return error;
  if (!dport->driver->entry.control) return PIER_EBADARG;
  error = pier__lend(&loan, dport, data);
  if (error < 0) return error;
  answer.bytes = answer.room;
  pier__enter(dport, "control");
  dport->port->caller = caller->pid;
  answer.size = dport->driver->entry.control(dport->data, operation, loan.bytes, data.size,
                                             &answer.bytes, CONTROL_ROOM);
  if (dport->port) dport->port->caller.number = 0;
  if (answer.size < 0 || !fits(&answer, CONTROL_ROOM))
    error = PIER_EBADARG;
  else
    error = put_control(out, dport, &answer);
  if (answer.size >= 0) free_control(dport, &answer);
  pier__leave(dport);
  pier__loan_over(&loan);
  return error;
}

/* Whatever follows the term does not count. */
static int put_call(pier_buffer *out, const struct answer *answer) {
  pier_buffer scratch = PIER_BUFFER_INIT;
  pier_span bytes = pier_span_of(answer->bytes, (size_t)answer->size), term;
  size_t used;
  int error;
  if (answer->size <= 0 || !answer->bytes || bytes.data[0] != PIER__VERSION)
    return PIER_EBADARG;
  used = pier__simple(bytes.data + 1, bytes.data + bytes.size);
  if (used > 0) return pier_buffer_append(out, bytes.data, used + 1);
  if (pier_term_scan(bytes, NULL, &used, NULL) < 0) return PIER_EBADARG;
  error = pier_term_plain(pier_span_of(bytes.data, used), NULL, &scratch, &term, NULL);
  if (error == 0) {
    pier_write_version(out);
    error = pier_write_term(out, term);
  } else if (error != PIER_ENOMEM) {
    error = PIER_EBADARG;
  }
  pier_buffer_free(&scratch);
  return error;
}

/* As term_to_binary has it, in memory of its own, which the driver may write to. */
static int normal_form(pier_buffer *out, pier_span term) {
  size_t version = term.size > 0 && term.data[0] == PIER__VERSION;
  size_t size =
      term.size > version ? pier__simple(term.data + version, term.data + term.size) : 0;
  if (size == 0) return pier_term_normalize(out, term);
  pier_write_version(out);
  return pier_buffer_append(out, term.data + version, size);
}

int pier_port_call(pier_process *caller, pier_port port, uint32_t operation, pier_span term,
                   pier_buffer *out) {
  struct pier__dport *dport = open_port(caller, port);
  pier_buffer normal = PIER_BUFFER_INIT;
  struct answer answer;
  unsigned flags = 0;
  int error = may_ask(caller, dport);
  if (error < 0) return error;
  if (!dport->driver->entry.call) return PIER_EBADARG;
  error = normal_form(&normal, term);
  if (error == 0) {
    answer.bytes = answer.room;
    pier__enter(dport, "call");
    dport->port->caller = caller->pid;
    answer.size = dport->driver->entry.call(dport->data, operation, (char *)normal.data,
                                            normal.size, &answer.bytes, CALL_ROOM, &flags);
    if (dport->port) dport->port->caller.number = 0;
    error = fits(&answer, CALL_ROOM) ? put_call(out, &answer) : PIER_EBADARG;
    if (answer.bytes != answer.room && !(flags & DRIVER_CALL_KEEP_BUFFER))
      driver_free(answer.bytes);
    pier__leave(dport);
  }
  pier_buffer_free(&normal);
  return error;
}

/* ---- By name ------------------------------------------------------------------------- */

static int take_operation(const struct pier__call *call, uint32_t *operation) {
  long long number;
  if (!pier__shape_integer(&call->argument[1], &number)) return PIER_EBADARG;
  if (number < 0 || number > UINT32_MAX) return PIER_EBADARG;
  *operation = (uint32_t)number;
  return 0;
}

/* The answer without its version byte, which the result has already. */
static int pass_on(struct pier__call *call, int error, pier_buffer *answer) {
  if (error == 0) error = pier_buffer_append(call->out, answer->data + 1, answer->size - 1);
  pier_buffer_free(answer);
  return error;
}

int pier__apply_driver_control(struct pier__call *call) {
  pier_buffer answer = PIER_BUFFER_INIT, scratch = PIER_BUFFER_INIT;
  pier_port port;
  pier_span data;
  uint32_t operation;
  int error = pier__apply_port(call, 0, &port);
  if (error == 0) error = take_operation(call, &operation);
  if (error == 0) error = pier__iodata(call->term[2], &scratch, &data);
  if (error == 0) error = pier_port_control(call->caller, port, operation, data, &answer);
  pier_buffer_free(&scratch);
  return pass_on(call, error, &answer);
}

/* port_call/2 is operation 0. */
int pier__apply_driver_call(struct pier__call *call) {
  pier_buffer answer = PIER_BUFFER_INIT;
  pier_port port;
  uint32_t operation = 0;
  int error = pier__apply_port(call, 0, &port);
  if (error == 0 && call->count == 3) error = take_operation(call, &operation);
  if (error == 0)
    error = pier_port_call(call->caller, port, operation, call->term[call->count - 1], &answer);
  return pass_on(call, error, &answer);
}
