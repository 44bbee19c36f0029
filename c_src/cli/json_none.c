/* In the place of json_read.c and json_write.c where jansson is missing. */
#include "cli/json.h"

static int none(pier_diag *diag) {
  return pier_diag_set(diag, PIER_ENOTSUP, 0, "this pier was built without jansson, for JSON");
}

int pier__json_read(pier_buffer *out, pier_span text, const pier_limits *limits,
                    pier_diag *diag) {
  (void)out, (void)text, (void)limits;
  return none(diag);
}

int pier__json_append(pier_buffer *out, pier_span term, int pretty, pier_diag *diag) {
  (void)out, (void)term, (void)pretty;
  return none(diag);
}

int pier__json_is_tag(const char *key) {
  (void)key;
  return 0;
}

size_t pier__json_blanks(pier_span text) {
  (void)text;
  return 0;
}
