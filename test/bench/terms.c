/*
 * terms.c - one contestant's work on every term, in turn.
 *
 *   terms terms=WORK contestant=NAME warm=MS rate=MS
 *
 * Prints {"small":{"count":..,"seconds":..,"host_cpu":..,"bytes":..},...}, as
 * bench_beam.erl does for its own. Memory is reused from one time to the next,
 * by every contestant.
 */
#include "terms.h"
#include "clock.h"
#include "job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const terms_case *one;
static size_t which;    /* of the cases */
static pier_span bytes; /* of the term */
static pier_span text;  /* as ~w has it */
static pier_buffer out;
static ei_x_buff out_x;
static char *out_flat;

static int scan(void) {
  return pier_term_scan(bytes, NULL, NULL, NULL);
}

static int walk(void) {
  return terms_walk(which, bytes);
}

static int scan_and_walk(void) {
  int error = scan();
  return error < 0 ? error : walk();
}

static int walk_ei(void) {
  return terms_walk_ei(which, bytes);
}

static int build(void) {
  pier_buffer_clear(&out);
  one->build(&out);
  return pier_write_done(&out, 0);
}

static int build_x(void) {
  out_x.index = 0;
  one->build_x(&out_x);
  return out_x.index > 0 ? 0 : -1;
}

static int build_flat(void) {
  int index = 0;
  one->build_flat(out_flat, &index);
  return index > 0 ? 0 : -1;
}

static int normal(void) {
  pier_buffer_clear(&out);
  return pier_term_normalize(&out, bytes);
}

static int print(void) {
  pier_buffer_clear(&out);
  return pier_term_print(&out, bytes, PIER_TEXT_W, 0);
}

static int read(void) {
  pier_buffer_clear(&out);
  return pier_term_read(&out, text, NULL, NULL, NULL);
}

static const struct work {
  const char *name;
  const char *contestant;
  int (*once)(void);
} works[] = {
    {"scan", "pier", scan},
    {"walk", "pier", walk},
    {"walk", "scan+walk", scan_and_walk},
    {"walk", "ei", walk_ei},
    {"build", "pier", build},
    {"build", "ei_x", build_x},
    {"build", "ei", build_flat},
    {"normal", "pier", normal},
    {"print", "pier", print},
    {"read", "pier", read},
};

/* How often `once` was done in `wall` nanoseconds; the clock is read about every
 * millisecond. */
static int repeat(int (*once)(void), uint64_t wall, uint64_t *count) {
  uint64_t begin = clock_now(), now = begin, batch = 1, i;
  *count = 0;
  while (now - begin < wall) {
    uint64_t before = now;
    for (i = 0; i < batch; i++)
      if (once() < 0) return -1;
    *count += batch;
    now = clock_now();
    if (now - before < 1000000 / 2) batch *= 2;
  }
  return 0;
}

static int measure(int (*once)(void), uint64_t warm, uint64_t rate, const char *separator) {
  uint64_t count, cpu, begin;
  if (repeat(once, warm, &count) < 0) return -1;
  cpu = clock_cpu_self();
  begin = clock_now();
  if (repeat(once, rate, &count) < 0) return -1;
  begin = clock_now() - begin;
  cpu = clock_cpu_self() - cpu;
  printf("%s\"%s\":{\"count\":%llu,\"seconds\":%.9f,\"host_cpu\":%.9f,\"bytes\":%zu}",
         separator, one->id, (unsigned long long)count, (double)begin / 1e9, (double)cpu / 1e9,
         bytes.size);
  return 0;
}

/* The term itself and its text, which are what others work on. */
static int make_case(size_t number) {
  static pier_buffer term, words;
  which = number;
  one = &terms_cases[number];
  pier_buffer_clear(&term);
  pier_buffer_clear(&words);
  one->build(&term);
  bytes = pier_buffer_span(&term);
  if (term.error || pier_term_print(&words, bytes, PIER_TEXT_W, 0) < 0) return -1;
  text = one->text ? pier_span_text(one->text) : pier_buffer_span(&words);
  return 0;
}

int main(int argc, char **argv) {
  int (*once)(void) = NULL;
  job asked;
  size_t i;
  int known = job_read(&asked, argc, argv) == 0;
  for (i = 0; known && i < sizeof works / sizeof works[0]; i++)
    if (strcmp(works[i].name, asked.terms) == 0 &&
        strcmp(works[i].contestant, asked.contestant) == 0)
      once = works[i].once;
  if (!once) {
    fprintf(stderr, "usage: terms terms=WORK contestant=NAME warm=MS rate=MS\n");
    return 2;
  }
  terms_prepare();
  out_flat = malloc(TERMS_ROOM);
  if (!out_flat || ei_x_new(&out_x) < 0) return 1;
  for (i = 0; i < TERMS_COUNT; i++) {
    if (make_case(i) < 0 ||
        measure(once, job_time(asked.warm), job_time(asked.rate), i == 0 ? "{" : ",") < 0) {
      fprintf(stderr, "terms: %s of %s failed\n", asked.terms, terms_cases[i].id);
      return 1;
    }
  }
  printf("}\n");
  pier_buffer_free(&out);
  ei_x_free(&out_x);
  free(out_flat);
  return 0;
}
