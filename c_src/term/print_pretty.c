/*
 * Terms in lines of a given width, laid out as io_lib_pretty of OTP 25 does.
 *
 * The text on one line is printed first, with its shape: what each term in it
 * is and how many characters it has. The lines are that text with breaks put
 * in. A walk over the shape decides where; a first walk, which writes nothing,
 * tries how far to indent what follows the tag of a tuple.
 *
 * Here a column counts from 1, `closers` are the brackets that will close
 * behind a term, and `used` are the characters that its line has without the
 * indentation. A line breaks where the width is reached, or where there would
 * be more characters on it than the whole text has.
 */
#include "term/print.h"

#include <string.h>

enum {
  BEYOND = 512,    /* what begins so far beyond the width is not broken any more */
  LEAST_BYTES = 8, /* of <<1,2,3>> so many characters stand on each line */
  MAP_INDENT = 4,  /* of a value on its own line */
  MAP_HEAD = 2     /* #{ */
};

enum step { FIRST, TAIL, VALUE };

/* A term that is laid out over several lines. */
struct part {
  unsigned kind;
  enum step step;
  size_t at, end; /* the next of its parts, the word after them */
  int64_t start;  /* the column in which its parts stand */
  int64_t column; /* after what has been written */
  int64_t used;
  int64_t closers;
  int64_t value_closers; /* of a map's value that is still to come */
};

struct layout {
  pier_buffer *out; /* NULL: only try */
  const uint8_t *text;
  const uint64_t *nodes;
  pier_buffer stack;
  int64_t width;
  int64_t most;   /* characters of the whole */
  int64_t indent; /* after a tag: -1 behind it, else so many columns */
  bool failed;    /* the try: this indent is no good */
};

static int64_t length_of(const struct layout *layout, size_t node) {
  return (int64_t)(layout->nodes[node] >> PIER__NODE_SHIFT);
}

static unsigned kind_of(const struct layout *layout, size_t node) {
  return layout->nodes[node] & PIER__NODE_KIND;
}

static bool is_word(const struct layout *layout, size_t node) {
  return kind_of(layout, node) == PIER__NODE_WORD;
}

static size_t next_of(const struct layout *layout, size_t node) {
  return kind_of(layout, node) < PIER__NODE_LIST ? node + 1 : layout->nodes[node + 1];
}

static struct part *top_of(const struct layout *layout) {
  return (struct part *)(void *)(layout->stack.data + layout->stack.size) - 1;
}

/* ---- Writing ------------------------------------------------------------- */

static void copy(struct layout *layout, int64_t characters) {
  const uint8_t *from = layout->text;
  if (!layout->out) return;
  for (; characters > 0; characters--) {
    layout->text++;
    while ((*layout->text & 0xc0) == 0x80)
      layout->text++;
  }
  pier_buffer_append(layout->out, from, (size_t)(layout->text - from));
}

static void break_line(struct layout *layout, int64_t column) {
  uint8_t *spaces;
  size_t count = (size_t)(column - 1);
  if (!layout->out) return;
  pier_buffer_append_byte(layout->out, '\n');
  spaces = pier_buffer_reserve(layout->out, count);
  if (!spaces) return;
  memset(spaces, ' ', count);
  layout->out->size += count;
}

static int64_t least(int64_t a, int64_t b) {
  return a < b ? a : b;
}

/* The bytes of a binary, as many on each line as there is room. */
static void copy_bytes(struct layout *layout, int64_t length, const struct part *place) {
  int64_t start = place->start + MAP_HEAD, room, left, size;
  room = least(layout->width - start, layout->most - 4 - place->used) - place->closers;
  if (room < LEAST_BYTES) room = LEAST_BYTES;
  left = room;
  copy(layout, 2);
  for (length -= 4; layout->out && length > 0; length -= size) {
    for (size = 0; size < length && layout->text[size] != ','; size++)
      continue;
    size += size < length; /* with its comma */
    left -= size;
    if (left < 0) {
      break_line(layout, start);
      left = room - size;
    }
    copy(layout, size);
  }
  copy(layout, 2);
}

/* ---- What fits ----------------------------------------------------------- */

static bool fits(const struct layout *layout, int64_t length, int64_t column, int64_t used,
                 int64_t closers) {
  return length < layout->width - column - closers && length + used + closers <= layout->most;
}

/* The number of brackets behind a part, after which `next` comes. */
static int64_t closers_at(const struct layout *layout, const struct part *part, size_t next) {
  bool more = next < part->end && !(layout->nodes[next] & PIER__NODE_TAIL);
  return more ? 0 : part->closers + 1;
}

/* May a part and the comma before it stay on the line? */
static bool fits_tail(const struct layout *layout, const struct part *part, int64_t length,
                      int64_t closers) {
  return fits(layout, length, part->column, part->used, closers > 0 ? closers : 1);
}

/* ---- The walk ---------------------------------------------------------- */

/* The parts of a tagged tuple: behind the tag, or indented by less. */
static void begin_tagged(struct layout *layout, struct part *part) {
  int64_t tag = length_of(layout, part->at), column = part->start, behind = column + tag + 2;
  bool near = layout->indent > 0 && tag + 2 > layout->indent;
  int64_t half = layout->width / 2;
  copy(layout, tag);
  part->at = next_of(layout, part->at);
  part->used += tag;
  part->start = near ? column + layout->indent : behind;
  part->column = behind;
  part->step = near ? TAIL : FIRST;
  if (!near) {
    copy(layout, 1);
    part->used++;
  }
  if (layout->out || part->start <= half - !near) return;
  layout->failed = layout->most + part->start > layout->width - !near;
}

/* Writes the term `node`, which stands at `place`, or begins with its parts. */
static void enter(struct layout *layout, size_t node, const struct part *place) {
  unsigned kind = kind_of(layout, node);
  int64_t length = length_of(layout, node);
  struct part part = *place;
  if (kind == PIER__NODE_WORD || place->start > layout->width + BEYOND ||
      fits(layout, length, place->start, place->used, place->closers)) {
    copy(layout, length);
    return;
  }
  if (kind == PIER__NODE_BYTES) {
    copy_bytes(layout, length, place);
    return;
  }
  copy(layout, kind == PIER__NODE_MAP ? MAP_HEAD : 1);
  part.kind = kind;
  part.step = FIRST;
  part.at = node + 2;
  part.end = layout->nodes[node + 1];
  part.used++;
  if (kind == PIER__NODE_MAP) {
    part.start += MAP_HEAD;
    part.used += !layout->out; /* the BEAM counts so when it tries */
  } else if (kind == PIER__NODE_TAGGED) {
    begin_tagged(layout, &part);
  } else {
    part.start++;
  }
  pier_buffer_append(&layout->stack, &part, sizeof part);
}

/* One part at the start of a line, or of the whole term. */
static void put_part(struct layout *layout, struct part *part, int64_t used) {
  size_t node = part->at, next = next_of(layout, node);
  struct part place = *part;
  int64_t length = length_of(layout, node);
  place.used = used;
  place.closers = closers_at(layout, part, next);
  part->at = next;
  part->step = TAIL;
  if (is_word(layout, node) && fits(layout, length, place.start, used, place.closers)) {
    copy(layout, length);
    part->column = part->start + length;
    part->used = used + length;
    return;
  }
  part->column = part->start + layout->width; /* so that nothing else fits */
  part->used = used + layout->width;
  enter(layout, node, &place);
}

/* The part behind the bar. */
static void put_tail(struct layout *layout, struct part *part) {
  size_t node = part->at;
  struct part place = *part;
  int64_t length = length_of(layout, node);
  part->at = part->end;
  place.closers = part->closers + 1;
  copy(layout, 1);
  if (is_word(layout, node) &&
      fits(layout, length + 1, part->column, part->used, place.closers)) {
    copy(layout, length);
    return;
  }
  break_line(layout, part->start);
  place.used = 0;
  if (!layout->out) place.start = part->column; /* as the BEAM tries it */
  enter(layout, node, &place);
}

/* A key and its value, first on their line: together or on two lines. */
static void put_pair(struct layout *layout, struct part *part, int64_t used) {
  size_t key = part->at, value = next_of(layout, key), next = next_of(layout, value);
  int64_t length = length_of(layout, key) + 4 + length_of(layout, value), after;
  int64_t closers = closers_at(layout, part, next);
  bool together = fits(layout, length, part->start, used, closers);
  struct part place = *part;
  after = together && is_word(layout, key) && is_word(layout, value) ? length : layout->width;
  part->column = part->start + after;
  part->used = layout->out || part->step == TAIL ? after : used + after;
  part->at = together ? next : value;
  part->step = together ? TAIL : VALUE;
  if (together) {
    copy(layout, length);
    return;
  }
  part->value_closers = place.closers = closers;
  place.used = used;
  enter(layout, key, &place);
}

static void put_value(struct layout *layout, struct part *part) {
  size_t node = part->at;
  struct part place = *part;
  place.start += layout->indent > 0 ? layout->indent : MAP_INDENT;
  place.used = 0;
  place.closers = part->value_closers;
  part->at = next_of(layout, node);
  part->step = TAIL;
  copy(layout, 3);
  if (layout->out) layout->text++; /* the space is a new line */
  break_line(layout, place.start);
  enter(layout, node, &place);
}

/* The next part that is not the first one: on this line or on the next one. */
static void put_next(struct layout *layout, struct part *part) {
  bool map = part->kind == PIER__NODE_MAP;
  size_t node = part->at, next = next_of(layout, node), value = node;
  int64_t length = length_of(layout, node) + 1;
  if (map) {
    value = next;
    length += 4 + length_of(layout, value);
    next = next_of(layout, value);
  }
  copy(layout, 1);
  if (is_word(layout, node) && is_word(layout, value) &&
      fits_tail(layout, part, length, closers_at(layout, part, next))) {
    copy(layout, length - 1);
    part->column += length;
    part->used += length;
    part->at = next;
    return;
  }
  break_line(layout, part->start);
  if (map)
    put_pair(layout, part, 0);
  else
    put_part(layout, part, 0);
}

static void step(struct layout *layout, struct part *part) {
  if (part->step == VALUE)
    put_value(layout, part);
  else if (layout->nodes[part->at] & PIER__NODE_TAIL)
    put_tail(layout, part);
  else if (part->step == TAIL)
    put_next(layout, part);
  else if (part->kind == PIER__NODE_MAP)
    put_pair(layout, part, part->used);
  else
    put_part(layout, part, part->used);
}

/* True if the indent is no good. */
static bool walk(struct layout *layout) {
  static const struct part whole = {.start = 1};
  layout->failed = false;
  enter(layout, 0, &whole);
  while (layout->stack.size > 0 && !layout->failed && !layout->stack.error) {
    struct part *part = top_of(layout);
    if (part->at < part->end) {
      step(layout, part);
      continue;
    }
    copy(layout, 1);
    layout->stack.size -= sizeof *part;
  }
  layout->stack.size = 0;
  return layout->failed;
}

static int lay_out(pier_buffer *out, const pier_buffer *line, const pier_buffer *nodes,
                   unsigned width) {
  static const int64_t indents[] = {-1, 4, 1};
  struct layout layout;
  size_t i = 0;
  int error;
  memset(&layout, 0, sizeof layout);
  layout.text = line->data;
  layout.nodes = (const uint64_t *)(const void *)nodes->data;
  layout.width = width;
  layout.most = length_of(&layout, 0);
  do
    layout.indent = indents[i++];
  while (i < sizeof indents / sizeof indents[0] && walk(&layout));
  layout.out = out;
  if (!layout.stack.error) walk(&layout);
  error = layout.stack.error ? layout.stack.error : out->error;
  pier_buffer_free(&layout.stack);
  return error;
}

int pier__print_pretty(pier_buffer *out, const uint8_t *at, unsigned width) {
  pier_buffer line = PIER_BUFFER_INIT, nodes = PIER_BUFFER_INIT;
  int error = pier__print_flat(&line, at, PIER_TEXT_PRETTY, &nodes);
  if (!error) error = pier_buffer_append_byte(&line, 0); /* where the last character ends */
  if (!error) error = lay_out(out, &line, &nodes, width);
  pier_buffer_free(&line);
  pier_buffer_free(&nodes);
  return error;
}
