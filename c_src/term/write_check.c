/* What a debug build looks at: whether the heads announced what was written. */
#include "term/scan.h"
#include "term/view.h"
#include "term/write.h"

#include <stdarg.h>
#include <stdio.h>

/* A container of which parts are missing. */
typedef struct open {
  size_t begin; /* in the buffer */
  uint64_t left;
} open;

int pier__write_wrong(pier_buffer *out, int error, size_t offset, const char *format, ...) {
  char text[sizeof((pier_diag *)0)->text];
  va_list arguments;
  if (out->error) return out->error;
  out->error = error;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return pier_diag_set(out->diag, error, offset, "%s", text);
}

static const char *name_at(const pier_buffer *out, size_t begin) {
  return pier__leaves[out->data[begin]].name;
}

/* Takes what is complete off the stack, and from what its container misses. */
static void pop_complete(pier_buffer *stack) {
  open *top;
  while (stack->size > 0 &&
         (top = (open *)(void *)(stack->data + stack->size) - 1)->left == 0) {
    stack->size -= sizeof *top;
    if (stack->size > 0) top[-1].left--;
  }
}

static bool is_container(uint8_t tag) {
  return tag == PIER__TAG_SMALL_TUPLE || tag == PIER__TAG_LARGE_TUPLE ||
         tag == PIER__TAG_LIST || tag == PIER__TAG_MAP;
}

/* The gate, for a term of the program's own: only memory limits it. */
static int scan_term(pier_buffer *out, size_t at, size_t *end) {
  pier_limits limits;
  pier_diag fault;
  int error;
  pier_limits_init(&limits);
  limits.depth = limits.nodes = SIZE_MAX;
  error = pier__scan_bare(pier_buffer_span(out), at, &limits, end, &fault);
  if (!error) return 0;
  return pier__write_wrong(out, error == PIER_ENOMEM ? error : PIER_EARG, fault.offset, "%s",
                           fault.text);
}

/* The term at *at without its parts, which are counted; *at is then behind. */
static int walk_head(pier_buffer *out, size_t *at, uint64_t *parts) {
  pier__view view;
  if (is_container(out->data[*at])) {
    pier__view_at(&view, out->data + *at);
    *at = (size_t)(view.next - out->data);
    *parts = view.children;
    return 0;
  }
  return scan_term(out, *at, at);
}

/* What ends before all is there: the innermost container misses something. */
static int tell_missing(pier_buffer *out, const pier_buffer *stack) {
  const open *top = (const open *)(const void *)(stack->data + stack->size) - 1;
  return pier__write_wrong(out, PIER_EARG, top->begin,
                           "%s lacks %llu of the terms it announced", name_at(out, top->begin),
                           (unsigned long long)top->left);
}

/* The whole term at *at, which then is behind it. */
static int skip_term(pier_buffer *out, size_t *at) {
  pier_buffer stack = PIER_BUFFER_INIT;
  do {
    open next = {*at, 0};
    if (*at == out->size) {
      tell_missing(out, &stack);
    } else if (!walk_head(out, at, &next.left)) {
      if (pier_buffer_append(&stack, &next, sizeof next))
        pier__write_fail(out, stack.error, pier_strerror(stack.error));
      else
        pop_complete(&stack);
    }
  } while (stack.size > 0 && !out->error);
  pier_buffer_free(&stack);
  return out->error;
}

int pier_write_check(pier_buffer *out, size_t begin) {
  size_t at = begin, first;
  if (out->error) return out->error;
  if (at < out->size && out->data[at] == PIER__VERSION) at++;
  first = at;
  if (at >= out->size) return pier__write_wrong(out, PIER_EARG, begin, "no term was written");
  if (skip_term(out, &at)) return out->error;
  /* Keys that are there twice are for the gate to see. */
  if (at == out->size) return scan_term(out, first, &at);
  return pier__write_wrong(out, PIER_EARG, first, "%s is complete before the term at byte %zu",
                           name_at(out, first), at);
}

int pier__write_count(pier_buffer *out, size_t begin, size_t count) {
  enum { HEAD = 5 };
  size_t at = begin + HEAD, parts = 0;
  bool map = out->data[begin] == PIER__TAG_MAP;
  while (at < out->size) {
    if (skip_term(out, &at)) return out->error;
    parts++;
  }
  if (parts == (map ? 2 * count : count)) return 0;
  return pier__write_wrong(out, PIER_EARG, begin,
                           "%s ends with a count of %zu%s; terms written: %zu",
                           name_at(out, begin), count, map ? " pairs" : "", parts);
}
