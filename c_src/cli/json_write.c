/* Terms into JSON: a tree from the leaves up, which the library then prints. */
#include "cli/codec.h"
#include "cli/json.h"

#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

typedef enum shape { LIST, IMPROPER, TUPLE, OBJECT, PAIRS } shape;

/* A term whose parts are being made. */
typedef struct open {
  shape shape;
  size_t left;  /* parts still to come; of a list also its tail */
  size_t inner; /* levels of JSON in the parts */
  json_t *into; /* an array, of OBJECT an object */
  json_t *key;  /* of a map: the key whose value comes next */
} open;

typedef struct writer {
  const char *term;
  int at; /* ei counts in int */
  pier_buffer stack;
  json_t *root;
  size_t levels; /* of the root */
  int digits;    /* that the floats need */
  pier_diag *diag;
} writer;

static int no_memory(writer *w) {
  return pier_diag_set(w->diag, PIER_ENOMEM, 0, "no memory");
}

static int too_deep(writer *w) {
  return pier_diag_set(w->diag, PIER_EDEPTH, 0,
                       "its JSON is nested deeper than %d, more than can be read back",
                       PIER__JSON_DEPTH);
}

static open *top_of(const writer *w) {
  return w->stack.size > 0 ? (open *)(void *)(w->stack.data + w->stack.size) - 1 : NULL;
}

/* {"$tag": value}; takes `value`, which may be NULL. */
static json_t *tagged(const char *tag, json_t *value) {
  json_t *object = value ? json_object() : NULL;
  if (!object) {
    json_decref(value);
    return NULL;
  }
  if (json_object_set_new(object, tag, value) == 0) return object;
  json_decref(object);
  return NULL;
}

/* ---- Leaves --------------------------------------------------------------- */

static json_t *base64(const char *tag, pier_span bytes) {
  pier_buffer text = PIER_BUFFER_INIT;
  json_t *made = NULL;
  if (pier__append_base64(&text, bytes) == 0)
    made = tagged(tag, json_stringn(text.data ? (const char *)text.data : "", text.size));
  pier_buffer_free(&text);
  return made;
}

/* The text of the leaf, as Erlang has it. */
static json_t *text(const char *tag, pier_span leaf) {
  pier_buffer text = PIER_BUFFER_INIT;
  json_t *made = NULL;
  if (pier_term_print(&text, leaf, PIER_TEXT_W, 0) == 0)
    made = tagged(tag, json_stringn((const char *)text.data, text.size));
  pier_buffer_free(&text);
  return made;
}

/* What has no text that can be read back. */
static json_t *external(pier_span leaf) {
  pier_buffer bytes = PIER_BUFFER_INIT;
  json_t *made = NULL;
  pier_write_version(&bytes);
  if (pier_write_term(&bytes, leaf) == 0) made = base64("$etf", pier_buffer_span(&bytes));
  pier_buffer_free(&bytes);
  return made;
}

static json_t *binary(pier_span bytes) {
  const char *data = bytes.size > 0 ? (const char *)bytes.data : "";
  json_t *string = json_stringn(data, bytes.size); /* NULL if it is not UTF-8 */
  return string ? string : base64("$binary", bytes);
}

static json_t *string(pier_span bytes) {
  json_t *list = json_array();
  size_t at;
  for (at = 0; list && at < bytes.size; at++)
    if (json_array_append_new(list, json_integer(bytes.data[at])) < 0) {
      json_decref(list);
      list = NULL;
    }
  return list;
}

static json_t *atom(pier_span name) {
  static const char *const words[] = {"true", "false", "null"};
  size_t at;
  for (at = 0; at < 3; at++)
    if (name.size == strlen(words[at]) && memcmp(name.data, words[at], name.size) == 0)
      return at == 2 ? json_null() : json_boolean(at == 0);
  return tagged("$atom", json_stringn((const char *)name.data, name.size));
}

static json_t *number(writer *w, double value) {
  char digits[40];
  for (; w->digits < 17; w->digits++) {
    snprintf(digits, sizeof digits, "%.*g", w->digits, value);
    if (strtod(digits, NULL) == value) break;
  }
  return json_real(value);
}

static json_t *integer(writer *w) {
  int before = w->at;
  long long value;
  if (ei_decode_longlong(w->term, &w->at, &value) == 0) return json_integer(value);
  ei_skip_term(w->term, &w->at);
  return text("$integer", pier_span_of(w->term + before, (size_t)(w->at - before)));
}

/* An external fun has a text that can be read, unless a name is beyond ASCII. */
static json_t *export(pier_span leaf) {
  size_t at;
  for (at = 0; at < leaf.size; at++)
    if (leaf.data[at] >= 0x80) return external(leaf);
  return text("$term", leaf);
}

/* The bytes of the leaf behind its head. */
static pier_span take_data(writer *w, size_t head, int size) {
  pier_span data = pier_span_of(w->term + w->at + head, (size_t)size);
  w->at += (int)head + size;
  return data;
}

/* Everything that ei knows how to step over and that holds no terms of others. */
static pier_span take_leaf(writer *w) {
  const uint8_t *at = (const uint8_t *)w->term + w->at;
  int before = w->at;
  if (*at == ERL_NEW_FUN_EXT) /* its own words say how long it is, and the gate has looked */
    w->at += 1 + (int)((uint32_t)at[1] << 24 | at[2] << 16 | at[3] << 8 | at[4]);
  else
    ei_skip_term(w->term, &w->at);
  return pier_span_of(w->term + before, (size_t)(w->at - before));
}

/* The leaf in JSON, NULL if there is no memory; what is tagged has a level. */
static json_t *make_leaf(writer *w) {
  uint8_t tag = (uint8_t)w->term[w->at];
  int type, size;
  double real;
  ei_get_type(w->term, &w->at, &type, &size);
  switch (tag) {
  case ERL_SMALL_INTEGER_EXT:
  case ERL_INTEGER_EXT:
  case ERL_SMALL_BIG_EXT:
  case ERL_LARGE_BIG_EXT:
    return integer(w);
  case NEW_FLOAT_EXT:
    ei_decode_double(w->term, &w->at, &real);
    return number(w, real);
  case ERL_SMALL_ATOM_UTF8_EXT:
    return atom(take_data(w, 2, size));
  case ERL_ATOM_UTF8_EXT:
    return atom(take_data(w, 3, size));
  case ERL_BINARY_EXT:
    return binary(take_data(w, 5, size));
  case ERL_STRING_EXT:
    return string(take_data(w, 3, size));
  case ERL_NIL_EXT:
    w->at++;
    return json_array();
  case ERL_BIT_BINARY_EXT:
    return text("$term", take_leaf(w));
  case ERL_EXPORT_EXT:
    return export(take_leaf(w));
  default:
    return external(take_leaf(w));
  }
}

/* ---- Terms with parts ----------------------------------------------------- */

/* Turns the object that a map was to be into pairs: a key that JSON has not. */
static int make_pairs(writer *w, open *map) {
  json_t *pairs = json_array(), *value;
  const char *key;
  json_object_foreach(map->into, key, value) {
    json_t *pair = json_pack("[sO]", key, value);
    if (json_array_append_new(pairs, pair) < 0) {
      json_decref(pairs);
      return no_memory(w);
    }
  }
  if (!pairs) return no_memory(w);
  json_decref(map->into);
  map->into = pairs;
  map->shape = PAIRS;
  return 0;
}

static int can_be_key(const json_t *key) {
  return json_is_string(key) && !memchr(json_string_value(key), 0, json_string_length(key));
}

/* Takes `value` as the next part. */
static int add_part(writer *w, open *top, json_t *value) {
  int got;
  if (top->shape != OBJECT && top->shape != PAIRS)
    return json_array_append_new(top->into, value) < 0 ? no_memory(w) : 0;
  if (!top->key) {
    top->key = value;
    return top->shape == OBJECT && !can_be_key(value) ? make_pairs(w, top) : 0;
  }
  if (top->shape == OBJECT) {
    got = json_object_set_new(top->into, json_string_value(top->key), value);
    json_decref(top->key);
  } else {
    got = json_array_append_new(top->into, json_pack("[oo]", top->key, value));
  }
  top->key = NULL;
  return got < 0 ? no_memory(w) : 0;
}

/* A map of one key that means something else would not come back. */
static int check_tag(writer *w, open *map) {
  void *member = json_object_iter(map->into);
  if (json_object_size(map->into) != 1) return 0;
  return pier__json_is_tag(json_object_iter_key(member)) ? make_pairs(w, map) : 0;
}

/* The JSON of a term that has all its parts; NULL if there is no memory. */
static json_t *close_term(writer *w, open *top, size_t *levels) {
  static const char *const tag[] = {[LIST] = NULL,
                                    [IMPROPER] = "$improper",
                                    [TUPLE] = "$tuple",
                                    [OBJECT] = NULL,
                                    [PAIRS] = "$map"};
  static const size_t own[] = {
      [LIST] = 1, [IMPROPER] = 2, [TUPLE] = 2, [OBJECT] = 1, [PAIRS] = 3};
  json_t *made = NULL;
  if (top->shape != OBJECT || check_tag(w, top) == 0) made = top->into;
  if (!made)
    json_decref(top->into);
  else if (tag[top->shape])
    made = tagged(tag[top->shape], made);
  *levels = own[top->shape] + top->inner;
  w->stack.size -= sizeof *top;
  return made;
}

/* `value` is complete, and so is every term whose last part it is. */
static int complete(writer *w, json_t *value, size_t levels) {
  open *top;
  while (value && (top = top_of(w))) {
    if (levels > top->inner) top->inner = levels;
    if (add_part(w, top, value) < 0) return PIER_ENOMEM;
    if (--top->left > 0) return 0;
    value = close_term(w, top, &levels);
  }
  w->root = value;
  w->levels = levels;
  return value ? 0 : no_memory(w);
}

static int open_term(writer *w, shape kind, size_t parts) {
  open one = {kind, parts, 0, kind == OBJECT ? json_object() : json_array(), NULL};
  json_t *empty;
  size_t levels;
  int got = one.into ? pier_buffer_append(&w->stack, &one, sizeof one) : no_memory(w);
  if (got < 0) {
    json_decref(one.into);
    return got;
  }
  if (w->stack.size / sizeof one > PIER__JSON_DEPTH) return too_deep(w);
  if (parts > 0) return 0;
  empty = close_term(w, top_of(w), &levels);
  return complete(w, empty, levels);
}

/* The list in work stands before its tail. [] is no part of it in JSON. */
static int end_list(writer *w, open *list) {
  size_t levels;
  json_t *value;
  if (w->term[w->at] != ERL_NIL_EXT) {
    list->shape = IMPROPER;
    return 1;
  }
  w->at++;
  value = close_term(w, list, &levels);
  return complete(w, value, levels);
}

static int write_next(writer *w) {
  open *top = top_of(w);
  json_t *leaf;
  int count = 0;
  if (top && top->shape == LIST && top->left == 1) {
    int got = end_list(w, top);
    if (got <= 0) return got;
  }
  switch ((uint8_t)w->term[w->at]) {
  case ERL_SMALL_TUPLE_EXT:
  case ERL_LARGE_TUPLE_EXT:
    ei_decode_tuple_header(w->term, &w->at, &count);
    return open_term(w, TUPLE, (size_t)count);
  case ERL_LIST_EXT:
    ei_decode_list_header(w->term, &w->at, &count);
    return open_term(w, LIST, (size_t)count + 1);
  case ERL_MAP_EXT:
    ei_decode_map_header(w->term, &w->at, &count);
    return open_term(w, OBJECT, 2 * (size_t)count);
  default:
    leaf = make_leaf(w);
    return complete(w, leaf, json_is_object(leaf) || json_is_array(leaf));
  }
}

static int append(const char *data, size_t size, void *out) {
  return pier_buffer_append(out, data, size) < 0 ? -1 : 0;
}

static void free_writer(writer *w) {
  open *top;
  while ((top = top_of(w))) {
    json_decref(top->into);
    json_decref(top->key);
    w->stack.size -= sizeof *top;
  }
  pier_buffer_free(&w->stack);
  json_decref(w->root);
}

int pier__json_append(pier_buffer *out, pier_span term, int pretty, pier_diag *diag) {
  writer w = {(const char *)term.data, 0, PIER_BUFFER_INIT, NULL, 0, 15, diag};
  size_t flags = JSON_ENCODE_ANY;
  int got = 0;
  if (term.size > INT_MAX) return pier_diag_set(diag, PIER_ELIMIT, 0, "it is too big for JSON");
  if (term.data[0] == 131) w.at++; /* the version */
  while (got == 0 && !w.root)
    got = write_next(&w);
  if (got == 0 && w.levels > PIER__JSON_DEPTH) got = too_deep(&w);
  flags |= (size_t)JSON_REAL_PRECISION(w.digits) | (pretty ? JSON_INDENT(2) : JSON_COMPACT);
  if (got == 0 && json_dump_callback(w.root, append, out, flags) < 0)
    got = out->error ? out->error : no_memory(&w);
  free_writer(&w);
  return got;
}
