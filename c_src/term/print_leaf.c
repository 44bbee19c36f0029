#include "term/decimal.h"
#include "term/number.h"
#include "term/print.h"
#include "term/text.h"

#include <string.h>

/* ---- Characters ---------------------------------------------------------- */

static const char *escape_of(uint32_t c) {
  switch (c) {
  case '\n':
    return "\\n";
  case '\t':
    return "\\t";
  case '\v':
    return "\\v";
  case '\b':
    return "\\b";
  case '\f':
    return "\\f";
  case 27:
    return "\\e";
  case 127:
    return "\\d";
  case '\r':
    return "\\r";
  case '\\':
    return "\\\\";
  default:
    return NULL;
  }
}

void pier__print_character(pier_buffer *out, uint32_t c, uint32_t quote, bool unicode) {
  const char *escape = escape_of(c);
  uint8_t bytes[4];
  if (escape) {
    pier_buffer_append_text(out, escape);
  } else if (c == quote) {
    pier_buffer_append_byte(out, '\\');
    pier_buffer_append_byte(out, (uint8_t)c);
  } else if (c < 32 || (c >= 128 && c < 160)) {
    pier_buffer_append_format(out, "\\%03o", (unsigned)c);
  } else if (c > 255 && !unicode) {
    pier_buffer_append_format(out, "\\x{%X}", (unsigned)c);
  } else {
    pier_buffer_append(out, bytes, pier__utf8_encode(bytes, c));
  }
}

/* ---- Atoms ------------------------------------------------------------- */

static uint32_t atom_character(const pier__view *atom, size_t *at) {
  uint32_t c = atom->data[*at];
  size_t length = 1;
  if (!atom->latin1) length = pier__utf8_decode(atom->data + *at, atom->size - *at, &c);
  *at += length;
  return c;
}

static bool is_bare(const pier__view *atom) {
  size_t at = 0;
  if (atom->size == 0 || !pier__is_atom_start(atom_character(atom, &at))) return false;
  while (at < atom->size)
    if (!pier__is_name_character(atom_character(atom, &at))) return false;
  return !pier__is_reserved(pier_span_of(atom->data, atom->size));
}

/* Nearly all atoms: of ASCII, and without quotes. */
static bool is_plain_name(const pier__view *atom) {
  size_t i;
  if (atom->size == 0 || atom->data[0] < 'a' || atom->data[0] > 'z') return false;
  for (i = 1; i < atom->size; i++)
    if (atom->data[i] >= 128 || !pier__is_name_character(atom->data[i])) return false;
  return !pier__is_reserved(pier_span_of(atom->data, atom->size));
}

void pier__print_atom(pier_buffer *out, const pier__view *atom, bool unicode) {
  bool bare;
  size_t at = 0;
  if (is_plain_name(atom)) {
    pier_buffer_append(out, atom->data, atom->size);
    return;
  }
  bare = is_bare(atom);
  if (!bare) pier_buffer_append_byte(out, '\'');
  while (at < atom->size)
    pier__print_character(out, atom_character(atom, &at), '\'', unicode);
  if (!bare) pier_buffer_append_byte(out, '\'');
}

/* ---- Numbers and identifiers ------------------------------------------- */

void pier__print_unsigned(pier_buffer *out, uint64_t value) {
  uint8_t text[PIER__DIGITS];
  if (out->error || out->capacity - out->size < PIER__DIGITS)
    pier_buffer_append(out, text, pier__put_decimal(text, value));
  else
    out->size += pier__put_decimal(out->data + out->size, value);
}

void pier__print_integer(pier_buffer *out, const pier__view *integer) {
  if (integer->negative) pier_buffer_append_byte(out, '-');
  if (integer->size == 0)
    pier__print_unsigned(out, integer->magnitude);
  else if (pier__integer_text(out, integer->data, integer->size) < 0 && !out->error)
    out->error = PIER_ENOMEM;
}

void pier__print_bytes(pier_buffer *out, const uint8_t *data, size_t size) {
  enum { BLOCK = 256 };
  uint8_t text[4 * BLOCK];
  size_t i, count;
  for (i = 0; i < size && !out->error; i += count) {
    count = size - i < BLOCK ? size - i : BLOCK;
    if (i > 0) pier_buffer_append_byte(out, ',');
    pier_buffer_append(out, text, (size_t)(pier__put_bytes(text, data + i, count) - text));
  }
}

/* The BEAM shows the index of the node in its own table, which nobody else
 * can know; 0 is itself. */
static bool is_local(const pier__identifier *id) {
  static const char local[] = "nonode@nohost";
  return id->node.size == sizeof local - 1 && memcmp(id->node.data, local, id->node.size) == 0;
}

void pier__print_identifier(pier_buffer *out, const pier__view *view) {
  enum { LONGEST = sizeof "#Port<1>" + PIER__WORDS * (1 + PIER__DIGITS) };
  bool ref = view->kind == PIER__REF;
  const char *start = ref ? "#Ref<" : view->kind == PIER__PORT ? "#Port<" : "<";
  uint8_t text[LONGEST]; /* the buffer is asked and told once */
  size_t size = strlen(start);
  pier__identifier id;
  unsigned i;
  pier__view_identifier(view, &id);
  memcpy(text, start, size);
  text[size++] = is_local(&id) ? '0' : '1';
  for (i = 0; i < id.words; i++) {
    text[size++] = '.';
    size += pier__put_decimal(text + size, id.word[ref ? id.words - 1 - i : i]);
  }
  text[size++] = '>';
  pier_buffer_append(out, text, size);
}

static bool is_plain_in_fun(const pier__view *atom) {
  size_t at = 0;
  bool first = true;
  while (at < atom->size) {
    uint32_t c = atom_character(atom, &at);
    if (first ? !pier__is_atom_start(c) : !pier__is_name_character(c) || c == '@') return false;
    first = false;
  }
  return !first;
}

/* The BEAM prints the atoms inside a fun by another routine: it quotes other
 * names, and shows the bytes of UTF-8 as if each were a character. */
static void print_fun_atom(pier_buffer *out, const pier__view *atom) {
  bool plain = is_plain_in_fun(atom);
  uint8_t bytes[4];
  size_t at = 0, length, i;
  if (!plain) pier_buffer_append_byte(out, '\'');
  while (at < atom->size) {
    uint32_t c = atom_character(atom, &at);
    if (c < 128 && c != 27 && c != 127) {
      pier__print_character(out, c, '\'', true);
    } else if (c < 160) {
      pier_buffer_append_format(out, "\\%03o", (unsigned)c);
    } else {
      length = pier__utf8_encode(bytes, c);
      for (i = 0; i < length; i++) {
        uint8_t shown[4];
        pier_buffer_append(out, shown, pier__utf8_encode(shown, bytes[i]));
      }
    }
  }
  if (!plain) pier_buffer_append_byte(out, '\'');
}

void pier__print_export(pier_buffer *out, const pier__view *view) {
  pier__view part;
  pier__view_at(&part, view->data + 1);
  pier_buffer_append_text(out, "fun ");
  print_fun_atom(out, &part);
  pier__view_at(&part, part.next);
  pier_buffer_append_byte(out, ':');
  print_fun_atom(out, &part);
  pier__view_at(&part, part.next);
  pier_buffer_append_byte(out, '/');
  pier__print_integer(out, &part);
}

static void print_signed_part(pier_buffer *out, int64_t number) {
  pier_buffer_append_byte(out, '.');
  if (number < 0) pier_buffer_append_byte(out, '-');
  pier__print_unsigned(out, (uint64_t)(number < 0 ? -number : number));
}

/* #Fun<module.index.uniq>, both as before OTP R15. */
void pier__print_fun(pier_buffer *out, const pier__view *view) {
  pier__fun fun;
  pier__view_fun(view, &fun);
  pier_buffer_append_text(out, "#Fun<");
  print_fun_atom(out, &fun.module);
  print_signed_part(out, fun.old_index);
  print_signed_part(out, fun.uniq);
  pier_buffer_append_byte(out, '>');
}

/* ---- Strings and binaries ------------------------------------------------ */

static bool is_printable(uint32_t c) {
  return (c >= 32 && c < 127) || (c >= 160 && c <= 255) || (c >= 8 && c <= 13) || c == 27;
}

bool pier__print_is_string(const pier__view *list, const uint8_t **end) {
  pier__view view = *list;
  size_t left = 0, i;
  bool any = false;
  while (left > 0 || view.kind != PIER__NIL) {
    if (left > 0) {
      pier__view_solid(&view);
      if (view.kind != PIER__INT || view.negative || view.size > 0 || view.magnitude > 255 ||
          !is_printable((uint32_t)view.magnitude))
        return false;
      any = true;
      left--;
    } else if (view.kind == PIER__LIST) {
      left = view.count;
    } else if (view.kind == PIER__STRING) {
      for (i = 0; i < view.size; i++)
        if (!is_printable(view.data[i])) return false;
      *end = view.next;
      return any || view.size > 0;
    } else {
      return false;
    }
    pier__view_at(&view, view.next);
  }
  *end = view.next;
  return any;
}

void pier__print_string(pier_buffer *out, const pier__view *list) {
  pier__view view = *list;
  size_t i;
  pier_buffer_append_byte(out, '"');
  for (; view.kind != PIER__NIL; pier__view_at(&view, view.next)) {
    if (view.kind == PIER__INT) pier__print_character(out, (uint32_t)view.magnitude, '"', true);
    if (view.kind != PIER__STRING) continue;
    for (i = 0; i < view.size; i++)
      pier__print_character(out, view.data[i], '"', true);
    break;
  }
  pier_buffer_append_byte(out, '"');
}

/* How a binary is shown as text, if at all. What is valid UTF-8 is taken for
 * that, even if its bytes could be printed as Latin-1. */
enum text { NO_TEXT, LATIN1_TEXT, UTF8_TEXT };

static enum text text_of_utf8(const pier__view *bits, bool *valid) {
  enum text text = LATIN1_TEXT;
  size_t i, length;
  uint32_t c;
  *valid = false;
  for (i = 0; i < bits->size; i += length) {
    length = pier__utf8_decode(bits->data + i, bits->size - i, &c);
    if (length == 0) return NO_TEXT;
    if (!is_printable(c))
      text = NO_TEXT;
    else if (c > 127 && text == LATIN1_TEXT)
      text = UTF8_TEXT;
  }
  *valid = true;
  return text;
}

static enum text text_of(const pier__view *bits) {
  bool valid;
  enum text text = text_of_utf8(bits, &valid);
  size_t i;
  if (valid) return text;
  for (i = 0; i < bits->size; i++)
    if (!is_printable(bits->data[i])) return NO_TEXT;
  return LATIN1_TEXT;
}

static void print_text(pier_buffer *out, const pier__view *bits, bool latin1) {
  pier__view atom = *bits;
  size_t at = 0;
  atom.latin1 = latin1;
  pier_buffer_append_text(out, "<<\"");
  while (at < bits->size)
    pier__print_character(out, atom_character(&atom, &at), '"', true);
  pier_buffer_append_text(out, latin1 ? "\">>" : "\"/utf8>>");
}

void pier__print_bits(pier_buffer *out, const pier__view *view, bool strings) {
  if (strings && view->size > 0 && view->bits == 8) {
    enum text text = text_of(view);
    if (text != NO_TEXT) {
      print_text(out, view, text == LATIN1_TEXT);
      return;
    }
  }
  pier_buffer_append_text(out, "<<");
  if (view->size > 0 && view->bits < 8) {
    unsigned shift = 8U - view->bits;
    pier__print_bytes(out, view->data, view->size - 1);
    if (view->size > 1) pier_buffer_append_byte(out, ',');
    pier__print_unsigned(out, (unsigned)view->data[view->size - 1] >> shift);
    pier_buffer_append_byte(out, ':');
    pier__print_unsigned(out, view->bits);
  } else {
    pier__print_bytes(out, view->data, view->size);
  }
  pier_buffer_append_text(out, ">>");
}
