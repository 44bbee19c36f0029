/* Sizes and types of the segments of a binary: `:Size/type-unit:U`. */
#include "term/text_bits.h"
#include "term/view.h"

#include <string.h>

enum field { F_TYPE, F_LITTLE, F_SIGN, F_BITS, F_BYTES };

static const struct {
  const char *name;
  enum field field;
  int value;
} words[] = {{"integer", F_TYPE, PIER__S_INTEGER},
             {"float", F_TYPE, PIER__S_FLOAT},
             {"binary", F_TYPE, PIER__S_BINARY},
             {"bytes", F_BYTES, PIER__S_BINARY},
             {"bitstring", F_BITS, PIER__S_BINARY},
             {"bits", F_BITS, PIER__S_BINARY},
             {"utf8", F_TYPE, PIER__S_UTF8},
             {"utf16", F_TYPE, PIER__S_UTF16},
             {"utf32", F_TYPE, PIER__S_UTF32},
             {"big", F_LITTLE, 0},
             {"little", F_LITTLE, 1},
             {"native", F_LITTLE, 2},
             {"signed", F_SIGN, 1},
             {"unsigned", F_SIGN, 0}};

static bool merge(int *have, int none, int value) {
  if (*have != none && *have != value) return false;
  *have = value;
  return true;
}

static bool apply_word(pier__segment *segment, enum field field, int value) {
  int type = segment->type;
  bool fine = true;
  if (field == F_LITTLE) return merge(&segment->little, -1, value);
  if (field == F_SIGN) return merge(&segment->is_signed, -1, value);
  if (field == F_BYTES) fine = merge(&segment->unit, 0, 8);
  if (field == F_BITS) fine = merge(&segment->unit, 0, 1);
  fine = merge(&type, PIER__S_NONE, value) && fine;
  segment->type = (pier__segment_type)type;
  return fine;
}

static bool is_word(const pier__parser *parser, const char *word) {
  pier_span text = parser->token.text;
  return parser->token.kind == PIER__T_ATOM && text.size == strlen(word) &&
         memcmp(text.data, word, text.size) == 0;
}

static bool is_sign(const pier__parser *parser, uint32_t sign) {
  return parser->token.kind == PIER__T_SIGN && parser->token.value == sign;
}

/* An integer token that is small enough to be a size. */
static int take_count(pier__parser *parser, int64_t most, int64_t *count) {
  size_t from = parser->out->size;
  pier__view view;
  int error;
  if (parser->token.kind != PIER__T_INTEGER && parser->token.kind != PIER__T_CHAR)
    return pier__parser_fail(parser, PIER_ETEXT, "a number is expected here in the binary");
  error = pier__parse_number(parser);
  if (error) return error;
  pier__view_at(&view, parser->out->data + from);
  parser->out->size = from;
  if (view.size > 0 || view.magnitude > (uint64_t)most)
    return pier__parser_fail(parser, PIER_ELIMIT, "the number before this is too big here");
  *count = (int64_t)view.magnitude;
  return 0;
}

static int take_unit(pier__parser *parser, pier__segment *segment) {
  int64_t unit = 0;
  int error = pier__parser_advance(parser);
  if (!error && !is_sign(parser, ':'))
    return pier__parser_fail(parser, PIER_ETEXT, "unit is written unit:N");
  if (!error) error = pier__parser_advance(parser);
  if (!error) error = take_count(parser, 256, &unit);
  if (error) return error;
  if (unit == 0 || !merge(&segment->unit, 0, (int)unit))
    return pier__parser_fail(parser, PIER_ETEXT, "a unit is 1 to 256 and given once");
  return 0;
}

static int take_word(pier__parser *parser, pier__segment *segment) {
  size_t i;
  if (is_word(parser, "unit")) return take_unit(parser, segment);
  for (i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (!is_word(parser, words[i].name)) continue;
    if (!apply_word(segment, words[i].field, words[i].value))
      return pier__parser_fail(parser, PIER_ETEXT, "this type contradicts the ones before");
    return pier__parser_advance(parser);
  }
  return pier__parser_fail(parser, PIER_ETEXT, "not a type of a binary's segment");
}

static int take_size(pier__parser *parser, pier__segment *segment) {
  int error = pier__parser_advance(parser);
  bool paren = is_sign(parser, '(');
  if (!error && paren) error = pier__parser_advance(parser);
  if (!error) error = take_count(parser, INT32_MAX, &segment->size);
  if (error || !paren) return error;
  if (!is_sign(parser, ')'))
    return pier__parser_fail(parser, PIER_ETEXT, ") is expected after the size");
  return pier__parser_advance(parser);
}

static int take_spec(pier__parser *parser, pier__segment *segment) {
  int error = 0;
  if (is_sign(parser, ':')) error = take_size(parser, segment);
  if (error || !is_sign(parser, '/')) return error;
  do {
    error = pier__parser_advance(parser);
    if (!error) error = take_word(parser, segment);
  } while (!error && is_sign(parser, '-'));
  return error;
}

/* Fills in what was not said. */
static int complete(pier__parser *parser, pier__segment *segment) {
  bool utf = segment->type >= PIER__S_UTF8, sized = segment->size != PIER__NO_SIZE;
  if (segment->type == PIER__S_NONE) segment->type = PIER__S_INTEGER;
  if (utf && (sized || segment->unit > 0))
    return pier__parser_fail(parser, PIER_ETEXT, "utf8, utf16 and utf32 have no size or unit");
  if (segment->type == PIER__S_INTEGER || segment->type == PIER__S_FLOAT) {
    if (!sized && segment->unit > 0)
      return pier__parser_fail(parser, PIER_ETEXT, "a unit needs a size");
    if (!sized) segment->size = segment->type == PIER__S_INTEGER ? 8 : 64;
  }
  if (segment->unit == 0) segment->unit = segment->type == PIER__S_BINARY ? 8 : 1;
  if (segment->little == 2) segment->little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
  if (!utf && segment->type != PIER__S_BINARY &&
      (uint64_t)segment->size * (unsigned)segment->unit / 8 > parser->limits->inflated)
    return pier__parser_fail(parser, PIER_ELIMIT, "a binary bigger than the limit");
  return 0;
}

int pier__parse_segment_type(pier__parser *parser, pier__segment *segment) {
  int error = take_spec(parser, segment);
  return error ? error : complete(parser, segment);
}
