/* A term in the form that was asked for. */
#include "cli/codec.h"
#include "cli/color.h"
#include "cli/convert.h"
#include "cli/json.h"

static int is_bytes(pier__form form) {
  return form != PIER__TEXT && form != PIER__JSON;
}

/* ---- The bytes of the term ------------------------------------------------ */

static int wants_normal(const pier__convert *c) {
  return c->normal || c->to == PIER__JSON;
}

static int normalize(const pier__convert *c, pier_buffer *out, pier_span term) {
  (void)c;
  return pier_term_normalize(out, term);
}

/* What was text is written as term_to_binary/1 does, which in OTP 25 has the older
 * atoms. What was bytes keeps them. */
static int wants_atoms(const pier__convert *c) {
  if (!is_bytes(c->to)) return 0;
  return c->utf8_atoms || (!is_bytes(c->from) && !c->normal);
}

static int recode(const pier__convert *c, pier_buffer *out, pier_span term) {
  return pier_term_atoms(out, term, c->utf8_atoms ? PIER_ATOMS_UTF8 : PIER_ATOMS_LATIN1);
}

static int wants_compressed(const pier__convert *c) {
  return c->level > 0;
}

static int squeeze(const pier__convert *c, pier_buffer *out, pier_span term) {
  return pier_term_compress(out, term, c->level);
}

static const struct {
  int (*wanted)(const pier__convert *c);
  int (*make)(const pier__convert *c, pier_buffer *out, pier_span term);
} steps[] = {
    {wants_normal, normalize},
    {wants_atoms, recode},
    {wants_compressed, squeeze},
};

/* Each step reads what the one before it wrote. */
static int shape(pier__convert *c, pier_span *term) {
  size_t at;
  int turn = 0;
  for (at = 0; at < sizeof steps / sizeof steps[0]; at++) {
    pier_buffer *to = &c->shaped[turn];
    int got;
    if (!steps[at].wanted(c)) continue;
    pier_buffer_clear(to);
    got = steps[at].make(c, to, *term);
    if (got < 0) return got;
    *term = pier_buffer_span(to);
    turn = !turn;
  }
  return 0;
}

/* ---- Its form ------------------------------------------------------------- */

static int append_form(pier__convert *c, pier_span term, pier_diag *diag) {
  pier_framing framing;
  int got;
  switch (c->to) {
  case PIER__TEXT:
    got = pier_term_print(&c->out, term, c->style, c->width);
    return got < 0 ? got : pier_buffer_append_text(&c->out, ".\n");
  case PIER__JSON:
    got = pier__json_append(&c->out, term, c->style == PIER_TEXT_PRETTY, diag);
    return got < 0 ? got : pier_buffer_append_byte(&c->out, '\n');
  case PIER__HEX:
    pier__append_hex(&c->out, term);
    return pier_buffer_append_byte(&c->out, '\n');
  case PIER__BASE64:
    pier__append_base64(&c->out, term);
    return pier_buffer_append_byte(&c->out, '\n');
  case PIER__PACKET:
    framing = pier_framing_packet(c->to_packet);
    return pier_frame_append(&c->out, &framing, term);
  default:
    return pier_buffer_append(&c->out, term.data, term.size);
  }
}

static pier_span colored(pier__convert *c) {
  pier_span text = pier_buffer_span(&c->out);
  if (!c->color_out || is_bytes(c->to)) return text;
  pier_buffer_clear(&c->colored);
  return pier__color_text(&c->colored, text) == 0 ? pier_buffer_span(&c->colored) : text;
}

int pier__convert_write(pier__convert *c, pier_span term) {
  pier_diag diag = {0};
  pier_span text;
  int got;
  if (c->to == PIER__ETF && c->written > 0)
    return pier__fail(PIER__TERM, PIER__FAILED,
                      "--to etf is for one term; packet4 has room for many");
  pier_buffer_clear(&c->out);
  c->out.limit = is_bytes(c->to) ? 0 : c->limits.text;
  got = shape(c, &term);
  if (got == 0) got = append_form(c, term, &diag);
  if (got < 0)
    return pier__fail(PIER__TERM, PIER__FAILED, "term %zu cannot be written: %s",
                      c->written + 1, diag.error ? diag.text : pier_strerror(got));
  c->written++;
  text = colored(c);
  fwrite(text.data, 1, text.size, stdout);
  return ferror(stdout) ? pier__flush(PIER__TERM) : 0;
}
