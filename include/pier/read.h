/*
 * pier/read.h - reading terms by type: a cursor over the bytes of a term.
 *
 * A pier_reader is a value, on the stack of its user; it owns nothing and takes
 * no memory. The one of the whole term reads one term; entering a tuple, list or
 * map gives another one, which reads what is inside:
 *
 *   pier_reader r = pier_reader_of(term, &diag), call;
 *   pier_read_tuple(&r, &call, 3);
 *   pier_read_this_atom(&call, "add");
 *   a = pier_read_int64(&call);
 *   b = pier_read_int64(&call);
 *   return pier_reader_end(&r);
 *
 * The inner reader moves the outer one on when its last term has been read, so
 * nothing has to be closed. What is not read to its end has to be left with
 * pier_read_leave; a map in which keys were looked up need not. An inner reader
 * must not outlive the outer one, which in turn must stay where it is in memory.
 *
 * Errors are sticky, and of the whole: the first one is kept, with its place in
 * the diag; what failed and all readers around it read nothing more, so that
 * later calls are harmless: they give 0, an empty span, a reader of nothing.
 * Look once, with pier_reader_end. PIER_EMATCH is a term of another type or
 * value, PIER_ERANGE one that does not fit, both with the path to it
 * ("element 2 of tuple: expected integer, got atom foo"), PIER_ETRAILING
 * terms that were left unread.
 *
 * The term must have passed the gate (pier_term_scan, pier_term_plain), and its
 * bytes must stay as long as readers and the spans they gave are used. How a
 * term was encoded makes no difference: a list of bytes is read as any list,
 * whether it came as a string or not.
 */
#ifndef PIER_READ_H
#define PIER_READ_H

#include <pier/term.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What comes next. A list of no elements is PIER_TYPE_NIL. */
typedef enum pier_type {
  PIER_TYPE_NONE, /* nothing: all is read, or there was an error */
  PIER_TYPE_INTEGER,
  PIER_TYPE_FLOAT,
  PIER_TYPE_ATOM,
  PIER_TYPE_BINARY,
  PIER_TYPE_BITSTRING, /* of bits that do not fill their bytes */
  PIER_TYPE_TUPLE,
  PIER_TYPE_LIST,
  PIER_TYPE_NIL,
  PIER_TYPE_MAP,
  PIER_TYPE_PID,
  PIER_TYPE_PORT,
  PIER_TYPE_REF,
  PIER_TYPE_FUN,
  PIER_TYPE_EXPORT /* fun m:f/1 */
} pier_type;

/* Its members are not for users. */
typedef struct pier_reader {
  const uint8_t *at;      /* the next term */
  size_t left;            /* how many can be read from there on */
  size_t held;            /* the same, behind the inner reader that is open */
  const uint8_t *reach;   /* if that looks up keys: how far it is known, */
  size_t behind;          /* and how many of its terms are behind that */
  struct pier_reader *up; /* the outer reader, NULL for the term as a whole */
  const uint8_t *term;    /* what it reads: its first byte */
  union {
    const uint8_t *end; /* of the bytes of a string */
    size_t pairs;       /* of a map in which keys are looked up: those behind */
    pier_diag *diag;    /* of the whole */
  } more;
  int error; /* of the whole */
  uint8_t kind;
  uint8_t state;
} pier_reader;

/* ---- Begin and end (c_src/term/read_step.c) ------------------------------- */

/* Reads `term`, a term span, one time. `diag` may be NULL; it is written at the
 * first error, if there is one. An empty span is PIER_EARG. */
PIER_INLINE pier_reader pier_reader_of(pier_span term, pier_diag *diag);

/* The verdict, of the reader that pier_reader_of gave: the first error, or 0 if
 * all was read. */
PIER_API int pier_reader_end(pier_reader *reader);

/* The first error so far, asked of any reader. */
PIER_API int pier_reader_error(const pier_reader *reader);

/* Refuses the next term: PIER_EMATCH, "expected `expected`, got ...". For the
 * end of a chain of pier_read_if_atom. Returns PIER_EMATCH, or the first error. */
PIER_API int pier_reader_fail(pier_reader *reader, const char *expected);

/* How many terms are left: elements of a tuple or list, keys and values of a
 * map. A list that came in several pieces tells the rest of the first only. */
PIER_API size_t pier_reader_left(const pier_reader *reader);

/* 1 while there are terms to read here, else 0. */
PIER_INLINE int pier_read_more(pier_reader *reader);

/* What comes next, which stays there. */
PIER_API pier_type pier_read_peek(pier_reader *reader);

/* Over the next term, whatever it is. */
PIER_API void pier_read_skip(pier_reader *reader);
/* The next term as a term span, without version byte. */
PIER_API pier_span pier_read_term(pier_reader *reader);

/* Over all that is left here; what comes after it can be read from the outer
 * reader. Harmless when nothing is left. */
PIER_API void pier_read_leave(pier_reader *reader);

/* ---- Tuples, lists, maps (read_enter.c, read_find.c) ---------------------- */

/* *inner, which need not be initialised, becomes the reader of what is inside the
 * next term. What enters returns 1; or 0 after an error, and then *inner reads
 * nothing. */

/* Enters a tuple of `arity` elements; of any number, which pier_reader_left tells. */
PIER_INLINE int pier_read_tuple(pier_reader *reader, pier_reader *inner, size_t arity);
PIER_API int pier_read_any_tuple(pier_reader *reader, pier_reader *inner);

/* Enters a list, also []. Its elements are read like those of a tuple, best
 * while pier_read_more says so. A list that does not end in [] is refused where
 * its elements end. */
PIER_INLINE int pier_read_list(pier_reader *reader, pier_reader *inner);

/* Enters a list that may end in anything: [a, b|c]. When pier_read_more says 0,
 * pier_read_tail says 1 if there is a tail but [], which then is read like
 * one more element. */
PIER_API int pier_read_improper_list(pier_reader *reader, pier_reader *inner);
PIER_API int pier_read_tail(pier_reader *list);

/* Enters a map. Its pairs can be read one by one, each key and then its value,
 * in the order in which they came; or by key. */
PIER_INLINE int pier_read_map(pier_reader *reader, pier_reader *inner);

/* Looks for a key: an atom (its name in UTF-8), or any term. 1 if it is there,
 * and its value is what is read next from `map`; 0 if not. In any order, but
 * keys that are asked for in the order in which they came are found at once. */
PIER_API int pier_read_find(pier_reader *map, const char *key);
PIER_API int pier_read_find_term(pier_reader *map, pier_span key);
/* The same for a key that must be there: PIER_EMATCH if not. */
PIER_API int pier_read_key(pier_reader *map, const char *key);

/* ---- Numbers (read_number.c) ---------------------------------------------- */

PIER_INLINE int64_t pier_read_int64(pier_reader *reader);
PIER_API uint64_t pier_read_uint64(pier_reader *reader);
/* An integer from `low` to `high`; others are PIER_ERANGE. */
PIER_API int64_t pier_read_integer_in(pier_reader *reader, int64_t low, int64_t high);
/* An integer of any size: appends its magnitude in base 256 to `digits`, least
 * byte first and without leading zeros (0 has none), as pier_write_bigint takes
 * it. *negative (may be NULL) gets 1 or 0. Besides the above, the errors of the
 * buffer. Returns the buffer's bytes of this integer. */
PIER_API size_t pier_read_bigint(pier_reader *reader, int *negative, pier_buffer *digits);
/* A float; pier_read_number also takes an integer of at most 64 bits if a double
 * holds it exactly (else PIER_ERANGE). */
PIER_INLINE double pier_read_double(pier_reader *reader);
PIER_API double pier_read_number(pier_reader *reader);

/* ---- Atoms (read_atom.c); names are UTF-8 --------------------------------- */

/* Takes the next term if it is this atom: 1; else 0 and nothing happens. */
PIER_INLINE int pier_read_if_atom(pier_reader *reader, const char *name);
/* Takes this atom; anything else is PIER_EMATCH. 1 if it was there. */
PIER_INLINE int pier_read_this_atom(pier_reader *reader, const char *name);
/* true or false: 1 or 0. */
PIER_INLINE int pier_read_bool(pier_reader *reader);
/* Appends the name to `name`. Latin-1 is converted. */
PIER_API void pier_read_atom(pier_reader *reader, pier_buffer *name);
/* The name where it lies. PIER_ERANGE if it is in Latin-1 and beyond ASCII. */
PIER_API pier_span pier_read_atom_span(pier_reader *reader);

/* ---- Bytes and text (read_data.c, read_text.c) ----------------------------- */

/* The bytes of a binary where they lie. */
PIER_INLINE pier_span pier_read_binary(pier_reader *reader);
/* The same, also of a bitstring, whose last byte has unused bits at its low end;
 * *bits gets how many bits there are. */
PIER_API pier_span pier_read_bitstring(pier_reader *reader, size_t *bits);

/* Iodata, a binary or a deep list of bytes and binaries: appends its bytes.
 * Nested lists take memory, one word a level; PIER_ENOMEM, and the buffer's
 * errors. After an error nothing is appended. */
PIER_API void pier_read_iodata(pier_reader *reader, pier_buffer *out);
/* Chardata, as unicode:characters_to_binary/1 has it: a binary of UTF-8, or a
 * deep list of characters and such binaries. Appends UTF-8, as above. */
PIER_API void pier_read_text(pier_reader *reader, pier_buffer *out);
/* Chardata into text[0..room), ended by a NUL. PIER_ERANGE if there is no room
 * for all of it or a NUL in it; then text is "". The length. `room` is not 0. */
PIER_API size_t pier_read_string(pier_reader *reader, char *text, size_t room);

/* ---- Identifiers, as ei holds them (read_data.c) -------------------------- */

PIER_API void pier_read_pid(pier_reader *reader, erlang_pid *pid);
PIER_API void pier_read_port(pier_reader *reader, erlang_port *port);
PIER_API void pier_read_ref(pier_reader *reader, erlang_ref *ref);

#ifdef __cplusplus
}
#endif

#include <pier/read_inline.h>

#endif
