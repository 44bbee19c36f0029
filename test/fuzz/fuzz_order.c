/* Three terms that follow each other: order and equality are what they have to
 * be for a sort, and agree with the normal forms. */
#include <pier/term.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TERMS = 3 };

static const pier_limits *small_limits(void) {
  static pier_limits limits;
  pier_limits_init(&limits);
  limits.inflated = limits.nodes = 1 << 20;
  limits.depth = 10000;
  return &limits;
}

/* Bytes if they begin with 131, else text up to a full stop. 0, or no term. */
static int next_term(pier_span *rest, pier_buffer *term) {
  size_t used = 0;
  int error;
  if (rest->size == 0) return PIER_ETERM;
  if (rest->data[0] == 131) {
    if (rest->size > 1 && rest->data[1] == 80) return PIER_ETERM;
    error = pier_term_scan(*rest, small_limits(), &used, NULL);
    if (!error) pier_buffer_append(term, rest->data, used);
  } else {
    error = pier_term_read(term, *rest, small_limits(), &used, NULL);
  }
  *rest = pier_span_of(rest->data + used, rest->size - used);
  return error;
}

static int sign(int order) {
  return (order > 0) - (order < 0);
}

static int compare(const pier_buffer *a, const pier_buffer *b) {
  int error = 1;
  int order = pier_term_compare(pier_buffer_span(a), pier_buffer_span(b), &error);
  if (error) abort();
  return sign(order);
}

/* What has several normal forms that are equal: -0.0, references, funs. The
 * bytes may mean something else; then less is checked. */
static bool may_be_equal_in_other_bytes(const pier_buffer *normal) {
  static const uint8_t zero[] = {70, 128, 0, 0, 0, 0, 0, 0, 0};
  return memmem(normal->data, normal->size, zero, sizeof zero) ||
         memchr(normal->data, 90, normal->size) || memchr(normal->data, 112, normal->size);
}

static void check_pair(const pier_buffer *a, const pier_buffer *b, const pier_buffer *normal_a,
                       const pier_buffer *normal_b) {
  int order = compare(a, b), error = 1;
  int equal = pier_term_equal(pier_buffer_span(a), pier_buffer_span(b), &error);
  bool same = normal_a->size == normal_b->size &&
              memcmp(normal_a->data, normal_b->data, normal_a->size) == 0;
  if (error || compare(b, a) != -order) abort();
  if (compare(normal_a, b) != order) abort();
  if (pier_term_equal(pier_buffer_span(b), pier_buffer_span(a), NULL) != equal) abort();
  if (equal && order != 0) abort();
  if (same && !equal) abort();
  if (equal && !same && !may_be_equal_in_other_bytes(normal_a) &&
      !may_be_equal_in_other_bytes(normal_b))
    abort();
}

static void check_triple(const pier_buffer term[TERMS]) {
  pier_buffer normal[TERMS] = {PIER_BUFFER_INIT};
  int i, j, k;
  for (i = 0; i < TERMS; i++)
    if (pier_term_normalize(&normal[i], pier_buffer_span(&term[i])) != 0) abort();
  for (i = 0; i < TERMS; i++)
    for (j = i; j < TERMS; j++)
      check_pair(&term[i], &term[j], &normal[i], &normal[j]);
  for (i = 0; i < TERMS; i++)
    for (j = 0; j < TERMS; j++)
      for (k = 0; k < TERMS; k++)
        if (compare(&term[i], &term[j]) <= 0 && compare(&term[j], &term[k]) <= 0 &&
            compare(&term[i], &term[k]) > 0)
          abort();
  for (i = 0; i < TERMS; i++)
    pier_buffer_free(&normal[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  pier_buffer term[TERMS] = {PIER_BUFFER_INIT};
  pier_span rest = pier_span_of(data, size);
  int i = 0;
  while (i < TERMS && next_term(&rest, &term[i]) == 0)
    i++;
  if (i == TERMS) check_triple(term);
  for (i = 0; i < TERMS; i++)
    pier_buffer_free(&term[i]);
  return 0;
}
