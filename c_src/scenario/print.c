/* The writer of transcripts: the same text as the BEAM's side writes. */
#include "scenario/sha.h"
#include "scenario/value.h"

enum { SHOWN_BYTES = 64 };

static bool is_plain(pier_span bytes) {
  size_t at;
  for (at = 0; at < bytes.size; at++)
    if (bytes.data[at] < 32 || bytes.data[at] > 126 || bytes.data[at] == '"' ||
        bytes.data[at] == '\\')
      return false;
  return bytes.size > 0;
}

static void print_bytes(pier_buffer *out, pier_span bytes) {
  size_t at;
  pier_buffer_append_text(out, "<<");
  if (is_plain(bytes)) {
    pier_buffer_append_byte(out, '"');
    pier_buffer_append(out, bytes.data, bytes.size);
    pier_buffer_append_byte(out, '"');
  } else {
    for (at = 0; at < bytes.size; at++)
      pier_buffer_append_format(out, at ? ",%u" : "%u", bytes.data[at]);
  }
  pier_buffer_append_text(out, ">>");
}

static void print_blob(pier_buffer *out, pier_span bytes) {
  uint8_t digest[PIER__SHA256_SIZE];
  size_t at;
  pier__sha256(bytes, digest);
  pier_buffer_append_format(out, "{blob,%zu,<<\"", bytes.size);
  for (at = 0; at < sizeof digest; at++)
    pier_buffer_append_format(out, "%02x", digest[at]);
  pier_buffer_append_text(out, "\">>}");
}

/* What needs no rules of our own. */
static void print_plainly(pier_buffer *out, const pier__value *value) {
  pier_buffer term = PIER_BUFFER_INIT;
  int error = pier__value_encode(value, &term);
  if (error == 0) error = pier_term_print(out, pier_buffer_span(&term), PIER_TEXT_W, 0);
  if (error < 0 && out->error == 0) out->error = error;
  pier_buffer_free(&term);
}

/* What stands between `value` and what was before it in its container. */
static const char *separator(const pier__value *value) {
  const pier__value *parent = value->parent;
  if (value->index == 0) return "";
  if (parent->kind == PIER__MAP && value->index % 2 == 1) return "=>";
  return parent->improper && value->index == parent->count - 1 ? "|" : ",";
}

typedef struct printer {
  pier_buffer *out;
  const pier__value *root;
} printer;

static void print_enter(void *context, const pier__value *value) {
  printer *p = context;
  if (value != p->root) pier_buffer_append_text(p->out, separator(value));
  switch (value->kind) {
  case PIER__TUPLE:
    pier_buffer_append_text(p->out, "{");
    break;
  case PIER__LIST:
    pier_buffer_append_text(p->out, "[");
    break;
  case PIER__MAP:
    pier_buffer_append_text(p->out, "#{");
    break;
  case PIER__BITS:
    if (value->data.size > SHOWN_BYTES && !value->unused)
      print_blob(p->out, value->data);
    else if (!value->unused)
      print_bytes(p->out, value->data);
    else
      print_plainly(p->out, value);
    break;
  case PIER__INTEGER:
    pier_buffer_append_format(p->out, "%lld", (long long)value->integer);
    break;
  default:
    print_plainly(p->out, value);
  }
}

static void print_leave(void *context, const pier__value *value) {
  printer *p = context;
  if (value->kind == PIER__TUPLE || value->kind == PIER__MAP)
    pier_buffer_append_byte(p->out, '}');
  else if (value->kind == PIER__LIST)
    pier_buffer_append_byte(p->out, ']');
}

int pier__value_print(const pier__value *value, pier_buffer *out) {
  printer p;
  p.out = out;
  p.root = value;
  pier__value_walk(value, print_enter, print_leave, &p);
  return out->error;
}
