/*
 * Any bytes through the gate. What it lets in must be safe for ei, which must
 * find the same values in it; it must have the length it said, and must be let
 * in again where the memory ends; its plain form likewise, whichever way its
 * atoms are written. For what it refuses there is a way to the fault.
 */
#include "../support/ei_walk.h"

#include <pier/term.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Exactly `size` bytes, so that the sanitizer sees a read behind them. */
static pier_span copy_of(pier_span bytes) {
  uint8_t *copy = malloc(bytes.size > 0 ? bytes.size : 1);
  if (!copy) abort();
  if (bytes.size > 0) memcpy(copy, bytes.data, bytes.size);
  return pier_span_of(copy, bytes.size);
}

static void drop(pier_span copy) {
  free((void *)(uintptr_t)copy.data);
}

static void check_with_ei(pier_span plain) {
  pier_span copy = copy_of(plain);
  if (ei_disagrees(copy)) abort();
  drop(copy);
}

/* Both forms of the atoms are the same term. */
static void check_atoms(pier_span plain, const pier_limits *limits) {
  pier_buffer out = PIER_BUFFER_INIT;
  pier_atoms form;
  for (form = PIER_ATOMS_UTF8; form <= PIER_ATOMS_LATIN1; form++) {
    pier_span copy = copy_of(plain);
    pier_buffer_clear(&out);
    if (pier_term_atoms(&out, copy, form) != 0) abort();
    if (pier_term_scan(pier_buffer_span(&out), limits, NULL, NULL) != 0) abort();
    if (!pier_term_equal(copy, pier_buffer_span(&out), NULL)) abort();
    drop(copy);
  }
  pier_buffer_free(&out);
}

static void check_path(pier_span bytes, size_t offset) {
  pier_buffer out = PIER_BUFFER_INIT;
  if (pier_term_path(&out, bytes, offset) != (out.size > 0)) abort();
  pier_buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  pier_span bytes = copy_of(pier_span_of(data, size)), exact, plain;
  pier_buffer scratch = PIER_BUFFER_INIT;
  pier_limits limits;
  pier_diag diag = {0};
  size_t used = 0, again = 0;
  int error;
  pier_limits_init(&limits);
  limits.inflated = 1 << 20;
  error = pier_term_scan(bytes, &limits, &used, &diag);
  check_path(bytes, error ? diag.offset : size / 2);
  drop(bytes);
  if (error) {
    if (diag.error != error || diag.offset > size || diag.text[0] == '\0') abort();
    return 0;
  }
  if (used > size) abort();
  exact = copy_of(pier_span_of(data, used));
  if (pier_term_scan(exact, &limits, &again, NULL) != 0 || again != used) abort();
  if (pier_term_plain(exact, &limits, &scratch, &plain, NULL) != 0) abort();
  check_with_ei(plain);
  check_atoms(plain, &limits);
  drop(exact);
  pier_buffer_free(&scratch);
  return 0;
}
