/* term/print.h - the pieces of a term's text. Errors stay in the buffer. */
#ifndef PIER_TERM_PRINT_H
#define PIER_TERM_PRINT_H

#include "term/view.h"

/* Characters above 255 are written as themselves in all styles but W. */
void pier__print_atom(pier_buffer *out, const pier__view *atom, bool unicode);
void pier__print_integer(pier_buffer *out, const pier__view *integer);
void pier__print_unsigned(pier_buffer *out, uint64_t value);
/* 1,2,255 */
void pier__print_bytes(pier_buffer *out, const uint8_t *data, size_t size);
void pier__print_identifier(pier_buffer *out, const pier__view *view);
void pier__print_export(pier_buffer *out, const pier__view *view);
void pier__print_fun(pier_buffer *out, const pier__view *view);
/* <<1,2,3:4>>; with `strings` as <<"abc">> where its characters can be printed. */
void pier__print_bits(pier_buffer *out, const pier__view *view, bool strings);

/* Prints terms from *at on, at most `count`, with commas between them and perhaps
 * before them, in the style of PIER_TEXT_W, which is that of all styles that show no
 * strings: as long as they are simple and the buffer has room for them. *at is then
 * behind these. How many; never an error. */
size_t pier__print_run(pier_buffer *out, const uint8_t **at, size_t count, bool comma);

/* True if the list is not empty and all its elements are characters of Latin-1
 * that can be printed; *end gets the address after it. */
bool pier__print_is_string(const pier__view *list, const uint8_t **end);
/* "such a list" */
void pier__print_string(pier_buffer *out, const pier__view *list);

/* The shape of a text on one line, for who breaks it into several: its terms in
 * the order of the text, each a word
 *   characters << PIER__NODE_SHIFT | kind | perhaps PIER__NODE_TAIL
 * and, if it has parts, another one: the index of the word after these. The
 * parts of a map are keys and values in turn. */
enum {
  PIER__NODE_WORD,  /* is not broken: atoms, numbers, strings, {} */
  PIER__NODE_BYTES, /* <<1,2,3>> */
  PIER__NODE_LIST,  /* this and the following have parts */
  PIER__NODE_TUPLE,
  PIER__NODE_TAGGED, /* a tuple of an atom and more */
  PIER__NODE_MAP,
  PIER__NODE_KIND = 7, /* mask */
  PIER__NODE_TAIL = 8, /* what stands behind the bar of a list */
  PIER__NODE_SHIFT = 4
};

/* Appends the term at `at` on one line, and to `nodes` (may be NULL) its shape.
 * After an error both may hold a part. */
int pier__print_flat(pier_buffer *out, const uint8_t *at, pier_text_style style,
                     pier_buffer *nodes);
/* Appends it in lines of `width` characters, as io_lib_pretty does. */
int pier__print_pretty(pier_buffer *out, const uint8_t *at, unsigned width);

/* One character inside `quote`. */
void pier__print_character(pier_buffer *out, uint32_t character, uint32_t quote, bool unicode);

#endif
