/* JSON into terms. The library makes a tree of the text, which is at most
 * PIER__JSON_DEPTH levels deep; the walk over it does not recurse. */
#include "cli/codec.h"
#include "cli/json.h"

#include <jansson.h>
#include <string.h>

typedef enum shape { LIST, PARTS, OBJECT, PAIRS } shape;

/* An array or object whose children are being written. */
typedef struct open {
  shape shape;
  json_t *in;
  size_t index, count; /* children; of OBJECT the values only, of PAIRS both */
  void *member;        /* OBJECT: the next one */
} open;

typedef struct reader {
  pier_buffer *out;
  pier_buffer stack;
  const pier_limits *limits;
  pier_diag *diag;
} reader;

static int fail(reader *r, const char *what) {
  return pier_diag_set(r->diag, PIER_ETEXT, 0, "%s", what);
}

/* What the buffer refused. */
static int written(reader *r, const char *what) {
  if (!r->out->error || r->out->error == PIER_ENOMEM) return r->out->error;
  return pier_diag_set(r->diag, PIER_ETEXT, 0, "%s", what);
}

static int push(reader *r, shape kind, json_t *in, size_t count) {
  open one;
  memset(&one, 0, sizeof one);
  one.shape = kind;
  one.in = in;
  one.count = count;
  if (kind == OBJECT) one.member = json_object_iter(in);
  return pier_buffer_append(&r->stack, &one, sizeof one);
}

static pier_span string_span(const json_t *value) {
  return pier_span_of(json_string_value(value), json_string_length(value));
}

/* ---- Tags ----------------------------------------------------------------- */

static int read_atom(reader *r, json_t *value) {
  if (!json_is_string(value)) return fail(r, "$atom is not a string");
  pier_write_atom_span(r->out, string_span(value));
  return written(r, "$atom has more than 255 characters");
}

static int read_tuple(reader *r, json_t *value) {
  if (!json_is_array(value)) return fail(r, "$tuple is not an array");
  pier_write_tuple(r->out, json_array_size(value));
  return push(r, PARTS, value, json_array_size(value));
}

static int read_improper(reader *r, json_t *value) {
  if (json_array_size(value) < 2)
    return fail(r, "$improper is not an array of the elements and the tail");
  pier_write_list(r->out, json_array_size(value) - 1);
  return push(r, PARTS, value, json_array_size(value));
}

static int read_map(reader *r, json_t *value) {
  size_t at;
  json_t *pair;
  if (!json_is_array(value)) return fail(r, "$map is not an array");
  json_array_foreach(value, at, pair) {
    if (json_array_size(pair) != 2)
      return fail(r, "$map is not an array of [key, value] pairs");
  }
  pier_write_map(r->out, json_array_size(value));
  return push(r, PAIRS, value, 2 * json_array_size(value));
}

static int read_binary(reader *r, json_t *value) {
  pier_buffer bytes = PIER_BUFFER_INIT;
  int got = fail(r, "$binary is not a string of base64");
  if (json_is_string(value)) got = pier__read_base64(&bytes, string_span(value), NULL);
  if (got == 0) got = pier_write_binary(r->out, bytes.data, bytes.size);
  if (got == PIER_ETEXT) fail(r, "$binary is not a string of base64");
  pier_buffer_free(&bytes);
  return got;
}

/* The one term in Erlang text. */
static int read_text(reader *r, json_t *value, const char *what) {
  pier_buffer term = PIER_BUFFER_INIT;
  pier_diag diag = {0};
  int got = fail(r, what);
  if (json_is_string(value))
    got = pier_term_read(&term, string_span(value), r->limits, NULL, &diag);
  if (got == 0)
    got = pier_write_term(r->out, pier_buffer_span(&term));
  else if (diag.error)
    pier_diag_set(r->diag, got, 0, "%s: %s", what, diag.text);
  pier_buffer_free(&term);
  return got;
}

static int read_term(reader *r, json_t *value) {
  return read_text(r, value, "$term is not the text of a term");
}

static int read_integer(reader *r, json_t *value) {
  static const char what[] = "$integer is not a string of digits";
  const char *text = json_string_value(value);
  if (!text) return fail(r, what);
  text += text[0] == '-';
  if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text)) return fail(r, what);
  return read_text(r, value, what);
}

/* An external term in base64, through the gate like every other. */
static int read_etf(reader *r, json_t *value) {
  pier_buffer bytes = PIER_BUFFER_INIT, scratch = PIER_BUFFER_INIT;
  pier_diag diag = {0};
  pier_span term;
  int got = fail(r, "$etf is not a string of base64");
  if (json_is_string(value)) got = pier__read_base64(&bytes, string_span(value), NULL);
  if (got == 0) {
    got = pier_term_plain(pier_buffer_span(&bytes), r->limits, &scratch, &term, &diag);
    if (got == 0) got = pier_write_term(r->out, term);
    if (diag.error)
      pier_diag_set(r->diag, got, 0, "in $etf, at %zu: %s", diag.offset, diag.text);
  } else if (got == PIER_ETEXT) {
    fail(r, "$etf is not a string of base64");
  }
  pier_buffer_free(&bytes);
  pier_buffer_free(&scratch);
  return got;
}

static const struct tag {
  const char *key;
  int (*read)(reader *r, json_t *value);
} tags[] = {
    {"$atom", read_atom},       {"$tuple", read_tuple},   {"$improper", read_improper},
    {"$map", read_map},         {"$binary", read_binary}, {"$term", read_term},
    {"$integer", read_integer}, {"$etf", read_etf},
};

static const struct tag *find_tag(const char *key) {
  size_t at;
  for (at = 0; at < sizeof tags / sizeof tags[0]; at++)
    if (strcmp(tags[at].key, key) == 0) return &tags[at];
  return NULL;
}

int pier__json_is_tag(const char *key) {
  return find_tag(key) != NULL;
}

/* ---- The walk ------------------------------------------------------------- */

static int read_object(reader *r, json_t *value) {
  size_t count = json_object_size(value);
  void *member = json_object_iter(value);
  const struct tag *tag = count == 1 ? find_tag(json_object_iter_key(member)) : NULL;
  if (tag) return tag->read(r, json_object_iter_value(member));
  pier_write_map(r->out, count);
  return push(r, OBJECT, value, count);
}

static int read_array(reader *r, json_t *value) {
  size_t count = json_array_size(value);
  if (count == 0) return pier_write_nil(r->out);
  pier_write_list(r->out, count);
  return push(r, LIST, value, count);
}

static int read_value(reader *r, json_t *value) {
  switch (json_typeof(value)) {
  case JSON_OBJECT:
    return read_object(r, value);
  case JSON_ARRAY:
    return read_array(r, value);
  case JSON_STRING:
    return pier_write_binary(r->out, json_string_value(value), json_string_length(value));
  case JSON_INTEGER:
    return pier_write_int64(r->out, json_integer_value(value));
  case JSON_REAL:
    return pier_write_double(r->out, json_real_value(value));
  case JSON_TRUE:
    return pier_write_atom(r->out, "true");
  case JSON_FALSE:
    return pier_write_atom(r->out, "false");
  default:
    return pier_write_atom(r->out, "null");
  }
}

static json_t *next_child(reader *r, open *top) {
  size_t at = top->index++;
  json_t *value;
  switch (top->shape) {
  case OBJECT:
    pier_write_binary(r->out, json_object_iter_key(top->member),
                      strlen(json_object_iter_key(top->member)));
    value = json_object_iter_value(top->member);
    top->member = json_object_iter_next(top->in, top->member);
    return value;
  case PAIRS:
    return json_array_get(json_array_get(top->in, at / 2), at % 2);
  default:
    return json_array_get(top->in, at);
  }
}

static int read_tree(reader *r, json_t *root) {
  int got = pier_write_version(r->out);
  if (got == 0) got = read_value(r, root);
  while (got == 0 && r->stack.size > 0) {
    open *top = (open *)(void *)(r->stack.data + r->stack.size) - 1;
    if (top->index < top->count) {
      got = read_value(r, next_child(r, top));
      continue;
    }
    if (top->shape == LIST) got = pier_write_nil(r->out);
    r->stack.size -= sizeof *top;
  }
  return got < 0 ? got : r->out->error;
}

/* ---- The text ------------------------------------------------------------- */

/* What the library says, in one line. */
static int bad_json(const json_error_t *error, pier_diag *diag) {
  size_t at;
  switch (json_error_code(error)) {
  case json_error_out_of_memory:
    return pier_diag_set(diag, PIER_ENOMEM, 0, "no memory");
  case json_error_stack_overflow:
    pier_diag_set(diag, PIER_EDEPTH, 0, "JSON is nested deeper than %d, more than can be read",
                  PIER__JSON_DEPTH);
    break;
  case json_error_numeric_overflow:
    pier_diag_set(diag, PIER_ETEXT, 0,
                  "%s; {\"$integer\":\"...\"} takes integers beyond 64 bits", error->text);
    break;
  default:
    pier_diag_set(diag, PIER_ETEXT, 0, "%s", error->text);
  }
  for (at = 0; diag->text[at]; at++)
    if ((unsigned char)diag->text[at] < ' ') diag->text[at] = ' ';
  /* The library stands behind what it did not like. */
  diag->offset = error->position > 0 ? (size_t)error->position - 1 : 0;
  diag->line = error->line > 0 ? (unsigned)error->line : 1;
  diag->column = error->column > 0 ? (unsigned)error->column : 1;
  return diag->error;
}

size_t pier__json_blanks(pier_span text) {
  size_t at = 0;
  while (at < text.size && text.data[at] != '\0' && strchr(" \t\r\n", text.data[at]))
    at++;
  return at;
}

/* Values in the text, counted before a tree is made of them: it takes much more
 * memory than they do. */
static size_t count_values(pier_span text) {
  size_t at, count = 1;
  int quoted = 0;
  for (at = 0; at < text.size; at++) {
    uint8_t byte = text.data[at];
    if (byte == '"')
      quoted = !quoted;
    else if (quoted && byte == '\\')
      at++;
    else if (!quoted && (byte == ',' || byte == ':' || byte == '[' || byte == '{'))
      count++;
  }
  return count;
}

int pier__json_read(pier_buffer *out, pier_span text, const pier_limits *limits,
                    pier_diag *diag) {
  pier_buffer term = PIER_BUFFER_INIT;
  reader r = {&term, PIER_BUFFER_INIT, limits, diag};
  json_error_t error;
  json_t *root;
  int got;
  if (text.size > limits->text)
    return pier_diag_set(diag, PIER_ELIMIT, 0, "more than the limit of %zu bytes",
                         limits->text);
  if (count_values(text) > limits->nodes)
    return pier_diag_set(diag, PIER_ENODES, 0, "more than %zu values", limits->nodes);
  root = json_loadb((const char *)text.data, text.size,
                    JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
  if (!root) return bad_json(&error, diag);
  got = read_tree(&r, root);
  if (got == 0) got = pier_term_scan(pier_buffer_span(&term), limits, NULL, diag);
  if (got == 0) got = pier_term_normalize(out, pier_buffer_span(&term));
  if (got < 0 && diag->error != got) pier_diag_set(diag, got, 0, "%s", pier_strerror(got));
  if (got < 0) diag->offset = pier__json_blanks(text);
  json_decref(root);
  pier_buffer_free(&term);
  pier_buffer_free(&r.stack);
  return got;
}
