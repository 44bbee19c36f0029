/*
 * caller_ei - {add,A,B} -> {ok,A+B} as the ei tutorials write it: exact reads of header
 * and body, ei_decode_*, a new ei_x_buff for each answer, header and body written apart.
 * {call,From,{add,A,B}} -> {reply,From,{ok,A+B}}: it copies From as it came.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ei.h>

static char body[1 << 16];

static int read_exact(char *bytes, size_t size) {
  size_t done = 0;
  while (done < size) {
    ssize_t got = read(0, bytes + done, size - done);
    if (got <= 0) return 0;
    done += (size_t)got;
  }
  return 1;
}

static int write_exact(const char *bytes, size_t size) {
  size_t done = 0;
  while (done < size) {
    ssize_t wrote = write(1, bytes + done, size - done);
    if (wrote <= 0) return 0;
    done += (size_t)wrote;
  }
  return 1;
}

static int answer_add(int *index, ei_x_buff *out) {
  char name[MAXATOMLEN];
  int arity;
  long a, b;
  if (ei_decode_tuple_header(body, index, &arity) != 0 || arity != 3 ||
      ei_decode_atom(body, index, name) != 0 || strcmp(name, "add") != 0 ||
      ei_decode_long(body, index, &a) != 0 || ei_decode_long(body, index, &b) != 0)
    return 0;
  ei_x_encode_tuple_header(out, 2);
  ei_x_encode_atom(out, "ok");
  ei_x_encode_long(out, a + b);
  return 1;
}

/* The caller's mark is stepped over, and what was stepped over is copied. */
static int answer_call(int *index, ei_x_buff *out) {
  char name[MAXATOMLEN];
  int arity, from;
  if (ei_decode_tuple_header(body, index, &arity) != 0 ||
      ei_decode_atom(body, index, name) != 0 || strcmp(name, "call") != 0)
    return 0;
  from = *index;
  if (ei_skip_term(body, index) != 0) return 0;
  ei_x_encode_tuple_header(out, 3);
  ei_x_encode_atom(out, "reply");
  ei_x_append_buf(out, body + from, *index - from);
  return answer_add(index, out);
}

static int answer(ei_x_buff *out) {
  int index = 0, version, type, size, after;
  char name[MAXATOMLEN];
  if (ei_decode_version(body, &index, &version) != 0) return 0;
  after = index;
  if (ei_get_type(body, &after, &type, &size) != 0 || type != ERL_SMALL_TUPLE_EXT) return 0;
  if (ei_decode_tuple_header(body, &after, &size) != 0 ||
      ei_decode_atom(body, &after, name) != 0)
    return 0;
  return strcmp(name, "call") == 0 ? answer_call(&index, out) : answer_add(&index, out);
}

int main(void) {
  unsigned char header[4];
  while (read_exact((char *)header, sizeof header)) {
    size_t size = (size_t)header[0] << 24 | (size_t)header[1] << 16 | (size_t)header[2] << 8 |
                  (size_t)header[3];
    ei_x_buff out;
    if (size > sizeof body || !read_exact(body, size)) return 1;
    if (ei_x_new_with_version(&out) != 0 || !answer(&out)) return 1;
    header[0] = (unsigned char)(out.index >> 24);
    header[1] = (unsigned char)(out.index >> 16);
    header[2] = (unsigned char)(out.index >> 8);
    header[3] = (unsigned char)out.index;
    if (!write_exact((char *)header, sizeof header) ||
        !write_exact(out.buff, (size_t)out.index))
      return 1;
    ei_x_free(&out);
  }
  return 0;
}
