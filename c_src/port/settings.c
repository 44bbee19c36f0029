#include "port/settings.h"

#include "port/shape.h"
#include "port/text.h"

#include <string.h>

enum { DEFAULT_LINE = 512 };

/* While options are read, strings are known by their place in `text`, which
 * may move; NONE is a string that was not given. */
#define NONE SIZE_MAX

struct reading {
  struct pier__settings *settings;
  pier_diag *diag;
  const uint8_t *at; /* the element that `each` is at */
  size_t cd, arg0, name;
  pier_buffer args, env; /* arrays of places */
  int packet_set, line_set, args_given, bad_cd;
};

typedef int option_reader(struct reading *reading, const pier__view *value);

struct option {
  const char *name;
  option_reader *read;
  unsigned flag; /* for the readers of flags: what to set */
};

static unsigned *flags(struct reading *reading) {
  return &reading->settings->options.flags;
}

/* ---- Options with a value --------------------------------------------------- */

static int read_packet(struct reading *reading, const pier__view *value) {
  long long packet;
  if (!pier__shape_integer(value, &packet)) return PIER_EBADOPT;
  if (packet != 1 && packet != 2 && packet != 4) return PIER_EBADOPT;
  reading->settings->options.framing.packet = (unsigned)packet;
  reading->packet_set = 1;
  return 0;
}

/* Lengths from 2^31 on crash or hang the BEAM: refused (doc/differences.md). */
static int read_line(struct reading *reading, const pier__view *value) {
  long long line;
  if (!pier__shape_integer(value, &line) || line < 1 || line > INT32_MAX) return PIER_EBADOPT;
  reading->settings->options.framing.line = (size_t)line;
  reading->line_set = 1;
  return 0;
}

static int add_text(struct reading *reading, const pier__view *value, size_t *place) {
  pier_buffer *text = &reading->settings->text;
  size_t start = text->size;
  int error = pier__text(value, text);
  if (error < 0) {
    text->size = start;
    return error;
  }
  *place = start;
  return 0;
}

/* A directory that is no text is found out after the names are checked. */
static int read_cd(struct reading *reading, const pier__view *value) {
  int error;
  reading->cd = NONE;
  reading->bad_cd = 0;
  if (value->kind == PIER__NIL) return 0;
  error = add_text(reading, value, &reading->cd);
  reading->bad_cd = error == PIER_EBADARG;
  return error == PIER_EBADARG ? 0 : error;
}

static int as_badopt(int error) {
  return error == PIER_EBADARG ? PIER_EBADOPT : error;
}

static int read_arg0(struct reading *reading, const pier__view *value) {
  reading->args_given = 1;
  return as_badopt(add_text(reading, value, &reading->arg0));
}

typedef int element_reader(struct reading *reading, const pier__view *element);

/* Calls `read` for each element of a proper list. No element of a list of bytes
 * is anything that we read. */
static int each(struct reading *reading, const pier__view *list, element_reader *read) {
  pier__view element;
  const uint8_t *at = list->next;
  size_t left = list->count;
  int error = 0;
  if (list->kind == PIER__NIL) return 0;
  if (list->kind != PIER__LIST) return PIER_EBADOPT;
  for (; left > 0 && error == 0; left--) {
    pier__view_at(&element, at);
    reading->at = at;
    error = read(reading, &element);
    at = pier__view_skip(at);
  }
  if (error != 0) return error;
  pier__view_at(&element, at);
  return element.kind == PIER__NIL ? 0 : PIER_EBADOPT;
}

static int add_place(pier_buffer *places, size_t place) {
  return pier_buffer_append(places, &place, sizeof place);
}

static int read_arg(struct reading *reading, const pier__view *element) {
  size_t place;
  int error = add_text(reading, element, &place);
  return error < 0 ? as_badopt(error) : add_place(&reading->args, place);
}

static int read_args(struct reading *reading, const pier__view *value) {
  reading->args_given = 1;
  reading->args.size = 0;
  return each(reading, value, read_arg);
}

/* "K=V", or "K=" to unset: an empty value unsets in the BEAM as well. */
static int add_variable(struct reading *reading, const pier__view *key,
                        const pier__view *value) {
  pier_buffer *text = &reading->settings->text;
  size_t start = text->size;
  int error;
  if (!pier__shape_is_list(key)) return PIER_EBADOPT;
  error = pier__text_list(key, text);
  if (error < 0) return as_badopt(error);
  if (memchr(text->data + start, '=', text->size - start)) return PIER_EBADOPT;
  text->data[text->size - 1] = '='; /* in place of the NUL */
  if (pier__shape_is_atom(value, "false")) {
    error = pier_buffer_append_byte(text, 0);
  } else {
    if (!pier__shape_is_list(value)) return PIER_EBADOPT;
    error = pier__text_list(value, text);
  }
  return error < 0 ? as_badopt(error) : add_place(&reading->env, start);
}

static int read_variable(struct reading *reading, const pier__view *element) {
  pier__view key, value;
  if (!pier__shape_pair(element, &key, &value)) return PIER_EBADOPT;
  return add_variable(reading, &key, &value);
}

static int read_env(struct reading *reading, const pier__view *value) {
  reading->env.size = 0;
  return each(reading, value, read_variable);
}

static int read_parallelism(struct reading *reading, const pier__view *value) {
  if (pier__shape_is_atom(value, "true"))
    *flags(reading) |= PIER_PORT_PARALLELISM;
  else if (pier__shape_is_atom(value, "false"))
    *flags(reading) &= ~(unsigned)PIER_PORT_PARALLELISM;
  else
    return PIER_EBADOPT;
  return 0;
}

/* From 1 to 2^64-2, as the BEAM's. */
static int read_limit(const pier__view *view, size_t *limit) {
  if (view->kind != PIER__INT || view->size != 0 || view->negative) return PIER_EBADOPT;
  if (view->magnitude < 1 || view->magnitude > UINT64_MAX - 1) return PIER_EBADOPT;
  *limit = view->magnitude > SIZE_MAX ? SIZE_MAX : (size_t)view->magnitude;
  return 0;
}

static int read_limits(const pier__view *value, size_t *low, size_t *high) {
  pier__view first, second;
  int error;
  if (pier__shape_is_atom(value, "disabled")) {
    *low = *high = SIZE_MAX;
    return 0;
  }
  if (!pier__shape_pair(value, &first, &second)) return PIER_EBADOPT;
  error = read_limit(&first, low);
  return error < 0 ? error : read_limit(&second, high);
}

static int read_busy_limits(struct reading *reading, const pier__view *value) {
  pier_port_options *options = &reading->settings->options;
  return read_limits(value, &options->busy_low, &options->busy_high);
}

static int read_queue_limits(struct reading *reading, const pier__view *value) {
  pier_port_options *options = &reading->settings->options;
  return read_limits(value, &options->queue_low, &options->queue_high);
}

static const struct option valued[] = {
    {"packet", read_packet, 0},
    {"line", read_line, 0},
    {"cd", read_cd, 0},
    {"env", read_env, 0},
    {"args", read_args, 0},
    {"arg0", read_arg0, 0},
    {"parallelism", read_parallelism, 0},
    {"busy_limits_port", read_busy_limits, 0},
    {"busy_limits_msgq", read_queue_limits, 0},
};

/* ---- Options that are atoms -------------------------------------------------- */

static int read_stream(struct reading *reading, const pier__view *value) {
  (void)value;
  reading->packet_set = 0;
  return 0;
}

static int read_bare_line(struct reading *reading, const pier__view *value) {
  (void)value;
  reading->settings->options.framing.line = DEFAULT_LINE;
  reading->line_set = 1;
  return 0;
}

static int read_use_stdio(struct reading *reading, const pier__view *value) {
  (void)value;
  *flags(reading) &= ~(unsigned)PIER_PORT_NOUSE_STDIO;
  return 0;
}

static int read_without_effect(struct reading *reading, const pier__view *value) {
  (void)reading;
  (void)value;
  return 0;
}

static const struct option bare[] = {
    {"stream", read_stream, 0},
    {"line", read_bare_line, 0},
    {"use_stdio", read_use_stdio, 0},
    {"hide", read_without_effect, 0},
    {"overlapped_io", read_without_effect, 0},
    {"in", NULL, PIER_PORT_IN},
    {"out", NULL, PIER_PORT_OUT},
    {"binary", NULL, PIER_PORT_BINARY},
    {"eof", NULL, PIER_PORT_EOF},
    {"exit_status", NULL, PIER_PORT_EXIT_STATUS},
    {"nouse_stdio", NULL, PIER_PORT_NOUSE_STDIO},
    {"stderr_to_stdout", NULL, PIER_PORT_STDERR_TO_STDOUT},
};

/* ---- The list ------------------------------------------------------------------ */

static const struct option *find(const struct option *options, size_t count,
                                 const pier__view *name) {
  size_t i;
  for (i = 0; i < count; i++)
    if (pier__shape_is_atom(name, options[i].name)) return &options[i];
  return NULL;
}

static int apply(struct reading *reading, const struct option *option,
                 const pier__view *value) {
  if (!option) return PIER_EBADOPT;
  if (option->read) return option->read(reading, value);
  *flags(reading) |= option->flag;
  return 0;
}

/* The option's own text, so that a message can name it. */
static int refuse(struct reading *reading, pier_span option) {
  pier_buffer text = PIER_BUFFER_INIT;
  if (pier_term_print(&text, option, PIER_TEXT_TP, 0) == 0 &&
      pier_buffer_append_byte(&text, 0) == 0)
    pier_diag_set(reading->diag, PIER_EBADOPT, 0, "bad option %.160s", (char *)text.data);
  else
    pier_diag_set(reading->diag, PIER_EBADOPT, 0, "bad option");
  pier_buffer_free(&text);
  return PIER_EBADOPT;
}

static int read_option(struct reading *reading, const pier__view *option) {
  const uint8_t *at = reading->at; /* lists inside move it */
  pier__view name, value;
  int error = PIER_EBADOPT;
  if (option->kind == PIER__ATOM)
    error = apply(reading, find(bare, sizeof bare / sizeof bare[0], option), NULL);
  else if (pier__shape_pair(option, &name, &value))
    error = apply(reading, find(valued, sizeof valued / sizeof valued[0], &name), &value);
  if (error != PIER_EBADOPT) return error;
  return refuse(reading, pier_span_of(at, (size_t)(pier__view_skip(at) - at)));
}

/* ---- From places to pointers ----------------------------------------------------- */

static const char *at(const struct reading *reading, size_t place) {
  return place == NONE ? NULL : (const char *)reading->settings->text.data + place;
}

static int resolve(const struct reading *reading, const pier_buffer *places, pier_buffer *out) {
  const char *pointer;
  size_t i, place;
  for (i = 0; i < places->size; i += sizeof place) {
    memcpy(&place, places->data + i, sizeof place);
    pointer = at(reading, place);
    pier_buffer_append(out, &pointer, sizeof pointer);
  }
  pointer = NULL;
  return pier_buffer_append(out, &pointer, sizeof pointer);
}

static int finish(struct reading *reading) {
  struct pier__settings *settings = reading->settings;
  pier_port_options *options = &settings->options;
  if (reading->packet_set) options->framing.kind = PIER_PACKET;
  if (reading->line_set) options->framing.kind = PIER_LINE;
  if (resolve(reading, &reading->args, &settings->args) < 0) return PIER_ENOMEM;
  if (resolve(reading, &reading->env, &settings->env) < 0) return PIER_ENOMEM;
  options->name = options->kind == PIER_FD ? NULL : at(reading, reading->name);
  options->cd = at(reading, reading->cd);
  options->arg0 = at(reading, reading->arg0);
  options->args = (const char *const *)(void *)settings->args.data;
  options->env = (const char *const *)(void *)settings->env.data;
  return 0;
}

static int check_together(struct reading *reading) {
  if (reading->packet_set && reading->line_set)
    return pier_diag_set(reading->diag, PIER_EBADOPT, 0, "packet and line exclude each other");
  return pier__options_check(&reading->settings->options, reading->diag);
}

static int read_all(struct reading *reading, pier_span name, pier_span list) {
  pier__view options;
  int error;
  pier__view_at(&options, pier__view_start(list));
  error = each(reading, &options, read_option);
  if (error == PIER_EBADOPT && !pier__shape_is_list(&options))
    pier_diag_set(reading->diag, error, 0, "the options are no list");
  if (error == 0) error = check_together(reading);
  if (error < 0) return error;
  reading->name = reading->settings->text.size;
  error = pier__settings_name(&reading->settings->options, name, &reading->settings->text);
  if (error < 0)
    return pier_diag_set(reading->diag, error, 0,
                         "the name is neither {spawn,Command} nor {spawn_executable,File} "
                         "nor {fd,In,Out} nor a file");
  if (reading->args_given && reading->settings->options.kind != PIER_SPAWN_EXECUTABLE)
    return pier_diag_set(reading->diag, PIER_EBADARG, 0,
                         "args and arg0 go with spawn_executable only");
  if (reading->bad_cd) return pier_diag_set(reading->diag, PIER_EBADARG, 0, "cd is no text");
  return finish(reading);
}

int pier__settings_read(struct pier__settings *settings, pier_span name, pier_span list,
                        pier_diag *diag) {
  struct reading reading;
  int error;
  memset(settings, 0, sizeof *settings);
  pier_port_options_init(&settings->options, PIER_SPAWN, NULL);
  memset(&reading, 0, sizeof reading);
  reading.settings = settings;
  reading.diag = diag;
  reading.cd = reading.arg0 = reading.name = NONE;
  error = read_all(&reading, name, list);
  pier_buffer_free(&reading.args);
  pier_buffer_free(&reading.env);
  return error;
}

void pier__settings_free(struct pier__settings *settings) {
  pier_buffer_free(&settings->text);
  pier_buffer_free(&settings->args);
  pier_buffer_free(&settings->env);
}
