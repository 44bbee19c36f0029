/* Terms in through the gate. */
#include "cli/convert.h"

#include "cli/codec.h"
#include "cli/color.h"
#include "cli/input.h"
#include "cli/json.h"

#include <string.h>

/* The bytes of an input on their way to terms. */
typedef struct source {
  pier__convert *convert;
  pier__input input;
  pier_framer *framer; /* for PIER__PACKET */
  pier_buffer whole;   /* for PIER__ETF: what came up to now */
  size_t offset;       /* of what comes next, for PIER__PACKET */
  int broken;          /* there is no telling where the next term begins */
} source;

/* ---- Verdicts ------------------------------------------------------------- */

/* " (element 2 of tuple)", or nothing. */
static void print_path(const pier__convert *c, FILE *file) {
  if (c->path.size > 0 && !c->path.error)
    fprintf(file, " (%.*s)", (int)c->path.size, (const char *)c->path.data);
}

static int bad(pier__convert *c, const pier_diag *diag) {
  pier__color color = pier__colors(c->check ? c->color_out : c->color_err);
  FILE *file = c->check ? stdout : stderr;
  if (!c->check) {
    fflush(stdout);
    fprintf(file, "%s: %s%s", PIER__TERM, c->name ? c->name : "", c->name ? ": " : "");
  }
  fprintf(file, "%sbad at %zu%s: ", color.bad, diag->offset, color.plain);
  if (diag->line && !c->check) fprintf(file, "line %u, column %u: ", diag->line, diag->column);
  fputs(diag->text, file);
  print_path(c, file);
  fputc('\n', file);
  pier_buffer_clear(&c->path);
  c->found_bad = 1;
  return c->check ? 0 : PIER__FAILED;
}

static void good(const pier__convert *c) {
  pier__color color = pier__colors(c->color_out);
  printf("%sok%s\n", color.good, color.plain);
}

/* A fault in `text`, which lies at `input`'s place if there is one. */
static int bad_text(pier__convert *c, const pier__input *input, pier_span text,
                    const pier_diag *diag) {
  pier_diag placed = *diag;
  int status;
  if (input) pier__input_place(input, &placed);
  status = bad(c, &placed);
  if (status) pier__show_place(text, diag);
  return status;
}

/* One external term, which lies at `offset` in the input, through the gate. If it
 * was read from a text it can only be too big, and the fault is the whole. */
static int take_term(pier__convert *c, pier_span bytes, size_t offset) {
  pier_diag diag = {0};
  pier_span term;
  if (pier_term_plain(bytes, &c->limits, &c->scratch, &term, &diag) < 0) {
    int text = c->from == PIER__TEXT || c->from == PIER__JSON;
    if (!text && diag.error != PIER_ETRAILING) pier_term_path(&c->path, bytes, diag.offset);
    diag.offset = text ? offset : offset + diag.offset;
    return bad(c, &diag);
  }
  if (!c->check) return pier__convert_write(c, term);
  good(c);
  return 0;
}

static int take_coded(pier__convert *c, pier_span text) {
  pier_diag diag = {0};
  int got;
  pier_buffer_clear(&c->read);
  if (c->from == PIER__HEX)
    got = pier__read_hex(&c->read, text, &diag);
  else
    got = pier__read_base64(&c->read, text, &diag);
  if (got < 0 && diag.error != got) pier_diag_set(&diag, got, 0, "%s", pier_strerror(got));
  return got < 0 ? bad(c, &diag) : take_term(c, pier_buffer_span(&c->read), 0);
}

/* ---- In, as it comes ------------------------------------------------------ */

static int take_text_part(void *context, pier_span text) {
  source *s = context;
  pier_diag diag = {0};
  int got;
  pier_buffer_clear(&s->convert->read);
  got = pier__input_term(&s->input, text, &s->convert->read, &diag);
  if (got < 0) return bad_text(s->convert, &s->input, text, &diag);
  return got == 0 ? take_term(s->convert, pier_buffer_span(&s->convert->read), s->input.offset)
                  : 0;
}

static int take_json_part(void *context, pier_span text) {
  source *s = context;
  pier_diag diag = {0};
  size_t blanks = pier__json_blanks(text);
  pier_buffer_clear(&s->convert->read);
  if (blanks == text.size) return 0;
  if (pier__json_read(&s->convert->read, text, &s->convert->limits, &diag) < 0)
    return bad_text(s->convert, &s->input, text, &diag);
  return take_term(s->convert, pier_buffer_span(&s->convert->read), s->input.offset + blanks);
}

static int take_line(void *context, pier_span line) {
  source *s = context;
  size_t at;
  for (at = 0; at < line.size; at++)
    if (!strchr(" \t\r", line.data[at]) || line.data[at] == '\0')
      return take_coded(s->convert, line);
  return 0; /* an empty line */
}

static int take_piece(void *context, pier_span piece) {
  source *s = context;
  pier_diag diag = {0};
  int got = pier_buffer_append(&s->whole, piece.data, piece.size);
  if (got == 0) return 0;
  s->broken = 1;
  pier_diag_set(&diag, got, s->whole.size, "more than the limit of %zu bytes",
                s->convert->limits.frame);
  return bad(s->convert, &diag);
}

static int bad_frame(source *s) {
  pier_diag diag = {0};
  s->broken = 1;
  pier_framer_diag(s->framer, &diag);
  return bad(s->convert, &diag);
}

static int take_frames(void *context, pier_span piece) {
  source *s = context;
  pier_frame frame;
  int status = 0;
  int got = pier_framer_feed(s->framer, piece);
  while (got == 0 && status == 0 && (got = pier_framer_next(s->framer, &frame)) == 1) {
    s->offset += s->convert->from_packet;
    status = take_term(s->convert, frame.payload, s->offset);
    s->offset += frame.payload.size;
    got = 0;
    if (status) return status;
  }
  return got < 0 ? bad_frame(s) : 0;
}

static const struct {
  pier__input_mode mode;
  pier__input_send *take;
} readers[] = {
    [PIER__TEXT] = {PIER__INPUT_TEXT, take_text_part},
    [PIER__ETF] = {PIER__INPUT_RAW, take_piece},
    [PIER__HEX] = {PIER__INPUT_LINE, take_line},
    [PIER__BASE64] = {PIER__INPUT_LINE, take_line},
    [PIER__PACKET] = {PIER__INPUT_RAW, take_frames},
    [PIER__JSON] = {PIER__INPUT_JSON, take_json_part},
};

static int open_source(source *s, pier__convert *c) {
  pier_framing framing = pier_framing_packet(c->from_packet);
  int got;
  memset(s, 0, sizeof *s);
  s->convert = c;
  s->input.limits = &c->limits;
  s->input.mode = readers[c->from].mode;
  s->whole.limit = c->limits.frame;
  if (c->from != PIER__PACKET) return 0;
  got = pier_framer_new(&s->framer, &framing, &c->limits);
  return got < 0 ? pier__fail(PIER__TERM, PIER__FAILED, "%s", pier_strerror(got)) : 0;
}

/* The input has ended where it may, or in the middle of something. */
static int end_source(source *s) {
  pier_frame frame;
  if (s->broken) return 0;
  if (s->convert->from == PIER__ETF)
    return take_term(s->convert, pier_buffer_span(&s->whole), 0);
  if (s->framer && pier_framer_end(s->framer, &frame) < 0) return bad_frame(s);
  return 0;
}

static void free_source(source *s) {
  pier_framer_free(s->framer);
  pier_buffer_free(&s->whole);
  pier__input_free(&s->input);
}

static int fail_read(source *s, int got, pier_diag *diag) {
  if (diag->error != got) pier_diag_set(diag, got, s->input.offset, "%s", pier_strerror(got));
  if (got != PIER_ELIMIT)
    return pier__fail(PIER__TERM, PIER__FAILED, "%s: %s", s->convert->name, diag->text);
  s->broken = 1;
  return bad(s->convert, diag);
}

int pier__convert_stream(pier__convert *c, int fd) {
  source s;
  int status = open_source(&s, c);
  s.input.fd = fd;
  while (status == 0 && !s.input.ended && !s.broken) {
    pier_diag diag = {0};
    int got = pier__input_read(&s.input, readers[c->from].take, &s, &diag);
    status = got < 0 ? fail_read(&s, got, &diag) : got;
    /* Whoever reads along sees what there is before the next wait. */
    if (status == 0) status = pier__flush(PIER__TERM);
  }
  if (status == 0) status = end_source(&s);
  free_source(&s);
  return status;
}

/* ---- In, at once ---------------------------------------------------------- */

static int take_text(pier__convert *c, pier_span text) {
  pier_diag diag = {0};
  pier_buffer_clear(&c->read);
  if (pier_term_read(&c->read, text, &c->limits, NULL, &diag) < 0)
    return bad_text(c, NULL, text, &diag);
  return take_term(c, pier_buffer_span(&c->read), 0);
}

static int take_json(pier__convert *c, pier_span text) {
  pier_diag diag = {0};
  pier_buffer_clear(&c->read);
  if (pier__json_read(&c->read, text, &c->limits, &diag) < 0)
    return bad_text(c, NULL, text, &diag);
  return take_term(c, pier_buffer_span(&c->read), 0);
}

static int take_packets(pier__convert *c, pier_span bytes) {
  source s;
  int status = open_source(&s, c);
  if (status == 0) status = take_frames(&s, bytes);
  if (status == 0) status = end_source(&s);
  free_source(&s);
  return status;
}

int pier__convert_bytes(pier__convert *c, pier_span bytes) {
  switch (c->from) {
  case PIER__TEXT:
    return take_text(c, bytes);
  case PIER__JSON:
    return take_json(c, bytes);
  case PIER__PACKET:
    return take_packets(c, bytes);
  case PIER__ETF:
    return take_term(c, bytes, 0);
  default:
    return take_coded(c, bytes);
  }
}

void pier__convert_free(pier__convert *c) {
  pier_buffer_free(&c->read);
  pier_buffer_free(&c->scratch);
  pier_buffer_free(&c->path);
  pier_buffer_free(&c->shaped[0]);
  pier_buffer_free(&c->shaped[1]);
  pier_buffer_free(&c->out);
  pier_buffer_free(&c->colored);
}
