#include "term/text_parse.h"

#include "term/emit.h"
#include "term/view.h"

#include <string.h>

/* What may come next inside a bracket. */
enum step {
  FIRST,     /* a part, or the closing bracket at once */
  PART,      /* a part */
  AFTER,     /* a comma, the closing bracket (in a list: a bar) */
  TAIL,      /* the part after a bar */
  AFTER_TAIL /* only the closing bracket */
};

enum { HEAD = 5, SMALL_MOVE = 256 };

void pier__parser_init(pier__parser *parser, pier_buffer *out, pier_span text,
                       const pier_limits *limits) {
  memset(parser, 0, offsetof(pier__parser, few));
  pier__lexer_init(&parser->lexer, text, false);
  parser->out = out;
  parser->limits = limits;
  parser->frames = parser->few;
  parser->depth = 0;
  parser->room = PIER__FEW_FRAMES;
  parser->sign = 0;
  parser->value_is_string = parser->value_in_place = parser->loose = false;
  parser->last_bits = 8;
  parser->directive = NULL;
  parser->context = NULL;
  parser->fault = NULL;
  parser->fault_at = 0;
}

void pier__parser_free(pier__parser *parser) {
  if (parser->frames != parser->few) pier_free(parser->frames);
  pier_buffer_free(&parser->bits);
}

int pier__parser_fail(pier__parser *parser, int error, const char *fault) {
  parser->fault = fault;
  parser->fault_at = parser->token.offset;
  return error;
}

int pier__parser_advance(pier__parser *parser) {
  int error = pier__lexer_next(&parser->lexer, &parser->token);
  if (error) {
    parser->fault = parser->lexer.fault;
    parser->fault_at = parser->lexer.fault_at;
  }
  return error;
}

static int grow_stack(pier__parser *parser) {
  size_t room = parser->room * 2;
  bool first = parser->frames == parser->few;
  pier__frame *frames =
      pier_realloc(first ? NULL : parser->frames, room * sizeof *parser->frames);
  if (!frames) return PIER_ENOMEM;
  if (first) memcpy(frames, parser->few, sizeof parser->few);
  parser->frames = frames;
  parser->room = room;
  return 0;
}

static int open_bracket(pier__parser *parser, pier__bracket bracket) {
  pier__frame *frame;
  if (parser->depth >= parser->limits->depth)
    return pier__parser_fail(parser, PIER_EDEPTH, "nested deeper than the limit");
  if (parser->depth == parser->room && grow_stack(parser) < 0) return PIER_ENOMEM;
  frame = &parser->frames[parser->depth++];
  memset(frame, 0, sizeof *frame);
  frame->bracket = (uint8_t)bracket;
  frame->start = parser->out->size;
  frame->bytes = true;
  if (bracket == PIER__IN_BITS) pier__open_bits(parser, frame);
  if (bracket == PIER__IN_LIST) pier_write_list_begin(parser->out);
  if (bracket == PIER__IN_TUPLE) pier_write_tuple_begin(parser->out);
  if (bracket == PIER__IN_MAP) pier_write_map_begin(parser->out);
  if (parser->out->error) return parser->out->error;
  return pier__parser_advance(parser);
}

/* A tuple begins with room for four bytes of count; one is enough for most. */
static void close_tuple(pier__parser *parser, const pier__frame *frame) {
  uint8_t *head = parser->out->data + frame->start;
  size_t inside = parser->out->size - frame->start - HEAD;
  pier__store32(head + 1, frame->count);
  if (frame->count > UINT8_MAX) return;
  if (inside > SMALL_MOVE) {
    parser->loose = true; /* moving much at each level would take for ever */
    return;
  }
  head[0] = ERL_SMALL_TUPLE_EXT;
  head[1] = (uint8_t)frame->count;
  memmove(head + 2, head + HEAD, inside);
  parser->out->size -= HEAD - 2;
}

static void close_list(pier__parser *parser, const pier__frame *frame) {
  uint8_t *head = parser->out->data + frame->start;
  size_t i;
  if (frame->step != AFTER_TAIL) pier_buffer_append_byte(parser->out, ERL_NIL_EXT);
  if (parser->out->error) return;
  head = parser->out->data + frame->start;
  pier__store32(head + 1, frame->count);
  if (frame->step == AFTER_TAIL) {
    parser->loose = true; /* the tail may be a list, then both are one */
  } else if (frame->count == 0) {
    head[0] = ERL_NIL_EXT;
    parser->out->size = frame->start + 1;
  } else if (frame->bytes && frame->count <= PIER__STRING_BYTES) {
    for (i = 0; i < frame->count; i++)
      head[3 + i] = head[HEAD + 1 + 2 * i];
    head[0] = ERL_STRING_EXT;
    head[1] = (uint8_t)(frame->count >> 8);
    head[2] = (uint8_t)frame->count;
    parser->out->size = frame->start + 3 + frame->count;
  }
}

static int close_bracket(pier__parser *parser) {
  pier__frame frame = parser->frames[--parser->depth];
  int error = 0;
  if (frame.bracket != PIER__IN_PAREN) parser->value_is_string = parser->value_in_place = false;
  switch (frame.bracket) {
  case PIER__IN_LIST:
    close_list(parser, &frame);
    break;
  case PIER__IN_TUPLE:
    close_tuple(parser, &frame);
    break;
  case PIER__IN_MAP:
    pier__store32(parser->out->data + frame.start + 1, frame.count / 2);
    if (frame.count > 2) parser->loose = true;
    break;
  case PIER__IN_BITS:
    error = pier__close_bits(parser, &frame);
    break;
  default:
    break;
  }
  if (!error) error = parser->out->error;
  return error ? error : pier__parser_advance(parser);
}

static bool is_sign(const pier__parser *parser, uint32_t sign) {
  return parser->token.kind == PIER__T_SIGN && parser->token.value == sign;
}

static bool at_closing(const pier__parser *parser, const pier__frame *frame) {
  static const char closing[] = {']', '}', '}', ')'};
  if (frame->bracket == PIER__IN_BITS) return parser->token.kind == PIER__T_CLOSE_BITS;
  return is_sign(parser, (uint32_t)closing[frame->bracket]);
}

bool pier__parser_in_tail(const pier__frame *frame) {
  return frame->step == TAIL;
}

static int call_directive(pier__parser *parser) {
  int error;
  /* Terms from elsewhere may have any form, lists of characters too. */
  parser->loose = parser->loose || memchr("tTs", (int)parser->token.value, 3) != NULL;
  error = parser->directive(parser->context, parser->token.value, parser->out, &parser->fault);
  if (error) {
    parser->fault_at = parser->token.offset;
    return error;
  }
  return pier__parser_advance(parser);
}

static int fail_value(pier__parser *parser) {
  static const char *const faults[] = {"the text ends where a term is expected",
                                       "a full stop where a term is expected"};
  if (parser->token.kind <= PIER__T_DOT)
    return pier__parser_fail(parser, PIER_ETEXT, faults[parser->token.kind]);
  if (parser->token.kind == PIER__T_VARIABLE)
    return pier__parser_fail(parser, PIER_ETEXT, "a variable is not a term");
  if (is_sign(parser, '#'))
    return pier__parser_fail(parser, PIER_ETEXT,
                             "after # comes { (records and identifiers cannot be read)");
  return pier__parser_fail(parser, PIER_ETEXT, "a term is expected here");
}

static int open_map(pier__parser *parser) {
  int error = pier__parser_advance(parser);
  if (error) return error;
  return is_sign(parser, '{') ? open_bracket(parser, PIER__IN_MAP) : fail_value(parser);
}

static int begin_sign(pier__parser *parser) {
  switch (parser->token.value) {
  case '[':
    return open_bracket(parser, PIER__IN_LIST);
  case '{':
    return open_bracket(parser, PIER__IN_TUPLE);
  case '#':
    return open_map(parser);
  default:
    return fail_value(parser);
  }
}

static bool is_number(const pier__parser *parser) {
  pier__token_kind kind = parser->token.kind;
  return kind == PIER__T_INTEGER || kind == PIER__T_FLOAT || kind == PIER__T_CHAR;
}

/* Takes a whole value of one token, or opens a bracket. 1 if a value is whole. */
static int begin_value(pier__parser *parser) {
  size_t depth = parser->depth;
  int error;
  parser->value_is_string = parser->value_in_place = false;
  if (is_number(parser)) {
    error = pier__parse_number(parser);
    return error ? error : 1;
  }
  if (is_sign(parser, '(')) return open_bracket(parser, PIER__IN_PAREN);
  if (parser->sign)
    return pier__parser_fail(parser, PIER_ETEXT, "a sign needs a number after it");
  if (is_sign(parser, '-') || is_sign(parser, '+')) {
    parser->sign = (char)parser->token.value;
    return pier__parser_advance(parser);
  }
  switch (parser->token.kind) {
  case PIER__T_ATOM:
    if (parser->token.text.size == 3 && memcmp(parser->token.text.data, "fun", 3) == 0) {
      error = pier__parser_advance(parser);
      if (!error) error = pier__parse_fun(parser);
      break;
    }
    error = pier__parse_atom(parser);
    break;
  case PIER__T_QUOTED:
    error = pier__parse_atom(parser);
    break;
  case PIER__T_STRING:
    error = pier__parse_strings(parser);
    break;
  case PIER__T_DIRECTIVE:
    error = call_directive(parser);
    break;
  case PIER__T_OPEN_BITS:
    error = open_bracket(parser, PIER__IN_BITS);
    break;
  default:
    error = begin_sign(parser);
  }
  return error ? error : parser->depth == depth;
}

/* A value has just been written; its frame takes notice. */
static int take_value(pier__parser *parser, pier__frame *frame, size_t from) {
  if (frame->count == UINT32_MAX) return PIER_ELIMIT;
  if (frame->bracket == PIER__IN_BITS) {
    int error = pier__parse_segment(parser, frame);
    if (error) return error;
  }
  if (frame->step == TAIL) {
    frame->step = AFTER_TAIL;
    return 0;
  }
  frame->count++;
  frame->bytes = frame->bytes && parser->out->data[from] == ERL_SMALL_INTEGER_EXT;
  frame->step = AFTER;
  return 0;
}

static int fail_after(pier__parser *parser, const pier__frame *frame) {
  static const char *const faults[] = {
      "a comma, | or ] is expected in this list", "a comma or } is expected in this tuple",
      "a comma or } is expected in this map", ") is expected here",
      "a comma or >> is expected in this binary"};
  if (frame->step == AFTER_TAIL)
    return pier__parser_fail(parser, PIER_ETEXT, "] is expected after the tail of this list");
  if (frame->bracket == PIER__IN_MAP && frame->count % 2 == 1)
    return pier__parser_fail(parser, PIER_ETEXT, "=> is expected after the key");
  return pier__parser_fail(parser, PIER_ETEXT, faults[frame->bracket]);
}

/* What comes after a part: sets the next step, or leaves the bracket open for
 * at_closing to close. */
static int take_separator(pier__parser *parser, pier__frame *frame) {
  bool key = frame->bracket == PIER__IN_MAP && frame->count % 2 == 1;
  if (key ? parser->token.kind == PIER__T_ARROW
          : is_sign(parser, ',') && frame->step == AFTER && frame->bracket != PIER__IN_PAREN) {
    frame->step = PART;
    return pier__parser_advance(parser);
  }
  if (is_sign(parser, '|') && frame->bracket == PIER__IN_LIST && frame->step == AFTER) {
    frame->step = TAIL;
    return pier__parser_advance(parser);
  }
  return fail_after(parser, frame);
}

static bool may_close(const pier__parser *parser, const pier__frame *frame) {
  if (!at_closing(parser, frame)) return false;
  if (frame->bracket == PIER__IN_MAP && frame->count % 2 == 1) return false;
  if (frame->step == FIRST) return frame->bracket != PIER__IN_PAREN;
  return frame->step == AFTER || frame->step == AFTER_TAIL;
}

int pier__parse_term(pier__parser *parser) {
  size_t from = parser->out->size;
  int error = pier__parser_advance(parser);
  bool whole = false;
  if (error || parser->token.kind == PIER__T_END) return error;
  for (;;) {
    pier__frame *frame = parser->depth > 0 ? &parser->frames[parser->depth - 1] : NULL;
    if (whole && !frame) return parser->out->error;
    if (whole) error = take_value(parser, frame, from);
    whole = false;
    if (error) return error;
    if (frame && may_close(parser, frame) && !parser->sign) {
      from = frame->start;
      error = close_bracket(parser);
      whole = true;
    } else if (frame && frame->step >= AFTER && frame->step != TAIL) {
      error = take_separator(parser, frame);
    } else {
      from = parser->out->size;
      error = begin_value(parser);
      whole = error == 1;
      if (whole) error = 0;
    }
    if (error) return error;
  }
}
