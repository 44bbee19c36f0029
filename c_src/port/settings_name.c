/* What open_port can be given as the name of a port. */
#include "port/settings.h"

#include "port/shape.h"
#include "port/text.h"

/* A pair of one of these and something to read. */
static const struct {
  const char *name;
  pier_name_kind kind;
} kinds[] = {
    {"spawn", PIER_SPAWN},
    {"spawn_executable", PIER_SPAWN_EXECUTABLE},
    {"spawn_driver", PIER_SPAWN_DRIVER},
};

static int read_program(pier_port_options *options, const pier__view *kind,
                        const pier__view *text, pier_buffer *out) {
  size_t i;
  if (text->kind == PIER__NIL) return PIER_EBADARG;
  for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    if (!pier__shape_is_atom(kind, kinds[i].name)) continue;
    options->kind = kinds[i].kind;
    return pier__text(text, out);
  }
  return PIER_EBADARG;
}

/* An integer of the BEAM's small ones. */
static int read_small(const pier__view *view, long long *value) {
  const long long bound = 1LL << 59;
  return pier__shape_integer(view, value) && *value < bound && *value >= -bound;
}

/* {fd,In,Out} with two small integers, whatever they are. */
static int read_descriptors(pier_port_options *options, const pier__view *tuple) {
  const uint8_t *second = pier__view_skip(tuple->next);
  pier__view tag, in, out;
  pier__view_at(&tag, tuple->next);
  pier__view_at(&in, second);
  pier__view_at(&out, pier__view_skip(second));
  if (!pier__shape_is_atom(&tag, "fd")) return PIER_EBADARG;
  if (!read_small(&in, &options->fd_in)) return PIER_EBADARG;
  if (!read_small(&out, &options->fd_out)) return PIER_EBADARG;
  options->kind = PIER_FD;
  return 0;
}

/* The name of a file is bytes, not characters: one above 255 is none. */
static int read_bytes(const pier__view *list, pier_buffer *out) {
  const uint8_t *at = list->next;
  size_t left = list->count;
  pier__view element;
  for (; left > 0; left--) {
    long long byte;
    pier__view_at(&element, at);
    if (!pier__shape_integer(&element, &byte) || byte < 0 || byte > 255) return PIER_EBADARG;
    pier_buffer_append_byte(out, (uint8_t)byte);
    at = pier__view_skip(at);
  }
  pier__view_at(&element, at);
  return element.kind == PIER__NIL ? out->error : PIER_EBADARG;
}

/* A flat string or an atom. */
static int read_file(pier_port_options *options, const pier__view *name, pier_buffer *out) {
  int error = 0;
  options->kind = PIER_FILE;
  if (name->kind == PIER__ATOM) return pier__text(name, out);
  if (name->kind == PIER__STRING)
    error = pier_buffer_append(out, name->data, name->size);
  else if (name->kind == PIER__LIST)
    error = read_bytes(name, out);
  else
    return PIER_EBADARG;
  return error < 0 ? error : pier_buffer_append_byte(out, 0);
}

int pier__settings_name(pier_port_options *options, pier_span term, pier_buffer *text) {
  pier__view name, first, second;
  pier__view_at(&name, pier__view_start(term));
  if (pier__shape_pair(&name, &first, &second))
    return read_program(options, &first, &second, text);
  if (name.kind == PIER__TUPLE && name.count == 3) return read_descriptors(options, &name);
  return read_file(options, &name, text);
}
