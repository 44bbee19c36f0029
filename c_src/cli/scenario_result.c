/* Streams of transcripts, taken apart into one result for each scenario. */
#include "cli/scenario.h"

#include <stdlib.h>
#include <string.h>

pier__result *pier__case_result(pier__case *one, pier__hosts host) {
  if (host == PIER__HOST_SERVE) return &one->serve;
  return host == PIER__HOST_BEAM ? &one->beam : &one->native;
}

const char *pier__host_name(pier__hosts host) {
  static const char *const names[] = {"",      "native",       "beam",       "both",
                                      "serve", "native,serve", "beam,serve", "all"};
  return names[host];
}

static int begins(pier_span line, const char *with) {
  return line.size >= strlen(with) && memcmp(line.data, with, strlen(with)) == 0;
}

static pier__case *find_case(const pier__cases *cases, pier_span name) {
  size_t at;
  for (at = 0; at < cases->count; at++) {
    const char *known = cases->list[at].scenario->name;
    if (strlen(known) == name.size && memcmp(known, name.data, name.size) == 0)
      return &cases->list[at];
  }
  return NULL;
}

/* The transcript is whole. */
static int finish(pier__stream *stream) {
  pier_span text = pier_buffer_span(&stream->text);
  pier__transcript **at;
  stream->inside = 0;
  if (!stream->of) return 0;
  at = &pier__case_result(stream->of, stream->host)->first;
  while (*at && !((*at)->text.size == text.size &&
                  memcmp((*at)->text.data, text.data, text.size) == 0))
    at = &(*at)->next;
  if (!*at) {
    uint8_t *copy = pier__arena_copy(&stream->cases->arena, text);
    *at = pier__arena_take(&stream->cases->arena, sizeof **at);
    if (!*at || !copy) return PIER_ENOMEM;
    (*at)->text = pier_span_of(copy, text.size);
  }
  (*at)->runs++;
  return 0;
}

/* "%% outcome ID NAME LABEL": what is behind the id, in its place. */
static int take_outcome(pier__stream *stream, pier_span line) {
  size_t skip = strlen("%% outcome ");
  pier__outcome **at, *fresh;
  const char *text;
  if (!stream->of) return 0;
  skip += strlen(stream->of->scenario->name) + 1;
  if (line.size <= skip + 1) return 0;
  text = (const char *)pier__arena_copy(&stream->cases->arena,
                                        pier_span_of(line.data + skip, line.size - skip - 1));
  if (!text) return PIER_ENOMEM;
  at = &pier__case_result(stream->of, stream->host)->outcomes;
  while (*at && strcmp((*at)->text, text) < 0)
    at = &(*at)->next;
  if (*at && strcmp((*at)->text, text) == 0) return 0;
  fresh = pier__arena_take(&stream->cases->arena, sizeof *fresh);
  if (!fresh) return PIER_ENOMEM;
  fresh->text = text;
  fresh->next = *at;
  *at = fresh;
  return 0;
}

static int take_line(pier__stream *stream, pier_span line) {
  const size_t before = strlen("{scenario,");
  if (begins(line, "%% outcome ")) return take_outcome(stream, line);
  if (begins(line, "%% otp "))
    stream->otp = (unsigned)strtoul((const char *)line.data + 7, NULL, 10);
  if (begins(line, "%")) return 0;
  if (begins(line, "{scenario,") && line.size > before + 3) {
    stream->of =
        find_case(stream->cases, pier_span_of(line.data + before, line.size - before - 3));
    stream->inside = 1;
    pier_buffer_clear(&stream->text);
  }
  if (!stream->inside) return 0;
  pier_buffer_append(&stream->text, line.data, line.size);
  if (begins(line, "'end'.") || begins(line, "{mismatch,")) return finish(stream);
  return stream->text.error;
}

int pier__stream_feed(pier__stream *stream, pier_span bytes) {
  const uint8_t *newline;
  size_t start = 0;
  size_t looked = stream->rest.size;
  if (pier_buffer_append(&stream->rest, bytes.data, bytes.size) < 0) return PIER_ENOMEM;
  while ((newline = memchr(stream->rest.data + looked, '\n', stream->rest.size - looked))) {
    size_t end = (size_t)(newline - stream->rest.data) + 1;
    int error = take_line(stream, pier_span_of(stream->rest.data + start, end - start));
    if (error) return error;
    start = looked = end;
  }
  pier_buffer_consume(&stream->rest, start);
  return 0;
}

int pier__stream_break(pier__stream *stream, const char *why) {
  if (!stream->inside) return 0;
  pier_buffer_append_format(&stream->text, "{mismatch,{main,%s}}.\n", why);
  return stream->text.error ? PIER_ENOMEM : finish(stream);
}

void pier__stream_free(pier__stream *stream) {
  pier_buffer_free(&stream->rest);
  pier_buffer_free(&stream->text);
}

int pier__result_good(const pier__result *result) {
  static const char end[] = "\n'end'.\n";
  const size_t size = sizeof end - 1;
  const pier__transcript *only = result->first;
  return only && !only->next && only->text.size >= size &&
         memcmp(only->text.data + only->text.size - size, end, size) == 0;
}

unsigned pier__result_runs(const pier__result *result) {
  const pier__transcript *one;
  unsigned runs = 0;
  for (one = result->first; one; one = one->next)
    runs += one->runs;
  return runs;
}
