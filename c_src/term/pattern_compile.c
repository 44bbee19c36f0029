#include "term/pattern_compile.h"

#include <string.h>

/* A pattern becomes ops in the order of its text, with a stack of open brackets. */

static int push(pier__compiler *c, pier__bracket bracket, pier__code code) {
  pier__pattern_frame *frame;
  uint32_t op = (uint32_t)c->shop->op_count;
  if (c->depth == PIER__PATTERN_DEPTH)
    return pier__compiler_fail(c, "the pattern is nested too deep");
  if (!pier__compiler_emit(c, code)) return PIER_ENOMEM;
  frame = &c->frames[c->depth++];
  memset(frame, 0, sizeof *frame);
  frame->bracket = (uint8_t)bracket;
  frame->op = frame->parent = op;
  return 0;
}

static int open_bracket(pier__compiler *c, pier__bracket bracket, pier__code code) {
  int error = push(c, bracket, code);
  return error ? error : pier__compiler_advance(c);
}

/* Begins a term: 1 if it is whole, 0 if a bracket is open. */
static int begin(pier__compiler *c) {
  int error;
  if (pier__compiler_at(c, '{')) return open_bracket(c, PIER__IN_TUPLE, PIER__DO_TUPLE);
  if (pier__compiler_at(c, '[')) return open_bracket(c, PIER__IN_LIST, PIER__DO_LIST);
  if (pier__compiler_at(c, '#')) {
    error = pier__compiler_advance(c);
    if (error) return error;
    if (!pier__compiler_at(c, '{')) return pier__compiler_fail(c, "after # comes {");
    return open_bracket(c, PIER__IN_MAP, PIER__DO_MAP);
  }
  if (c->token.kind == PIER__T_VARIABLE) return pier__compile_any(c, PIER__DO_ANY);
  if (c->token.kind == PIER__T_DIRECTIVE) return pier__compile_directive(c, PIER__DO_STORE);
  return pier__compile_literal(c);
}

/* Ends the innermost bracket with an op of its own (PIER__DO_DONE: none). */
static int pop(pier__compiler *c, pier__code code) {
  if (code != PIER__DO_DONE && !pier__compiler_emit(c, code)) return PIER_ENOMEM;
  c->depth--;
  return pier__compiler_advance(c);
}

/* The comma or bar between parts. */
static int next_part(pier__compiler *c, pier__pattern_frame *frame, const char *fault) {
  bool bar = frame->bracket != PIER__IN_TUPLE && pier__compiler_at(c, '|');
  if (!bar && !pier__compiler_at(c, ',')) return pier__compiler_fail(c, fault);
  frame->step = bar ? PIER__TAIL : PIER__PART;
  return pier__compiler_advance(c);
}

static int step_tuple(pier__compiler *c, pier__pattern_frame *frame) {
  if (pier__compiler_at(c, '}') && frame->step != PIER__PART) {
    c->shop->ops[frame->op].count = frame->count;
    return pop(c, PIER__DO_DONE);
  }
  if (frame->step == PIER__AFTER)
    return next_part(c, frame, "a comma or } is expected in this tuple");
  frame->step = PIER__AFTER;
  frame->count++;
  return begin(c);
}

/* ---- Lists --------------------------------------------------------------- */

static int close_list(pier__compiler *c, pier__pattern_frame *frame) {
  uint8_t last = frame->close;
  if (frame->inner > 0) {
    frame->inner--;
    frame->step = PIER__CLOSING;
    return pier__compiler_advance(c);
  }
  if (last == PIER__DO_DONE || last == PIER__DO_TAIL_END) return pop(c, last);
  return pop(c, PIER__DO_LIST_END);
}

/* After the bar. Another list goes on with the same one. */
static int compile_tail(pier__compiler *c, pier__pattern_frame *frame) {
  bool rest = c->token.kind == PIER__T_DIRECTIVE && c->token.value == 'T';
  int error;
  if (pier__compiler_at(c, '[')) {
    frame->inner++;
    frame->step = PIER__FIRST;
    return pier__compiler_advance(c);
  }
  if (c->token.kind == PIER__T_DIRECTIVE && c->token.value == 't')
    return pier__compiler_fail(c, "the rest of a list is taken with ~T");
  if (c->token.kind == PIER__T_STRING)
    return pier__compiler_fail(c, "a string cannot be a tail in a pattern");
  if (rest || c->token.kind == PIER__T_VARIABLE) {
    frame->close = PIER__DO_DONE;
    error = rest ? pier__compile_directive(c, PIER__DO_REST)
                 : pier__compile_any(c, PIER__DO_IGNORE);
  } else {
    frame->close = PIER__DO_TAIL_END;
    if (!pier__compiler_emit(c, PIER__DO_TAIL)) return PIER_ENOMEM;
    error = begin(c);
  }
  frame->step = PIER__CLOSING;
  return error;
}

static int step_list(pier__compiler *c, pier__pattern_frame *frame) {
  if (frame->step == PIER__TAIL) return compile_tail(c, frame);
  if (pier__compiler_at(c, ']') && frame->step != PIER__PART) return close_list(c, frame);
  if (frame->step == PIER__CLOSING)
    return pier__compiler_fail(c, "] is expected after the tail");
  if (frame->step == PIER__AFTER)
    return next_part(c, frame, "a comma, | or ] is expected in this list");
  frame->count++;
  if (!pier__compiler_emit(c, PIER__DO_ELEMENT)) return PIER_ENOMEM;
  frame->step = PIER__AFTER;
  return begin(c);
}

/* ---- Maps ---------------------------------------------------------------- */

/* The same key, as far as its words are the same ops. */
static bool same_key(const pier__workshop *shop, uint32_t a, uint32_t b) {
  const pier__op *x, *y;
  do {
    x = &shop->ops[++a];
    y = &shop->ops[++b];
    if (x->code != y->code || x->count != y->count || x->whole != y->whole) return false;
    if (x->size != y->size ||
        (x->size > 0 && memcmp(shop->data + x->data, shop->data + y->data, x->size) != 0))
      return false;
  } while (x->code != PIER__DO_KEY_END);
  return true;
}

/* A map that has no other keys has as many as the pattern, so each of them has
 * to be there once. */
static int check_keys(pier__compiler *c, const pier__pattern_frame *frame) {
  uint32_t keys[PIER__PATTERN_KEYS], count = 0, i, k;
  if (frame->count > PIER__PATTERN_KEYS)
    return pier__compiler_fail(c, "more than 255 keys in this map");
  for (i = frame->op + 1; i < c->shop->op_count; i++) {
    const pier__op *op = &c->shop->ops[i];
    if (op->code != PIER__DO_KEY || op->parent != frame->op) continue;
    for (k = 0; k < count; k++)
      if (same_key(c->shop, keys[k], i))
        return pier__compiler_fail(c, "a key comes twice in this map");
    keys[count++] = i;
  }
  c->shop->ops[frame->op].flag = true;
  return 0;
}

static int close_map(pier__compiler *c, pier__pattern_frame *frame) {
  int error = 0;
  if (c->keys > 0 || frame->close == PIER__DO_MAP_END) error = check_keys(c, frame);
  c->shop->ops[frame->op].count = frame->count;
  return error ? error : pop(c, PIER__DO_MAP_END);
}

/* After the bar: #{} for no other keys, _ for whatever there is. */
static int compile_others(pier__compiler *c, pier__pattern_frame *frame) {
  static const char wanted[] = "after the | of a map comes #{} or _";
  int error;
  frame->step = PIER__CLOSING;
  if (c->token.kind == PIER__T_VARIABLE && c->keys == 0 && c->token.text.data[0] == '_')
    return pier__compiler_advance(c);
  if (!pier__compiler_at(c, '#')) return pier__compiler_fail(c, wanted);
  error = pier__compiler_advance(c);
  if (error) return error;
  if (!pier__compiler_at(c, '{')) return pier__compiler_fail(c, wanted);
  error = pier__compiler_advance(c);
  if (error) return error;
  if (!pier__compiler_at(c, '}')) return pier__compiler_fail(c, wanted);
  frame->close = PIER__DO_MAP_END;
  return pier__compiler_advance(c);
}

static int begin_key(pier__compiler *c, pier__pattern_frame *frame) {
  uint32_t key = (uint32_t)c->shop->op_count;
  int error;
  frame->step = PIER__AFTER;
  frame->count++;
  frame->parent = frame->op;
  error = push(c, (pier__bracket)PIER__IN_KEY, PIER__DO_KEY);
  if (error) return error;
  frame->parent = key;
  c->keys++;
  return begin(c);
}

/* After the key its arrow, then the value, which belongs to the map's frame. */
static int step_key(pier__compiler *c, const pier__pattern_frame *frame) {
  pier__op *key = &c->shop->ops[frame->op];
  size_t end = c->token.offset;
  int error;
  if (c->token.kind != PIER__T_ARROW)
    return pier__compiler_fail(c, "=> is expected after the key");
  while (end > key->from && c->lexer.text.data[end - 1] <= ' ')
    end--;
  key->words = (uint32_t)(end - key->from);
  c->keys--;
  error = pop(c, PIER__DO_KEY_END);
  return error ? error : begin(c);
}

static int step_map(pier__compiler *c, pier__pattern_frame *frame) {
  if (pier__compiler_at(c, '}') && frame->step != PIER__PART && frame->step != PIER__TAIL)
    return close_map(c, frame);
  if (frame->step == PIER__TAIL) return compile_others(c, frame);
  if (frame->step == PIER__CLOSING)
    return pier__compiler_fail(c, "} is expected after what follows the | of a map");
  if (frame->step == PIER__FIRST && pier__compiler_at(c, '|')) return next_part(c, frame, "");
  if (frame->step == PIER__AFTER)
    return next_part(c, frame, "a comma or } is expected in this map");
  return begin_key(c, frame);
}

/* ---- The whole ------------------------------------------------------------- */

static int step(pier__compiler *c) {
  pier__pattern_frame *frame = pier__compiler_top(c);
  switch (frame->bracket) {
  case PIER__IN_TUPLE:
    return step_tuple(c, frame);
  case PIER__IN_LIST:
    return step_list(c, frame);
  case PIER__IN_MAP:
    return step_map(c, frame);
  default:
    return step_key(c, frame);
  }
}

static int compile_all(pier__compiler *c) {
  int error = pier__compiler_advance(c);
  if (!error) error = begin(c);
  while (error >= 0 && c->depth > 0)
    error = step(c);
  if (error >= 0 && c->token.kind == PIER__T_DOT) error = pier__compiler_advance(c);
  if (error >= 0 && c->token.kind != PIER__T_END)
    error = pier__compiler_fail(c, "there is more text after the pattern");
  if (error >= 0 && !pier__compiler_emit(c, PIER__DO_DONE)) error = PIER_ENOMEM;
  return error < 0 ? error : 0;
}

/* What can be known of each op now that all are there. */
static void finish(pier__workshop *shop) {
  bool last = true;
  size_t i, k;
  for (i = shop->op_count; i-- > 0;) {
    pier__op *op = &shop->ops[i];
    op->last = last;
    if (op->code != PIER__DO_DONE && op->code != PIER__DO_MAP_END &&
        op->code != PIER__DO_TAIL_END)
      last = false;
    if (op->code != PIER__DO_ATOM) continue;
    op->flag = true;
    for (k = 0; k < op->size; k++)
      op->flag = op->flag && shop->data[op->data + k] < 128;
  }
  for (i = 0; i < shop->program.values; i++)
    if (pier__match_copies(shop->letters[i])) shop->program.copies = true;
  shop->program.ops = shop->ops;
  shop->program.data = shop->data;
}

int pier__workshop_compile(pier__workshop *shop, pier_span text, pier_diag *diag) {
  pier__compiler c;
  int error;
  memset(shop, 0, offsetof(pier__workshop, few_ops));
  shop->ops = shop->few_ops;
  shop->op_room = PIER__FEW_OPS;
  shop->data = shop->few_data;
  shop->data_room = PIER__FEW_DATA;
  shop->program.text = text;
  shop->program.letters = shop->letters;
  if (text.size > PIER__PATTERN_TEXT)
    return pier_diag_set(diag, PIER_EPATTERN, 0, "a pattern of more than 65535 bytes");
  pier__lexer_init(&c.lexer, text, true);
  c.shop = shop;
  c.diag = diag;
  c.depth = c.keys = 0;
  error = compile_all(&c);
  if (error == PIER_ENOMEM) pier_diag_set(diag, error, 0, "%s", pier_strerror(error));
  if (!error) finish(shop);
  return error;
}
