#include "term/text_bits.h"
#include "term/emit.h"
#include "term/view.h"

#include <math.h>
#include <string.h>

/* Segments of a binary, by the rules of erl_bits: <<Value:Size/type-unit:U>>.
 * The bits of the binaries that are open lie behind each other in
 * parser->bits, the innermost last. A binary that becomes a segment of another
 * one begins at the very bit where that goes on, so its bits are never moved,
 * however deep it is. */

static const char bad_value[] = "this value does not fit its type in the binary";

/* ---- Writing bits ---------------------------------------------------- */

static void put_bits(pier__parser *parser, unsigned value, unsigned count) {
  pier_buffer *bits = &parser->bits;
  unsigned used = parser->last_bits;
  if (count == 0) return;
  value &= (1U << count) - 1;
  if (used < 8) {
    unsigned now = count < 8 - used ? count : 8 - used;
    bits->data[bits->size - 1] |= (uint8_t)((value >> (count - now)) << (8 - used - now));
    parser->last_bits = used + now;
    count -= now;
    if (count == 0) return;
  }
  pier_buffer_append_byte(bits, (uint8_t)(value << (8 - count)));
  parser->last_bits = count;
}

static void put_bytes(pier__parser *parser, const uint8_t *data, size_t size, unsigned last) {
  size_t i;
  if (size == 0) return;
  if (parser->last_bits == 8) {
    pier_buffer_append(&parser->bits, data, size);
    if (parser->bits.error) return;
    parser->last_bits = last;
    parser->bits.data[parser->bits.size - 1] &= (uint8_t)(0xff00U >> last);
    return;
  }
  for (i = 0; i + 1 < size && !parser->bits.error; i++)
    put_bits(parser, data[i], 8);
  if (!parser->bits.error) put_bits(parser, (unsigned)data[size - 1] >> (8 - last), last);
}

/* The number of bits so far, of all open binaries and what lies between. */
static uint64_t count_bits(const pier__parser *parser) {
  return (uint64_t)parser->bits.size * 8 - (8 - parser->last_bits);
}

/* Drops all bits from `end` on. */
static void cut_bits(pier__parser *parser, uint64_t end) {
  parser->bits.size = (size_t)((end + 7) / 8);
  parser->last_bits = end % 8 == 0 ? 8 : (unsigned)(end % 8);
  if (parser->bits.size > 0)
    parser->bits.data[parser->bits.size - 1] &= (uint8_t)(0xff00U >> parser->last_bits);
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

static int put_integer(pier__parser *parser, const pier__view *view, size_t bits, bool little) {
  uint8_t room[8];
  struct integer integer;
  size_t i, bytes = bits / 8;
  unsigned rest = bits % 8;
  if (view->kind != PIER__INT) return pier__parser_fail(parser, PIER_ETEXT, bad_value);
  load_integer(&integer, view, room);
  if (!little) put_bits(parser, integer_byte(&integer, bytes), rest);
  for (i = 0; i < bytes && !parser->bits.error; i++)
    put_bits(parser, integer_byte(&integer, little ? i : bytes - 1 - i), 8);
  if (little && !parser->bits.error) put_bits(parser, integer_byte(&integer, bytes), rest);
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

static int put_float(pier__parser *parser, const pier__view *view, int64_t width, bool little) {
  uint64_t bits;
  int64_t i, bytes = width / 8;
  double value = view->kind == PIER__INT ? integer_value(view) : view->real;
  if (view->kind > PIER__FLOAT || (width != 16 && width != 32 && width != 64) ||
      !isfinite(value))
    return pier__parser_fail(parser, PIER_ETEXT, bad_value);
  bits = float_bits(value, width);
  for (i = 0; i < bytes && !parser->bits.error; i++)
    put_bits(parser, (unsigned)(bits >> (8 * (little ? i : bytes - 1 - i))) & 0xff, 8);
  return parser->bits.error;
}

static int put_character(pier__parser *parser, const pier__view *view,
                         const pier__segment *segment) {
  uint32_t c = (uint32_t)view->magnitude;
  unsigned units[4], count = 0, wide = segment->type == PIER__S_UTF16 ? 2 : 4, i, b;
  uint8_t bytes[4];
  if (view->kind != PIER__INT || view->negative || view->size > 0 ||
      view->magnitude > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
    return pier__parser_fail(parser, PIER_ETEXT, bad_value);
  if (segment->type == PIER__S_UTF8) {
    put_bytes(parser, bytes, pier__utf8_encode(bytes, c), 8);
    return parser->bits.error;
  }
  if (wide == 2 && c > 0xffff) {
    units[count++] = 0xd800 + ((c - 0x10000) >> 10);
    c = 0xdc00 + ((c - 0x10000) & 0x3ff);
  }
  units[count++] = c;
  for (i = 0; i < count && !parser->bits.error; i++)
    for (b = 0; b < wide && !parser->bits.error; b++)
      put_bits(parser, units[i] >> (8 * (segment->little == 1 ? b : wide - 1 - b)) & 0xff, 8);
  return parser->bits.error;
}

static int put_binary(pier__parser *parser, const pier__view *view,
                      const pier__segment *segment) {
  uint64_t have = 0, want;
  size_t whole;
  if (view->kind != PIER__BITS && !parser->value_in_place)
    return pier__parser_fail(parser, PIER_ETEXT, bad_value);
  if (parser->value_in_place)
    have = count_bits(parser) - parser->value_bits;
  else if (view->size > 0)
    have = (uint64_t)(view->size - 1) * 8 + view->bits;
  want =
      segment->size == PIER__NO_SIZE ? have : (uint64_t)segment->size * (unsigned)segment->unit;
  if (want > have || (segment->size == PIER__NO_SIZE && have % (unsigned)segment->unit != 0))
    return pier__parser_fail(parser, PIER_ETEXT, bad_value);
  if (parser->value_in_place) {
    cut_bits(parser, parser->value_bits + want);
    return 0;
  }
  whole = (size_t)((want + 7) / 8);
  put_bytes(parser, view->data, whole, want % 8 == 0 ? 8 : (unsigned)(want % 8));
  return parser->bits.error;
}

static int put_value(pier__parser *parser, const pier__view *view,
                     const pier__segment *segment) {
  int64_t width = segment->size * segment->unit;
  switch (segment->type) {
  case PIER__S_FLOAT:
    return put_float(parser, view, width, segment->little == 1);
  case PIER__S_BINARY:
    return put_binary(parser, view, segment);
  case PIER__S_UTF8:
  case PIER__S_UTF16:
  case PIER__S_UTF32:
    return put_character(parser, view, segment);
  default:
    return put_integer(parser, view, (size_t)width, segment->little == 1);
  }
}

/* ---- Segments ----------------------------------------------------------- */

/* The characters of a string are segments of their own. */
static int put_string(pier__parser *parser, pier__view *list, const pier__segment *segment) {
  const uint8_t *at = list->next;
  pier__view character;
  size_t i;
  int error = 0;
  if (list->kind == PIER__STRING) {
    memset(&character, 0, sizeof character);
    for (i = 0; i < list->size && !error; i++) {
      character.magnitude = list->data[i];
      error = put_value(parser, &character, segment);
    }
    return error;
  }
  for (i = 0; i < list->count && !error; i++, at = character.next) {
    if (parser->bits.size > parser->limits->inflated)
      return pier__parser_fail(parser, PIER_ELIMIT, "a binary bigger than the limit");
    pier__view_at(&character, at);
    error = put_value(parser, &character, segment);
  }
  return error;
}

int pier__parse_segment(pier__parser *parser, pier__frame *frame) {
  pier__segment segment = {PIER__S_NONE, 0, -1, -1, PIER__NO_SIZE};
  bool string = parser->value_is_string;
  size_t used;
  pier__view view;
  int error = pier__parse_segment_type(parser, &segment);
  if (error) return error;
  used = parser->bits.size;
  pier__view_at(&view, parser->out->data + frame->start);
  if (string)
    error = put_string(parser, &view, &segment);
  else
    error = put_value(parser, &view, &segment);
  if (!error && parser->bits.size > used && parser->bits.size > parser->limits->inflated)
    error = pier__parser_fail(parser, PIER_ELIMIT, "a binary bigger than the limit");
  parser->out->size = frame->start;
  parser->value_is_string = parser->value_in_place = false;
  return error;
}

void pier__open_bits(pier__parser *parser, pier__frame *frame) {
  const pier__frame *around = frame;
  while (around > parser->frames && (--around)->bracket == PIER__IN_PAREN)
    continue;
  frame->inner = around < frame && around->bracket == PIER__IN_BITS;
  frame->last_bits = (uint8_t)parser->last_bits;
  if (!frame->inner) parser->last_bits = 8;
  frame->bits = count_bits(parser);
}

int pier__close_bits(pier__parser *parser, const pier__frame *frame) {
  size_t at = (size_t)(frame->bits / 8);
  if (frame->inner) {
    parser->value_in_place = true;
    parser->value_bits = frame->bits;
    return pier_buffer_append_byte(parser->out, ERL_NIL_EXT);
  }
  pier__emit_bits(parser->out, parser->bits.data ? parser->bits.data + at : NULL,
                  parser->bits.size - at, parser->last_bits);
  parser->bits.size = at;
  parser->last_bits = frame->last_bits;
  return parser->out->error;
}
