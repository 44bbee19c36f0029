/* What property_check.erl asks pier: a port program. Every answer is
 * {ok, Result} or {error, Text}. */
#include <pier.h>

static int fail(pier_call *call, const pier_diag *diag) {
  return pier_reply(call, "{error, ~z}", diag->text);
}

/* The bytes as a term that has passed the gate; *scratch is to be freed. */
static int load(pier_span bytes, pier_buffer *scratch, pier_span *term, pier_diag *diag) {
  return pier_term_plain(bytes, NULL, scratch, term, diag);
}

static int answer(pier_call *call, int error, const pier_buffer *out, const pier_diag *diag) {
  if (error) return fail(call, diag);
  return pier_reply(call, "{ok, ~b}", (const void *)out->data, out->size);
}

/* {normal, Bytes} */
static int normal(pier_call *call, void *state) {
  pier_buffer scratch = PIER_BUFFER_INIT, out = PIER_BUFFER_INIT;
  pier_span bytes, term;
  pier_diag diag = {0};
  int error = pier_match(pier_call_request(call), "{normal, ~b}", &bytes);
  (void)state;
  if (!error) error = load(bytes, &scratch, &term, &diag);
  if (!error) error = pier_term_normalize(&out, term);
  error = answer(call, error, &out, &diag);
  pier_buffer_free(&out);
  pier_buffer_free(&scratch);
  return error;
}

/* {print, Bytes, Style, Width} */
static int print(pier_call *call, void *state) {
  pier_buffer scratch = PIER_BUFFER_INIT, out = PIER_BUFFER_INIT;
  pier_span bytes, term;
  pier_diag diag = {0};
  int style;
  unsigned width;
  int error =
      pier_match(pier_call_request(call), "{print, ~b, ~i, ~u}", &bytes, &style, &width);
  (void)state;
  if (!error) error = load(bytes, &scratch, &term, &diag);
  if (!error) error = pier_term_print(&out, term, (pier_text_style)style, width);
  error = answer(call, error, &out, &diag);
  pier_buffer_free(&out);
  pier_buffer_free(&scratch);
  return error;
}

/* {read, Text} */
static int read_text(pier_call *call, void *state) {
  pier_buffer out = PIER_BUFFER_INIT;
  pier_span text;
  pier_diag diag = {0};
  int error = pier_match(pier_call_request(call), "{read, ~b}", &text);
  (void)state;
  if (!error) error = pier_term_read(&out, text, NULL, NULL, &diag);
  error = answer(call, error, &out, &diag);
  pier_buffer_free(&out);
  return error;
}

/* {compare, Bytes, Bytes}: {ok, Order, Same} */
static int compare(pier_call *call, void *state) {
  pier_buffer one = PIER_BUFFER_INIT, two = PIER_BUFFER_INIT;
  pier_span bytes[2], a, b;
  pier_diag diag = {0};
  int order = 0, same = 0;
  int error = pier_match(pier_call_request(call), "{compare, ~b, ~b}", &bytes[0], &bytes[1]);
  (void)state;
  if (!error) error = load(bytes[0], &one, &a, &diag);
  if (!error) error = load(bytes[1], &two, &b, &diag);
  if (!error) order = pier_term_compare(a, b, &error);
  if (!error) same = pier_term_equal(a, b, &error);
  if (error)
    error = fail(call, &diag);
  else
    error = pier_reply(call, "{ok, ~i, ~i}", (order > 0) - (order < 0), same);
  pier_buffer_free(&one);
  pier_buffer_free(&two);
  return error;
}

int main(void) {
  pier_peer *peer;
  if (pier_peer_new(&peer, NULL) < 0) return 1;
  pier_peer_on(peer, "normal", 1, normal, NULL);
  pier_peer_on(peer, "print", 3, print, NULL);
  pier_peer_on(peer, "read", 1, read_text, NULL);
  pier_peer_on(peer, "compare", 2, compare, NULL);
  return pier_peer_run(peer);
}
