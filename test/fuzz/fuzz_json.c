/*
 * Any bytes as JSON. What is read is a term that the gate lets in; the JSON of
 * that term reads back as the same bytes.
 */
#include "cli/json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_back(pier_span json, pier_span wanted, const pier_limits *limits) {
  pier_buffer term = PIER_BUFFER_INIT;
  pier_diag diag = {0};
  if (pier__json_read(&term, json, limits, &diag) != 0) abort();
  if (term.size != wanted.size || memcmp(term.data, wanted.data, term.size) != 0) abort();
  pier_buffer_free(&term);
}

static void check_term(pier_span term, const pier_limits *limits) {
  pier_buffer json = PIER_BUFFER_INIT;
  pier_diag diag = {0};
  int error;
  if (pier_term_scan(term, limits, NULL, NULL) != 0) abort();
  error = pier__json_append(&json, term, 0, &diag);
  /* A term from $etf or $term may be deeper than JSON. */
  if (error && error != PIER_EDEPTH) abort();
  if (!error) check_back(pier_buffer_span(&json), term, limits);
  pier_buffer_free(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  pier_buffer term = PIER_BUFFER_INIT;
  pier_limits limits;
  pier_diag diag = {0};
  int error;
  pier_limits_init(&limits);
  limits.inflated = 1 << 20;
  error = pier__json_read(&term, pier_span_of(data, size), &limits, &diag);
  if (!error)
    check_term(pier_buffer_span(&term), &limits);
  else if (diag.error != error || diag.text[0] == '\0' || diag.offset > size || term.size > 0)
    abort();
  pier_buffer_free(&term);
  return 0;
}
