/*
 * pier/write.h - writing external terms by type, in place. pier/term.h has it
 * too, and adds what needs ei (pids, ports, references).
 *
 * Typed appends of one bare term each; begin the whole with
 * pier_write_version. The bytes are those that term_to_binary of OTP 26
 * writes for the same value (OTP 25 does with minor_version 2). Containers of a
 * known size are a head, then the parts: pier_write_tuple(out, 2), then two
 * terms. pier_buffer_reserve beforehand makes room for all of it at once.
 *
 * All of them return 0 or out->error and are sticky through it: besides the
 * buffer's own errors (PIER_ENOMEM, PIER_ELIMIT) a value that has no external
 * form stays there too (PIER_ERANGE: Inf, NaN, more than a head can count;
 * PIER_EARG: not UTF-8, an atom of more than 255 characters), so a builder may
 * write everything and look once. What was written before stays. If out->diag
 * is set it gets the first error, with the offset in `out`, and a sentence.
 *
 * Debugging: a program compiled with PIER_DEBUG defined has its containers
 * counted. An _end with a count that is not what was written, and a
 * pier_write_done of what is not one whole term, are PIER_EARG, and out->diag
 * names the container and where in `out` it begins. Without PIER_DEBUG nothing
 * of that is compiled in. The library may be built either way.
 */
#ifndef PIER_WRITE_H
#define PIER_WRITE_H

#include <pier/base.h>

#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef PIER_DEBUG
#define PIER_WRITE_CHECKED 1
#else
#define PIER_WRITE_CHECKED 0
#endif

PIER_INLINE int pier_write_version(pier_buffer *out);

/* ---- Numbers (c_src/term/write_number.c) --------------------------------- */

PIER_INLINE int pier_write_int64(pier_buffer *out, int64_t value);
PIER_INLINE int pier_write_uint64(pier_buffer *out, uint64_t value);
/* An integer of sign and magnitude. */
PIER_API int pier_write_magnitude(pier_buffer *out, int negative, uint64_t magnitude);
/* An integer of any size: its magnitude in base 256, least byte first, at
 * most 4194296 bytes (else PIER_ERANGE). Leading zeros and a negative zero are
 * put right. */
PIER_API int pier_write_bigint(pier_buffer *out, int negative, const uint8_t *digits,
                               size_t size);
/* An integer of any size from its text: digits in `base` (2 to 36, letters of
 * either case), with or without a sign before them. PIER_EARG for anything else,
 * PIER_ERANGE for more than pier_write_bigint takes. */
PIER_API int pier_write_integer_text(pier_buffer *out, pier_span text, unsigned base);
PIER_API int pier_write_double(pier_buffer *out, double value);

/* ---- Atoms and bytes (c_src/term/write_text.c) --------------------------- */

/* The name in UTF-8, as a C string or as a span (which may hold a NUL). */
PIER_API int pier_write_atom(pier_buffer *out, const char *name);
PIER_API int pier_write_atom_span(pier_buffer *out, pier_span name);
/* A name that is a string literal, in UTF-8 and of at most 255 characters: the
 * compiler makes its external form, which is only copied. Whether the name is
 * UTF-8 is looked at with PIER_DEBUG only. An atom that is known later than
 * that can be written once and copied with pier_write_term. */
#define pier_write_atom_const(out, name)                                                       \
  pier_write_atom_known((out), "" name "", sizeof(name) - 1)

PIER_API int pier_write_binary(pier_buffer *out, const void *data, size_t size);
/* The first `bits` bits of `data`, most significant first; a binary if they
 * fill their bytes. */
PIER_API int pier_write_bitstring(pier_buffer *out, const void *data, size_t bits);
/* A list of bytes, such as an Erlang string in Latin-1. */
PIER_API int pier_write_string(pier_buffer *out, const void *data, size_t size);

/* ---- Containers (c_src/term/write.c) -------------------------------------- */

/* Heads: `count` terms have to follow. */
PIER_INLINE int pier_write_tuple(pier_buffer *out, size_t count);
/* `count` pairs of key and value follow. That keys differ is the caller's
 * business; the gate of whoever reads them will mind. */
PIER_API int pier_write_map(pier_buffer *out, size_t count);
/* `count` terms follow and then the tail: pier_write_nil, or any other term
 * for an improper list. */
PIER_API int pier_write_list(pier_buffer *out, size_t count);
PIER_INLINE int pier_write_nil(pier_buffer *out);

/* Containers of a size that is known at their end only: remember what begin
 * returns, write the parts, give both to the end with the number of parts
 * (pairs, for a map). They nest. pier_write_list_end writes the tail [], and a
 * list that turned out to hold bytes only becomes what pier_write_string
 * writes. An end moves the bytes of a tuple of less than 256 parts by three;
 * with PIER_DEBUG it reads all of its parts. */
PIER_API size_t pier_write_tuple_begin(pier_buffer *out);
static inline int pier_write_tuple_end(pier_buffer *out, size_t begin, size_t count);
PIER_API size_t pier_write_list_begin(pier_buffer *out);
static inline int pier_write_list_end(pier_buffer *out, size_t begin, size_t count);
PIER_API size_t pier_write_map_begin(pier_buffer *out);
static inline int pier_write_map_end(pier_buffer *out, size_t begin, size_t count);

/* Another term as it is, without its version byte if it has one. It must not
 * be compressed. Empty: PIER_EARG. */
PIER_API int pier_write_term(pier_buffer *out, pier_span term);

/* ---- The verdict (c_src/term/write_check.c) ------------------------------- */

/* out->error, once everything is written; `begin` is what out->size was before
 * the first byte of the term. With PIER_DEBUG, pier_write_check. */
static inline int pier_write_done(pier_buffer *out, size_t begin);
/* PIER_EARG, in out->error as well, if the bytes from `begin` on are not one
 * whole term (a head that announced more or less than was written, a map with
 * a key twice). Reads them all. */
PIER_API int pier_write_check(pier_buffer *out, size_t begin);

/* ---- Not for users: bodies --------------------------------------------------- */

/* What the three ends call: a `tag` of 105, 108 or 116. */
PIER_API int pier_write_end(pier_buffer *out, size_t begin, size_t count, uint8_t tag,
                            int checked);
/* What pier_write_tuple calls for a tuple of more than 255. */
PIER_API int pier_write_large_tuple(pier_buffer *out, size_t count);

static inline int pier_write_tuple_end(pier_buffer *out, size_t begin, size_t count) {
  return pier_write_end(out, begin, count, 105, PIER_WRITE_CHECKED);
}

static inline int pier_write_list_end(pier_buffer *out, size_t begin, size_t count) {
  return pier_write_end(out, begin, count, 108, PIER_WRITE_CHECKED);
}

static inline int pier_write_map_end(pier_buffer *out, size_t begin, size_t count) {
  return pier_write_end(out, begin, count, 116, PIER_WRITE_CHECKED);
}

static inline int pier_write_done(pier_buffer *out, size_t begin) {
  if (PIER_WRITE_CHECKED) return pier_write_check(out, begin);
  return out->error;
}

PIER_INLINE int pier_write_version(pier_buffer *out) {
  return pier_buffer_append_byte(out, 131);
}

PIER_INLINE int pier_write_nil(pier_buffer *out) {
  return pier_buffer_append_byte(out, 106);
}

PIER_INLINE int pier_write_tuple(pier_buffer *out, size_t count) {
  uint8_t *to;
  if (count > UINT8_MAX) return pier_write_large_tuple(out, count);
  to = pier_buffer_reserve(out, 2);
  if (!to) return out->error;
  to[0] = 104;
  to[1] = (uint8_t)count;
  out->size += 2;
  return 0;
}

PIER_INLINE int pier_write_int64(pier_buffer *out, int64_t value) {
  uint8_t *to;
  if (value >= 0 && value <= UINT8_MAX) {
    to = pier_buffer_reserve(out, 2);
    if (!to) return out->error;
    to[0] = 97;
    to[1] = (uint8_t)value;
    out->size += 2;
    return 0;
  }
  if (value < INT32_MIN || value > INT32_MAX)
    return pier_write_magnitude(out, value < 0,
                                value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
  to = pier_buffer_reserve(out, 5);
  if (!to) return out->error;
  to[0] = 98;
  to[1] = (uint8_t)((uint32_t)value >> 24);
  to[2] = (uint8_t)((uint32_t)value >> 16);
  to[3] = (uint8_t)((uint32_t)value >> 8);
  to[4] = (uint8_t)value;
  out->size += 5;
  return 0;
}

PIER_INLINE int pier_write_uint64(pier_buffer *out, uint64_t value) {
  if (value > INT32_MAX) return pier_write_magnitude(out, 0, value);
  return pier_write_int64(out, (int64_t)value);
}

static inline int pier_write_atom_known(pier_buffer *out, const char *name, size_t size) {
  uint8_t *to;
  if (PIER_WRITE_CHECKED || size > UINT8_MAX)
    return pier_write_atom_span(out, pier_span_of(name, size));
  to = pier_buffer_reserve(out, 2 + size);
  if (!to) return out->error;
  to[0] = 119;
  to[1] = (uint8_t)size;
  memcpy(to + 2, name, size);
  out->size += 2 + size;
  return 0;
}

#ifdef __cplusplus
}
#endif

#endif
