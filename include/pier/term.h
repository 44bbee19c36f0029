/*
 * pier/term.h - external terms: the gate that makes bytes from outside safe,
 * order and normal form, Erlang text, matching and formatting. Terms are written
 * by type with pier/write.h, which is included here, and read with pier/read.h.
 *
 * A *term span* is one external term, with or without the version byte 131:
 * no tag has that number, so the two cannot be mistaken. Functions that
 * produce terms write the version byte, except where they say "bare".
 *
 * Functions that take a term span require that it has passed pier_term_scan
 * (or pier_term_plain), unless they say that they scan it themselves. On a
 * scanned, uncompressed term ei's own ei_decode_* calls are safe too, as far
 * as they know how much room the caller has (ei_decode_string and _binary do
 * not). One exception: ei_decode_double on the text float of before OTP R11
 * (tag 99) looks for a NUL, which a text of all 31 characters has not.
 */
#ifndef PIER_TERM_H
#define PIER_TERM_H

#include <pier/base.h>
#include <pier/write.h>

#include <stdarg.h>

#include <ei.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- The gate (c_src/term/scan.c, plain.c, path.c) ----------------------- */

/* Walks the external term at the start of `bytes` (version byte first) without
 * recursion, in time and memory linear in its size; *used (may be NULL) gets
 * its length. Bytes after it are the caller's business. A map with a key twice
 * is refused, as binary_to_term does. A compressed term is inflated and checked
 * as well, but stays unreadable to every other function here: see
 * pier_term_plain. NULL for `limits` means the defaults.
 * Errors: PIER_ETERM, PIER_EDEPTH, PIER_ENODES, PIER_EINFLATED, PIER_ENOMEM,
 * with the offset of the fault and a sentence in `diag`. A fault inside a
 * compressed term has offset 1; the sentence says where in its plain form. */
PIER_API int pier_term_scan(pier_span bytes, const pier_limits *limits, size_t *used,
                            pier_diag *diag);

/* The gate for a whole frame: scans `bytes`, which must be exactly one term
 * (else PIER_ETRAILING), and gives in *term the term to read: `bytes` itself,
 * or, if it was compressed, its plain form (version byte first), which takes
 * the place of what `scratch` held and lives as long as that stays untouched. */
PIER_API int pier_term_plain(pier_span bytes, const pier_limits *limits, pier_buffer *scratch,
                             pier_span *term, pier_diag *diag);

/* Says in words where in the term the byte at `offset` is, the way from the outside
 * in: "element 2 of tuple, value of key a"; the term itself has no way. For bytes
 * that the gate refused, with the offset it gave, and for every others: nothing is
 * taken for granted about them, no memory is needed but the buffer's, and the time
 * is linear. After 24 levels the words end with "deeper". 1 if something was
 * appended, 0 if not (also inside a compressed term), or the buffer's error. */
PIER_API int pier_term_path(pier_buffer *out, pier_span bytes, size_t offset);

/* ---- Writing (pier/write.h, c_src/term/write_identifier.c) ----------------- */

/* Identifiers as ei holds them. PIER_EARG if the node is not UTF-8 or longer than
 * 255 characters, or a reference has not 1 to 5 words; then nothing is written. */
PIER_API int pier_write_pid(pier_buffer *out, const erlang_pid *pid);
PIER_API int pier_write_port(pier_buffer *out, const erlang_port *port);
PIER_API int pier_write_ref(pier_buffer *out, const erlang_ref *ref);

/* ---- Order and normal form (c_src/term/compare.c, normal.c, atoms.c, deflate.c) */

/* Below, above or equal to 0, as `a` is before, after or equal to `b` in
 * Erlang's term order: `<` and `==` of Erlang, so 1 and 1.0 are equal, but not
 * as keys of maps, and an integer is compared with a float exactly, whatever
 * their size. How the terms are encoded does not matter. Needs no memory for
 * terms without parts. *error (may be NULL) gets 0, or PIER_ENOMEM or PIER_EARG
 * (an empty span), and then the result is 0. */
PIER_API int pier_term_compare(pier_span a, pier_span b, int *error);

/* 1 if both are the same term (`=:=`: 1 and 1.0 differ), else 0, also if *error
 * is not 0. As in OTP 25, 0.0 and -0.0 are the same. */
PIER_API int pier_term_equal(pier_span a, pier_span b, int *error);

/* Appends the bytes that term_to_binary(T, [deterministic, {minor_version, 2}])
 * of OTP 25 gives for the term, whatever bytes it came as: atoms in UTF-8, the
 * shortest integers, lists of bytes as strings, keys of maps in order. The
 * bytes of `term` must not lie in `out`. After an error (PIER_EARG for an empty
 * span, PIER_ENOMEM, those of the buffer) nothing is appended. */
PIER_API int pier_term_normalize(pier_buffer *out, pier_span term);

typedef enum pier_atoms {
  PIER_ATOMS_UTF8,  /* as OTP 26 and later: tags 119 and 118 */
  PIER_ATOMS_LATIN1 /* as OTP 25 and before: tag 100; UTF-8 for names beyond Latin-1 */
} pier_atoms;

/* Appends the term with its atoms as `form` says, those inside pids, ports,
 * references and funs included; all else keeps its bytes. The normal form with
 * PIER_ATOMS_LATIN1 is what term_to_binary(T, [deterministic]) of OTP 25 gives.
 * The bytes of `term` must not lie in `out`. After an error (PIER_EARG for an
 * empty span or no such form, PIER_ENOMEM, those of the buffer) nothing is
 * appended. */
PIER_API int pier_term_atoms(pier_buffer *out, pier_span term, pier_atoms form);

/* Appends the term as term_to_binary(T, [{compressed, level}]) does, from the
 * bytes that it has: compressed (tag 80) if that takes no more bytes, else as it
 * is, with its version byte. `level` is zlib's, 1 (fast) to 9 (small); 0 never
 * compresses. The bytes of `term` must not lie in `out`. After an error
 * (PIER_EARG for an empty span or another level, PIER_ENOMEM, those of the
 * buffer) nothing is appended. */
PIER_API int pier_term_compress(pier_buffer *out, pier_span term, int level);

/* ---- Erlang text (c_src/term/text_*.c, print_*.c) ----------------------- */

/* Reads one term from `text` (UTF-8) and appends its external form, the same
 * bytes that term_to_binary(T, [deterministic, {minor_version, 2}]) makes of
 * it: atoms in UTF-8, keys of maps in order. If `used` is NULL the text must hold
 * exactly one term, with or without a final full stop; otherwise *used gets
 * the bytes read up to and including the full stop that ends the term, and a
 * result of 0 means a term, 1 that there was nothing left but white space and
 * comments. Errors: PIER_ETEXT, PIER_EDEPTH, PIER_ELIMIT, PIER_ENOMEM, with
 * line, column and byte offset. */
PIER_API int pier_term_read(pier_buffer *out, pier_span text, const pier_limits *limits,
                            size_t *used, pier_diag *diag);

typedef enum pier_text_style {
  PIER_TEXT_W,     /* as io_lib:format("~w") */
  PIER_TEXT_TW,    /* as ~tw: characters beyond Latin-1 stay themselves */
  PIER_TEXT_TP,    /* as ~0tp: strings as strings, on one line */
  PIER_TEXT_PRETTY /* as ~tp in a field of `width`: in lines, for people */
} pier_text_style;

/* Appends the text of `term`, or nothing if that fails. `width` is for
 * PIER_TEXT_PRETTY: the characters of a line, 0 for the 80 of ~tp; the text has
 * no line break at its end, and what is nested deeper than 512 columns beyond
 * the width is written without breaks. doc/terms.md names the few texts that
 * cannot be Erlang's own. Time is linear in the text; besides the result
 * PIER_TEXT_PRETTY takes room for the text on one line and 8 to 16 bytes for
 * each term in it. Errors: PIER_EARG for an empty span, PIER_ENOMEM, those of
 * the buffer. */
PIER_API int pier_term_print(pier_buffer *out, pier_span term, pier_text_style style,
                             unsigned width);

#ifdef __cplusplus
}
#endif

/* Formats and patterns. */
#include <pier/pattern.h>

#endif
