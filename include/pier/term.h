/*
 * pier/term.h - external terms: the gate that makes bytes from outside safe,
 * reading and writing them, Erlang text, matching and formatting.
 *
 * A *term span* is one external term, with or without the version byte 131:
 * no tag has that number, so the two cannot be mistaken. Functions that
 * produce terms write the version byte, except where they say "bare".
 *
 * Functions that take a term span require that it has passed pier_term_scan
 * (or pier_term_plain), unless they say that they scan it themselves. On a
 * scanned, uncompressed term ei's own ei_decode_* calls are safe too.
 */
#ifndef PIER_TERM_H
#define PIER_TERM_H

#include <pier/base.h>

#include <stdarg.h>

#include <ei.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- The gate (c_src/term/scan.c, plain.c) ----------------------------- */

/* Walks the external term at the start of `bytes` (version byte first) without
 * recursion and without allocating more than the term's own size; *used (may
 * be NULL) gets its length. Bytes after it are the caller's business. A
 * compressed term is inflated and checked as well, but stays unreadable to
 * every other function here: see pier_term_plain.
 * Errors: PIER_ETERM, PIER_EDEPTH, PIER_ENODES, PIER_EINFLATED, PIER_ENOMEM,
 * with the offset of the fault in `diag`. */
PIER_API int pier_term_scan(pier_span bytes, const pier_limits *limits, size_t *used,
                            pier_diag *diag);

/* The gate for a whole frame: scans `bytes`, which must be exactly one term
 * (else PIER_ETRAILING), and gives in *term the term to read: `bytes` itself,
 * or, if it was compressed, its plain form written to `scratch`. */
PIER_API int pier_term_plain(pier_span bytes, const pier_limits *limits, pier_buffer *scratch,
                             pier_span *term, pier_diag *diag);

/* ---- Erlang text (c_src/term/text_*.c, print_*.c) ----------------------- */

/* Reads one term from `text` (UTF-8) and appends its external form, the same
 * bytes that term_to_binary makes of it. If `used` is NULL the text must hold
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
  PIER_TEXT_PRETTY /* as ~tp, in lines of `width` */
} pier_text_style;

/* Appends the text of `term`. `width` counts for PIER_TEXT_PRETTY only (0 is
 * 80). Errors: those of the buffer, PIER_ENOMEM. */
PIER_API int pier_term_print(pier_buffer *out, pier_span term, pier_text_style style,
                             unsigned width);

/* ---- Format and match (c_src/term/format.c, match.c) -------------------- */

/* Appends the term that `format` describes, Erlang text in which directives
 * stand for values: "{ok, #{sum => ~l, name => ~t}}". doc/terms.md lists the
 * directives. Errors: PIER_EPATTERN (with diag's column in the format),
 * PIER_ERANGE (Inf, NaN), the buffer's. */
PIER_API int pier_format(pier_buffer *out, const char *format, ...);
PIER_API int pier_vformat(pier_buffer *out, const char *format, va_list arguments,
                          pier_diag *diag);

/* 0 if `term` matches `pattern`, and the values are stored; PIER_EMATCH or
 * PIER_ERANGE if not (nothing is stored), PIER_EPATTERN if the pattern is
 * wrong. `diag` says where in the term. */
PIER_API int pier_match(pier_span term, const char *pattern, ...);
PIER_API int pier_vmatch(pier_span term, const char *pattern, va_list arguments,
                         pier_diag *diag);

#ifdef __cplusplus
}
#endif

#endif
