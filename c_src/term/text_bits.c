#include "term/emit.h"
#include "term/text_parse.h"
#include "term/view.h"

#include <math.h>
#include <string.h>

/* Segments of a binary, by the rules of erl_bits: <<Value:Size/type-unit:U>>.
 * The bytes of the binaries that are open lie behind each other in
 * parser->bits, the innermost last. */

enum type { T_NONE, T_INTEGER, T_FLOAT, T_BINARY, T_UTF8, T_UTF16, T_UTF32 };
enum { NO_SIZE = -1 };

struct segment {
  enum type type;
  int unit;   /* 0: not given */
  int little; /* -1: not given, as for is_signed */
  int is_signed;
  int64_t size; /* NO_SIZE: not given */
};

static const char bad_value[] = "this value does not fit its type in the binary";

/* ---- Writing bits ---------------------------------------------------- */

static void put_bits(pier__parser *parser, pier__frame *frame, unsigned value, unsigned count) {
  pier_buffer *bits = &parser->bits;
  unsigned used = bits->size > frame->bits ? frame->last_bits : 8;
  if (count == 0) return;
  value &= (1U << count) - 1;
  if (used < 8) {
    unsigned now = count < 8 - used ? count : 8 - used;
    bits->data[bits->size - 1] |= (uint8_t)((value >> (count - now)) << (8 - used - now));
    frame->last_bits = (uint8_t)(used + now);
    count -= now;
    if (count == 0) return;
  }
  pier_buffer_append_byte(bits, (uint8_t)(value << (8 - count)));
  frame->last_bits = (uint8_t)count;
}

static void put_bytes(pier__parser *parser, pier__frame *frame, const uint8_t *data,
                      size_t size, unsigned last) {
  size_t i;
  if (size == 0) return;
  if (parser->bits.size == frame->bits || frame->last_bits == 8) {
    pier_buffer_append(&parser->bits, data, size);
    if (parser->bits.error) return;
    frame->last_bits = (uint8_t)last;
    parser->bits.data[parser->bits.size - 1] &= (uint8_t)(0xff00U >> last);
    return;
  }
  for (i = 0; i + 1 < size && !parser->bits.error; i++)
    put_bits(parser, frame, data[i], 8);
  if (!parser->bits.error)
    put_bits(parser, frame, (unsigned)data[size - 1] >> (8 - last), last);
}

/* ---- Values ------------------------------------------------------------ */

/* Byte `index`, from the least, of a number in two's complement. */
struct integer {
  const uint8_t *magnitude;
  size_t size;
  size_t zeros; /* bytes that are zero at the least end */
  bool negative;
};

static void load_integer(struct integer *integer, const pier__view *view, uint8_t room[8]) {
  size_t i;
  integer->negative = view->negative;
  integer->magnitude = view->size > 0 ? view->data : room;
  integer->size = view->size > 0 ? view->size : 8;
  for (i = 0; i < 8; i++)
    room[i] = (uint8_t)(view->magnitude >> (8 * i));
  integer->zeros = 0;
  while (integer->zeros < integer->size && integer->magnitude[integer->zeros] == 0)
    integer->zeros++;
}

static unsigned integer_byte(const struct integer *integer, size_t index) {
  unsigned byte = index < integer->size ? integer->magnitude[index] : 0;
  if (!integer->negative || index < integer->zeros) return byte;
  return (index == integer->zeros ? 0x100U - byte : 0xffU - byte) & 0xff;
}

static int put_integer(pier__parser *parser, pier__frame *frame, const pier__view *view,
                       size_t bits, bool little) {
  uint8_t room[8];
  struct integer integer;
  size_t i, bytes = bits / 8;
  unsigned rest = bits % 8;
  if (view->kind != PIER__INT) return pier__parser_fail(parser, PIER_ETEXT, bad_value);
  load_integer(&integer, view, room);
  if (!little) put_bits(parser, frame, integer_byte(&integer, bytes), rest);
  for (i = 0; i < bytes && !parser->bits.error; i++)
    put_bits(parser, frame, integer_byte(&integer, little ? i : bytes - 1 - i), 8);
  if (little && !parser->bits.error)
    put_bits(parser, frame, integer_byte(&integer, bytes), rest);
  return parser->bits.error;
}

/* Digits beyond the first 1100 bits make any double infinite. */
static double integer_value(const pier__view *view) {
  double value = (double)view->magnitude;
  size_t i;
  if (view->size > 0)
    for (value = 0, i = view->size; i > 0 && isfinite(value); i--)
      value = value * 256 + view->data[i - 1];
  return view->negative ? -value : value;
}

/* IEEE 754 half precision, by way of the single that the BEAM goes through. */
static uint64_t half_bits(double value) {
  double single = (double)(float)value, size = fabs(single);
  int exponent;
  double scaled;
  uint64_t sign = signbit(value) ? 0x8000 : 0;
  if (size == 0) return sign;
  if (size >= 65520) return sign | 0x7c00; /* rounds to infinity */
  (void)frexp(size, &exponent);
  if (exponent < -13) exponent = -13;
  scaled = nearbyint(ldexp(size, 11 - exponent));
  return sign + (uint64_t)scaled + ((uint64_t)(exponent + 13) << 10);
}

/* What is too big for 32 or 16 bits becomes infinite there, as in the BEAM. */
static uint64_t float_bits(double value, int64_t width) {
  float single = (float)value;
  uint32_t word;
  uint64_t bits;
  if (width == 16) return half_bits(value);
  memcpy(&word, &single, sizeof single);
  memcpy(&bits, &value, sizeof value);
  return width == 32 ? word : bits;
}

static int put_float(pier__parser *parser, pier__frame *frame, const pier__view *view,
                     int64_t width, bool little) {
  uint64_t bits;
  int64_t i, bytes = width / 8;
  double value = view->kind == PIER__INT ? integer_value(view) : view->real;
  if (view->kind > PIER__FLOAT || (width != 16 && width != 32 && width != 64) ||
      !isfinite(value))
    return pier__parser_fail(parser, PIER_ETEXT, bad_value);
  bits = float_bits(value, width);
  for (i = 0; i < bytes && !parser->bits.error; i++)
    put_bits(parser, frame, (unsigned)(bits >> (8 * (little ? i : bytes - 1 - i))) & 0xff, 8);
  return parser->bits.error;
}

static int put_character(pier__parser *parser, pier__frame *frame, const pier__view *view,
                         const struct segment *segment) {
  uint32_t c = (uint32_t)view->magnitude;
  unsigned units[4], count = 0, wide = segment->type == T_UTF16 ? 2 : 4, i, b;
  uint8_t bytes[4];
  if (view->kind != PIER__INT || view->negative || view->size > 0 ||
      view->magnitude > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
    return pier__parser_fail(parser, PIER_ETEXT, bad_value);
  if (segment->type == T_UTF8) {
    put_bytes(parser, frame, bytes, pier__utf8_encode(bytes, c), 8);
    return parser->bits.error;
  }
  if (wide == 2 && c > 0xffff) {
    units[count++] = 0xd800 + ((c - 0x10000) >> 10);
    c = 0xdc00 + ((c - 0x10000) & 0x3ff);
  }
  units[count++] = c;
  for (i = 0; i < count && !parser->bits.error; i++)
    for (b = 0; b < wide && !parser->bits.error; b++)
      put_bits(parser, frame,
               units[i] >> (8 * (segment->little == 1 ? b : wide - 1 - b)) & 0xff, 8);
  return parser->bits.error;
}

static int put_binary(pier__parser *parser, pier__frame *frame, const pier__view *view,
                      const struct segment *segment) {
  uint64_t have, want;
  size_t whole;
  if (view->kind != PIER__BITS) return pier__parser_fail(parser, PIER_ETEXT, bad_value);
  have = view->size == 0 ? 0 : (uint64_t)(view->size - 1) * 8 + view->bits;
  want = segment->size == NO_SIZE ? have : (uint64_t)segment->size * (unsigned)segment->unit;
  if (want > have || (segment->size == NO_SIZE && have % (unsigned)segment->unit != 0))
    return pier__parser_fail(parser, PIER_ETEXT, bad_value);
  whole = (size_t)((want + 7) / 8);
  put_bytes(parser, frame, view->data, whole, want % 8 == 0 ? 8 : (unsigned)(want % 8));
  return parser->bits.error;
}

static int put_value(pier__parser *parser, pier__frame *frame, const pier__view *view,
                     const struct segment *segment) {
  int64_t width = segment->size * segment->unit;
  switch (segment->type) {
  case T_FLOAT:
    return put_float(parser, frame, view, width, segment->little == 1);
  case T_BINARY:
    return put_binary(parser, frame, view, segment);
  case T_UTF8:
  case T_UTF16:
  case T_UTF32:
    return put_character(parser, frame, view, segment);
  default:
    return put_integer(parser, frame, view, (size_t)width, segment->little == 1);
  }
}

/* ---- Sizes and types --------------------------------------------------- */

enum field { F_TYPE, F_LITTLE, F_SIGN, F_BITS, F_BYTES };

static const struct {
  const char *name;
  enum field field;
  int value;
} words[] = {{"integer", F_TYPE, T_INTEGER},  {"float", F_TYPE, T_FLOAT},
             {"binary", F_TYPE, T_BINARY},    {"bytes", F_BYTES, T_BINARY},
             {"bitstring", F_BITS, T_BINARY}, {"bits", F_BITS, T_BINARY},
             {"utf8", F_TYPE, T_UTF8},        {"utf16", F_TYPE, T_UTF16},
             {"utf32", F_TYPE, T_UTF32},      {"big", F_LITTLE, 0},
             {"little", F_LITTLE, 1},         {"native", F_LITTLE, 2},
             {"signed", F_SIGN, 1},           {"unsigned", F_SIGN, 0}};

static bool merge(int *have, int none, int value) {
  if (*have != none && *have != value) return false;
  *have = value;
  return true;
}

static bool apply_word(struct segment *segment, enum field field, int value) {
  int type = segment->type;
  bool fine = true;
  if (field == F_LITTLE) return merge(&segment->little, -1, value);
  if (field == F_SIGN) return merge(&segment->is_signed, -1, value);
  if (field == F_BYTES) fine = merge(&segment->unit, 0, 8);
  if (field == F_BITS) fine = merge(&segment->unit, 0, 1);
  fine = merge(&type, T_NONE, value) && fine;
  segment->type = (enum type)type;
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

static int take_unit(pier__parser *parser, struct segment *segment) {
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

static int take_word(pier__parser *parser, struct segment *segment) {
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

static int take_size(pier__parser *parser, struct segment *segment) {
  int error = pier__parser_advance(parser);
  bool paren = is_sign(parser, '(');
  if (!error && paren) error = pier__parser_advance(parser);
  if (!error) error = take_count(parser, INT32_MAX, &segment->size);
  if (error || !paren) return error;
  if (!is_sign(parser, ')'))
    return pier__parser_fail(parser, PIER_ETEXT, ") is expected after the size");
  return pier__parser_advance(parser);
}

static int take_spec(pier__parser *parser, struct segment *segment) {
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
static int complete(pier__parser *parser, struct segment *segment) {
  bool utf = segment->type >= T_UTF8, sized = segment->size != NO_SIZE;
  if (segment->type == T_NONE) segment->type = T_INTEGER;
  if (utf && (sized || segment->unit > 0))
    return pier__parser_fail(parser, PIER_ETEXT, "utf8, utf16 and utf32 have no size or unit");
  if (segment->type == T_INTEGER || segment->type == T_FLOAT) {
    if (!sized && segment->unit > 0)
      return pier__parser_fail(parser, PIER_ETEXT, "a unit needs a size");
    if (!sized) segment->size = segment->type == T_INTEGER ? 8 : 64;
  }
  if (segment->unit == 0) segment->unit = segment->type == T_BINARY ? 8 : 1;
  if (segment->little == 2) segment->little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
  if (!utf && segment->type != T_BINARY &&
      (uint64_t)segment->size * (unsigned)segment->unit / 8 > parser->limits->inflated)
    return pier__parser_fail(parser, PIER_ELIMIT, "a binary bigger than the limit");
  return 0;
}

/* The characters of a string are segments of their own. */
static int put_string(pier__parser *parser, pier__frame *frame, pier__view *list,
                      const struct segment *segment) {
  const uint8_t *at = list->next;
  pier__view character;
  size_t i;
  int error = 0;
  if (list->kind == PIER__STRING) {
    memset(&character, 0, sizeof character);
    for (i = 0; i < list->size && !error; i++) {
      character.magnitude = list->data[i];
      error = put_value(parser, frame, &character, segment);
    }
    return error;
  }
  for (i = 0; i < list->count && !error; i++, at = character.next) {
    if (parser->bits.size > parser->limits->inflated)
      return pier__parser_fail(parser, PIER_ELIMIT, "a binary bigger than the limit");
    pier__view_at(&character, at);
    error = put_value(parser, frame, &character, segment);
  }
  return error;
}

int pier__parse_segment(pier__parser *parser, pier__frame *frame) {
  struct segment segment = {T_NONE, 0, -1, -1, NO_SIZE};
  bool string = parser->value_is_string;
  size_t used;
  pier__view view;
  int error = take_spec(parser, &segment);
  if (!error) error = complete(parser, &segment);
  if (error) return error;
  used = parser->bits.size;
  pier__view_at(&view, parser->out->data + frame->start);
  if (string)
    error = put_string(parser, frame, &view, &segment);
  else
    error = put_value(parser, frame, &view, &segment);
  if (!error && parser->bits.size > used && parser->bits.size > parser->limits->inflated)
    error = pier__parser_fail(parser, PIER_ELIMIT, "a binary bigger than the limit");
  parser->out->size = frame->start;
  parser->value_is_string = false;
  return error;
}

int pier__close_bits(pier__parser *parser, const pier__frame *frame) {
  size_t size = parser->bits.size - frame->bits;
  pier__emit_bits(parser->out, parser->bits.data ? parser->bits.data + frame->bits : NULL, size,
                  frame->last_bits);
  parser->bits.size = frame->bits;
  return parser->out->error;
}
