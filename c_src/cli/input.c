/* Cuts standard input into commands. */
#include "cli/input.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 65536 };

/* Where a term ends: a full stop outside quotes, comments and $., followed by
 * white space, a comment or the end. */
enum { NORMAL, STOP, STRING, STRING_ESCAPE, ATOM, ATOM_ESCAPE, DOLLAR, DOLLAR_ESCAPE, COMMENT };
enum { OTHER, SPACE, NEWLINE, QUOTE, TICK, BACKSLASH, PERCENT, MONEY, DOT };
enum { STATES = COMMENT + 1, CLASSES = DOT + 1, FOUND = STATES };

static const uint8_t next_state[STATES][CLASSES] = {
    /*                  other   space   newline quote   tick    backslash      %        $ . */
    [NORMAL] = {NORMAL, NORMAL, NORMAL, STRING, ATOM, NORMAL, COMMENT, DOLLAR, STOP},
    [STOP] = {NORMAL, FOUND, FOUND, STRING, ATOM, NORMAL, FOUND, DOLLAR, STOP},
    [STRING] = {STRING, STRING, STRING, NORMAL, STRING, STRING_ESCAPE, STRING, STRING, STRING},
    [STRING_ESCAPE] = {STRING, STRING, STRING, STRING, STRING, STRING, STRING, STRING, STRING},
    [ATOM] = {ATOM, ATOM, ATOM, ATOM, NORMAL, ATOM_ESCAPE, ATOM, ATOM, ATOM},
    [ATOM_ESCAPE] = {ATOM, ATOM, ATOM, ATOM, ATOM, ATOM, ATOM, ATOM, ATOM},
    [DOLLAR] = {NORMAL, NORMAL, NORMAL, NORMAL, NORMAL, DOLLAR_ESCAPE, NORMAL, NORMAL, NORMAL},
    [DOLLAR_ESCAPE] = {NORMAL, NORMAL, NORMAL, NORMAL, NORMAL, NORMAL, NORMAL, NORMAL, NORMAL},
    [COMMENT] = {COMMENT, COMMENT, NORMAL, COMMENT, COMMENT, COMMENT, COMMENT, COMMENT,
                 COMMENT},
};

static const uint8_t class_of[256] = {
    [' '] = SPACE,   ['\t'] = SPACE,     ['\r'] = SPACE, ['\v'] = SPACE,
    ['\f'] = SPACE,  ['\n'] = NEWLINE,   ['"'] = QUOTE,  ['\''] = TICK,
    ['%'] = PERCENT, ['\\'] = BACKSLASH, ['$'] = MONEY,  ['.'] = DOT,
};

/* A JSON value ends with the bracket or quote that closes it; a number or word in
 * front of what cannot belong to it. Whether it is one is not asked here. */
enum { BEFORE, WORD, INSIDE, QUOTED, QUOTED_ESCAPE };

static size_t find_json_end(pier__input *input) {
  const uint8_t *data = input->rest.data;
  for (; input->looked < input->rest.size; input->looked++) {
    uint8_t byte = data[input->looked];
    int blank = byte == ' ' || (byte >= '\t' && byte <= '\r');
    int open = byte == '[' || byte == '{', close = byte == ']' || byte == '}';
    if (input->state == QUOTED_ESCAPE) {
      input->state = QUOTED;
    } else if (input->state == QUOTED) {
      if (byte == '\\') input->state = QUOTED_ESCAPE;
      if (byte != '"') continue;
      if (input->depth == 0) return input->looked + 1 - input->start;
      input->state = INSIDE;
    } else if (input->state == WORD) {
      if (blank || open || byte == '"') return input->looked - input->start;
    } else if (byte == '"') {
      input->state = QUOTED;
    } else if (open) {
      input->state = INSIDE;
      input->depth++;
    } else if (close && input->depth > 0) {
      if (--input->depth == 0) return input->looked + 1 - input->start;
    } else if (!blank && input->state == BEFORE) {
      input->state = WORD;
    }
  }
  return 0;
}

/* The length of the line (its newline included) or term (its full stop included)
 * that begins at `start`; 0 if it is not complete. */
static size_t find_end(pier__input *input) {
  const uint8_t *data = input->rest.data;
  size_t size = input->rest.size;
  if (input->mode == PIER__INPUT_JSON) return find_json_end(input);
  for (; input->looked < size; input->looked++) {
    uint8_t class = class_of[data[input->looked]];
    unsigned state;
    if (input->mode == PIER__INPUT_LINE) {
      if (class == NEWLINE) return input->looked + 1 - input->start;
      continue;
    }
    state = next_state[input->state][class];
    if (state == FOUND) return input->looked - input->start;
    input->state = state;
  }
  return 0;
}

void pier__input_place(const pier__input *input, pier_diag *diag) {
  diag->offset += input->offset;
  if (diag->line == 1) diag->column += input->column;
  if (diag->line) diag->line += input->line;
}

int pier__input_term(const pier__input *input, pier_span text, pier_buffer *term,
                     pier_diag *diag) {
  size_t used;
  int got = pier_term_read(term, text, input->limits, &used, diag);
  /* The last term of the input may do without its full stop. */
  if (got < 0 && input->ended) {
    pier_buffer_clear(term);
    got = pier_term_read(term, text, input->limits, NULL, diag);
  }
  return got;
}

static int send_term(pier__input *input, pier_span text, pier__input_send *send, void *context,
                     pier_diag *diag) {
  pier_buffer term = PIER_BUFFER_INIT;
  int got = pier__input_term(input, text, &term, diag);
  if (got < 0)
    pier__input_place(input, diag);
  else if (got == 0)
    got = send(context, pier_buffer_span(&term));
  else
    got = 0; /* white space and comments */
  pier_buffer_free(&term);
  return got;
}

/* Moves the start behind the `part` that begins there. */
static void pass(pier__input *input, pier_span part) {
  size_t at;
  for (at = 0; at < part.size; at++) {
    uint8_t byte = part.data[at];
    if (byte == '\n') {
      input->line++;
      input->column = 0;
    } else if ((byte & 0xc0) != 0x80) { /* not inside a UTF-8 character */
      input->column++;
    }
  }
  input->offset += part.size;
  input->start += part.size;
  input->looked = input->start;
  input->state = NORMAL;
  input->depth = 0;
}

static int send_part(pier__input *input, size_t size, pier__input_send *send, void *context,
                     pier_diag *diag) {
  pier_span whole = pier_span_of(input->rest.data + input->start, size);
  pier_span part = whole;
  int got;
  if (input->mode == PIER__INPUT_TERM) {
    got = send_term(input, part, send, context, diag);
  } else {
    if (input->mode == PIER__INPUT_LINE && part.data[size - 1] == '\n') part.size--;
    got = send(context, part);
  }
  pass(input, whole);
  return got;
}

/* What has no end yet must not grow beyond the limit. */
static int check_rest(const pier__input *input, pier_diag *diag) {
  pier_limits limits;
  pier_limits_init(&limits);
  if (input->limits) limits = *input->limits;
  if (input->rest.size - input->start <= limits.text) return 0;
  return pier_diag_set(diag, PIER_ELIMIT, input->offset, "no end of it within %zu bytes",
                       limits.text);
}

static int keep(pier__input *input, const uint8_t *bytes, size_t size, pier__input_send *send,
                void *context, pier_diag *diag) {
  size_t end;
  int got = pier_buffer_append(&input->rest, bytes, size);
  while (got == 0 && (end = find_end(input)) > 0)
    got = send_part(input, end, send, context, diag);
  if (got == 0 && input->ended && input->rest.size > input->start)
    got = send_part(input, input->rest.size - input->start, send, context, diag);
  if (got == 0) got = check_rest(input, diag);
  pier_buffer_consume(&input->rest, input->start);
  input->looked -= input->start;
  input->start = 0;
  return got;
}

int pier__input_read(pier__input *input, pier__input_send *send, void *context,
                     pier_diag *diag) {
  static uint8_t chunk[CHUNK];
  ssize_t count = read(input->fd, chunk, sizeof chunk);
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return 0;
  if (count < 0) {
    input->ended = 1;
    return pier_diag_set(diag, -errno, 0, "%s", strerror(errno));
  }
  input->ended = count == 0;
  if (input->mode != PIER__INPUT_RAW)
    return keep(input, chunk, (size_t)count, send, context, diag);
  return count ? send(context, pier_span_of(chunk, (size_t)count)) : 0;
}

void pier__input_free(pier__input *input) {
  pier_buffer_free(&input->rest);
}
