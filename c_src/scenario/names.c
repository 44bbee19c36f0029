/* Names for identifiers, and identifiers for names. */
#include "scenario/names.h"

#include "scenario/sha.h"

#include <string.h>

enum { MOST_BYTES = 1 << 28 }; /* that {rep,..} and {rand,..} make */

pier__name *pier__names_bind(pier__names *names, const pier__value *name,
                             const pier__value *itself) {
  pier__name *fresh = pier__arena_take(names->arena, sizeof *fresh);
  pier__value *copy = pier__value_leaf(names->arena, itself);
  if (copy) copy->data.data = pier__arena_copy(names->arena, itself->data);
  if (!fresh || !copy || !copy->data.data) return NULL;
  fresh->name = name;
  fresh->itself = copy;
  fresh->next = names->newest;
  names->newest = fresh;
  return fresh;
}

pier__name *pier__names_find(const pier__names *names, pier__value_kind kind,
                             const pier__value *name) {
  pier__name *at = names->newest;
  while (at && !(at->itself->kind == kind && pier__value_same(at->name, name)))
    at = at->next;
  return at;
}

pier__name *pier__names_of(const pier__names *names, const pier__value *itself) {
  pier__name *at = names->newest;
  while (at && !pier__value_matches(at->itself, itself))
    at = at->next;
  return at;
}

/* ---- From the file ----------------------------------------------------------- */

typedef struct resolver {
  const pier__names *names;
  bool pattern;
  const pier__value *unbound;
} resolver;

static pier__value *as_it_is(void *context, pier__arena *arena, const pier__value *part,
                             int *error) {
  (void)context;
  (void)arena;
  (void)part;
  (void)error;
  return NULL;
}

/* The kind whose names are written {port,P}, {pid,R}, {ref,M}; -1 for none. */
static int kind_of_name(const pier__value *part) {
  if (pier__value_is_tuple(part, "port", 2)) return PIER__PORT;
  if (pier__value_is_tuple(part, "pid", 2)) return PIER__PID;
  return pier__value_is_tuple(part, "ref", 2) ? PIER__REF : -1;
}

static pier__value *make_bytes(pier__arena *arena, const pier__value *part) {
  int random = pier__value_is(part->child, "rand");
  const pier__value *first = pier__value_at(part, 1);
  const pier__value *second = pier__value_at(part, 2);
  const pier__value *size = random ? second : first;
  uint8_t *bytes;
  if (first->kind != PIER__INTEGER || second->kind != PIER__INTEGER) return NULL;
  if (size->integer < 0 || size->integer > MOST_BYTES) return NULL;
  bytes = pier__arena_take(arena, (size_t)size->integer + 1);
  if (!bytes) return NULL;
  if (random)
    pier__random_bytes((uint64_t)first->integer, bytes, (size_t)size->integer);
  else
    memset(bytes, (int)second->integer, (size_t)size->integer);
  return pier__value_bytes(arena, pier_span_of(bytes, (size_t)size->integer));
}

static pier__value *list_of(pier__arena *arena, pier_span bytes) {
  pier__value *list = pier__value_new(arena, PIER__LIST);
  size_t at;
  for (at = 0; at < bytes.size; at++)
    list = pier__value_add(list, pier__value_integer(arena, bytes.data[at]));
  return list;
}

/* The folder of drivers with the text of the list `behind` behind it. */
static pier__value *drivers_path(const pier__names *names, pier__arena *arena,
                                 const pier__value *behind) {
  const pier__value *flat = pier__value_flat(arena, behind);
  pier_buffer path = PIER_BUFFER_INIT;
  pier__value *list = NULL;
  pier_buffer_append_text(&path, names->drivers ? names->drivers : "");
  if (flat && pier_buffer_append(&path, flat->data.data, flat->data.size) == 0)
    list = list_of(arena, pier_buffer_span(&path));
  pier_buffer_free(&path);
  return list;
}

static pier__value *resolve_part(void *context, pier__arena *arena, const pier__value *part,
                                 int *error) {
  resolver *r = context;
  int kind = kind_of_name(part);
  if (kind >= 0 && part->last->kind == PIER__ATOM) {
    pier__name *found = pier__names_find(r->names, (pier__value_kind)kind, part->last);
    if (found) return pier__value_leaf(arena, found->itself);
    r->unbound = part->last;
    *error = PIER_EARG;
    return NULL;
  }
  if (pier__value_is_tuple(part, "rep", 3) || pier__value_is_tuple(part, "rand", 3))
    return make_bytes(arena, part);
  if (pier__value_is_tuple(part, "drivers", 2) && pier__value_is_list(part->last))
    return drivers_path(r->names, arena, part->last);
  if (pier__value_is_tuple(part, "lit", 2))
    return pier__value_rewrite(arena, part->last, as_it_is, NULL, error);
  if (r->pattern && pier__value_is(part, "_")) return pier__value_new(arena, PIER__ANY);
  return NULL;
}

pier__value *pier__resolve(const pier__names *names, const pier__value *value, bool pattern,
                           const pier__value **unbound) {
  resolver r;
  int error = 0;
  pier__value *resolved;
  r.names = names;
  r.pattern = pattern;
  r.unbound = NULL;
  resolved = pier__value_rewrite(names->scratch, value, resolve_part, &r, &error);
  *unbound = r.unbound;
  return resolved;
}

/* ---- For the transcript ------------------------------------------------------ */

static pier__value *name_part(const pier__names *names, pier__arena *arena,
                              const pier__value *part) {
  const char *kind = part->kind == PIER__PORT  ? "port"
                     : part->kind == PIER__PID ? "pid"
                                               : "ref";
  const pier__name *known = pier__names_of(names, part);
  if (known) return pier__value_pair(arena, kind, pier__value_leaf(arena, known->name));
  return pier__value_pair(arena, "unknown", pier__value_atom(arena, kind));
}

/* {os_pid,4711} and the like: other numbers each time. */
static pier__value *hide_number(pier__arena *arena, const pier__value *part) {
  static const struct {
    const char *item, *printed;
    int64_t least;
  } hidden[] = {{"os_pid", "<pid>", 1},
                {"id", "<id>", 0},
                {"memory", "<memory>", 1},
                {"open_error", "<n>", INT64_MIN}};
  size_t at;
  for (at = 0; at < sizeof hidden / sizeof hidden[0]; at++)
    if (pier__value_is_tuple(part, hidden[at].item, 2) && part->last->kind == PIER__INTEGER &&
        part->last->integer >= hidden[at].least)
      return pier__value_pair(arena, hidden[at].item,
                              pier__value_atom(arena, hidden[at].printed));
  return NULL;
}

/* `bytes` with `path` replaced wherever it stands; 1 if it was anywhere. */
static int replace_path(pier_buffer *out, pier_span bytes, const char *path,
                        const char *printed) {
  size_t size = path ? strlen(path) : 0;
  size_t at = 0;
  int found = 0;
  if (size == 0 || !bytes.size || !memmem(bytes.data, bytes.size, path, size)) return 0;
  while (at < bytes.size) {
    if (bytes.size - at >= size && memcmp(bytes.data + at, path, size) == 0) {
      pier_buffer_append_text(out, printed);
      at += size;
      found = 1;
    } else {
      pier_buffer_append_byte(out, bytes.data[at++]);
    }
  }
  return found;
}

/* All paths that a run has names for; 1 if one was anywhere. */
static int replace_paths(const pier__names *names, pier_span bytes, pier_buffer *out) {
  const char *const paths[][2] = {
      {names->folder, "${TMP}"}, {names->command, "${PROG}"}, {names->drivers, "${DRIVERS}"}};
  int found = 0;
  size_t at;
  for (at = 0; at < sizeof paths / sizeof paths[0]; at++) {
    pier_buffer once = PIER_BUFFER_INIT;
    if (replace_path(&once, bytes, paths[at][0], paths[at][1])) {
      pier_buffer_free(out);
      *out = once;
      bytes = pier_buffer_span(out);
      found = 1;
    }
  }
  return found;
}

static pier__value *hide_path(const pier__names *names, pier__arena *arena,
                              const pier__value *part) {
  const pier__value *flat = part->kind == PIER__BITS ? part : NULL;
  pier_buffer printed = PIER_BUFFER_INIT;
  pier__value *hidden = NULL;
  pier_span bytes;
  if (part->kind == PIER__LIST && part->count > 1 && part->child->kind == PIER__INTEGER)
    flat = pier__value_flat(arena, part);
  if (!flat) return NULL;
  if (replace_paths(names, flat->data, &printed)) {
    bytes = pier_buffer_span(&printed);
    bytes.data = pier__arena_copy(arena, bytes);
    hidden = part->kind == PIER__BITS ? pier__value_bytes(arena, bytes) : list_of(arena, bytes);
  }
  pier_buffer_free(&printed);
  return hidden;
}

static pier__value *normalise_part(void *context, pier__arena *arena, const pier__value *part,
                                   int *error) {
  const pier__names *names = context;
  (void)error;
  switch (part->kind) {
  case PIER__PORT:
  case PIER__PID:
  case PIER__REF:
    return name_part(names, arena, part);
  case PIER__BITS:
  case PIER__LIST:
    return hide_path(names, arena, part);
  case PIER__TUPLE:
    return hide_number(arena, part);
  default:
    return NULL;
  }
}

/* Puts the elements of `list` in order: they are few. */
static void sort(pier__value *list) {
  pier__value *rest = list->child;
  list->child = list->last = NULL;
  list->count = 0;
  while (rest) {
    pier__value *value = rest;
    pier__value **at = &list->child;
    rest = rest->next;
    while (*at && pier__value_compare(*at, value) <= 0)
      at = &(*at)->next;
    value->next = *at;
    *at = value;
    if (!value->next) list->last = value;
  }
  for (rest = list->child; rest; rest = rest->next)
    rest->index = list->count++;
}

static int is_sorted(const pier__value *value) {
  return (pier__value_is_tuple(value, "links", 2) ||
          pier__value_is_tuple(value, "monitored_by", 2) ||
          pier__value_is_tuple(value, "monitors", 2)) &&
         pier__value_is_list(value->last);
}

static void sort_inside(void *context, const pier__value *value) {
  (void)context;
  if (is_sorted(value)) sort(value->last);
}

pier__value *pier__normalise(const pier__names *names, const pier__value *value) {
  int error = 0;
  pier__value *printed =
      pier__value_rewrite(names->scratch, value, normalise_part, (void *)names, &error);
  if (printed) pier__value_walk(printed, sort_inside, NULL, NULL);
  return printed;
}
