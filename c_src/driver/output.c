/* What a driver says: bytes with a header before them, as the port's options have it. */
#include "driver/driver.h"

#include "port/identifier.h"

#include <string.h>

/* A header, and parts that are binaries each on a port with that option. */
struct saying {
  pier_span header;
  const SysIOVec *parts;
  int count;
};

static size_t size_of(const struct saying *saying) {
  size_t size = 0;
  int i;
  for (i = 0; i < saying->count; i++)
    size += saying->parts[i].iov_len;
  return size;
}

static pier_span span_of(const SysIOVec *part) {
  return pier_span_of(part->iov_base, part->iov_len);
}

/* [H1,H2,B1|B2] */
static void put_improper(pier_buffer *out, const struct saying *saying) {
  size_t elements = saying->header.size + (size_t)saying->count, i;
  int part;
  if (saying->count == 0) elements++;
  if (elements > 1) pier_write_list(out, elements - 1);
  for (i = 0; i < saying->header.size; i++)
    pier_write_int64(out, saying->header.data[i]);
  for (part = 0; part < saying->count; part++)
    pier_write_binary(out, saying->parts[part].iov_base, saying->parts[part].iov_len);
  if (saying->count == 0) pier_write_nil(out);
}

static void put_flat(pier_buffer *out, const struct saying *saying) {
  int i;
  pier_buffer_append(out, saying->header.data, saying->header.size);
  for (i = 0; i < saying->count; i++)
    pier_buffer_append(out, saying->parts[i].iov_base, saying->parts[i].iov_len);
}

/* {Port,{data,D}} or {Port,{data,{Line,D}}} */
static void put_message(pier_buffer *out, const struct pier__port *core,
                        const struct saying *saying, pier_frame_kind line) {
  pier_port self = {core->number};
  pier_write_tuple(out, 2);
  pier__put_port(out, self);
  pier_write_tuple(out, 2);
  pier_write_atom(out, "data");
  if (line != PIER_FRAME) {
    pier_write_tuple(out, 2);
    pier_write_atom(out, line == PIER_FRAME_EOL ? "eol" : "noeol");
  }
  put_improper(out, saying);
}

/* Of several parts. A list is always flat. */
static void tell_joined(struct pier__dport *dport, const struct saying *saying,
                        pier_frame_kind line) {
  struct pier__port *core = &dport->port->core;
  int binary = (core->flags & PIER_PORT_BINARY) != 0;
  pier_buffer bytes = PIER_BUFFER_INIT;
  if (binary)
    put_message(&bytes, core, saying, line);
  else
    put_flat(&bytes, saying);
  if (bytes.error) {
    pier__driver_log(dport, bytes.error, "out of memory: a message was lost");
  } else if (binary) {
    const pier_message message = {.kind = PIER_MESSAGE_TERM,
                                  .port.number = core->number,
                                  .term = pier_buffer_span(&bytes)};
    core->io->deliver(core, core->owner, &message);
  } else {
    pier__port_tell_data(core, line, pier_buffer_span(&bytes));
  }
  pier_buffer_free(&bytes);
}

/* One part without a header is a plain message, which most are. */
static void tell(struct pier__dport *dport, const struct saying *saying, pier_frame_kind line) {
  if (saying->header.size == 0 && saying->count == 1)
    pier__port_tell_data(&dport->port->core, line, span_of(&saying->parts[0]));
  else
    tell_joined(dport, saying, line);
}

/* The header is in front of every line. */
static void tell_lines(struct pier__dport *dport, const struct saying *saying) {
  struct pier__port *core = &dport->port->core;
  SysIOVec part;
  struct saying line = {saying->header, &part, 1};
  pier_frame frame;
  int i;
  for (i = 0; i < saying->count; i++) {
    pier__framer_feed(&core->framer, span_of(&saying->parts[i]));
    while (pier__framer_next(&core->framer, &frame) == 1) {
      part.iov_base = (void *)(uintptr_t)frame.payload.data;
      part.iov_len = frame.payload.size;
      tell(dport, &line, frame.kind);
    }
  }
}

/* What is said while the queue is flushed is dropped. A port that ends otherwise may speak
 * until its stop returns: its owner hears that behind its end, as in the BEAM. */
static struct pier__dport *usable(struct pier__dport *dport, int *result) {
  *result = dport ? 0 : -1;
  return dport && !atomic_load(&dport->closing) ? dport : NULL;
}

/* Only what is no vector goes line by line. */
static void say(struct pier__dport *dport, const struct saying *saying, int by_line) {
  struct pier__port *core = &dport->port->core;
  core->input += saying->header.size + size_of(saying);
  if (by_line && core->framing.kind == PIER_LINE)
    tell_lines(dport, saying);
  else
    tell(dport, saying, PIER_FRAME);
}

static int say_bytes(struct pier__dport *its, const char *header, size_t header_size,
                     char *bytes, size_t size) {
  int result;
  struct pier__dport *dport = usable(its, &result);
  SysIOVec part = {bytes, size};
  /* No bytes at all are no binary either. */
  struct saying saying = {pier_span_of(header, header_size), &part, bytes ? 1 : 0};
  if (dport) say(dport, &saying, 1);
  return result;
}

int driver_output2(ErlDrvPort port, char *header, ErlDrvSizeT header_size, char *bytes,
                   ErlDrvSizeT size) {
  return say_bytes(pier__handle_get(port), header, header_size, bytes, size);
}

int driver_output(ErlDrvPort port, char *bytes, ErlDrvSizeT size) {
  return say_bytes(pier__handle_get(port), NULL, 0, bytes, size);
}

int driver_output_binary(ErlDrvPort port, char *header, ErlDrvSizeT header_size,
                         ErlDrvBinary *binary, ErlDrvSizeT offset, ErlDrvSizeT size) {
  int result;
  struct pier__dport *dport = usable(pier__handle_get(port), &result);
  SysIOVec part = {binary->orig_bytes + offset, size};
  struct saying saying = {pier_span_of(header, header_size), &part, 1};
  if (dport) say(dport, &saying, 0);
  return result;
}

/* What is skipped of a part is taken off the driver's own vector, as in the BEAM. */
int driver_outputv(ErlDrvPort port, char *header, ErlDrvSizeT header_size, ErlIOVec *vector,
                   ErlDrvSizeT skip) {
  int result, i = 0;
  struct pier__dport *dport = usable(pier__handle_get(port), &result);
  struct saying saying = {pier_span_of(header, header_size), NULL, 0};
  if (!dport) return result;
  for (; i < vector->vsize && vector->iov[i].iov_len <= skip; i++)
    skip -= vector->iov[i].iov_len;
  if (skip > 0 && i < vector->vsize) {
    vector->iov[i].iov_base = (char *)vector->iov[i].iov_base + skip;
    vector->iov[i].iov_len -= skip;
  }
  saying.parts = vector->iov + i;
  saying.count = vector->vsize - i;
  say(dport, &saying, 0);
  return 0;
}

ErlDrvSizeT driver_vec_to_buf(ErlIOVec *vector, char *to, ErlDrvSizeT room) {
  size_t left = room;
  int i;
  for (i = 0; i < vector->vsize && left > 0; i++) {
    size_t size = vector->iov[i].iov_len < left ? vector->iov[i].iov_len : left;
    if (size > 0) memcpy(to, vector->iov[i].iov_base, size);
    to += size;
    left -= size;
  }
  return room - left;
}
