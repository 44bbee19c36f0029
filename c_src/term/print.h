/* term/print.h - the pieces of a term's text. Errors stay in the buffer. */
#ifndef PIER_TERM_PRINT_H
#define PIER_TERM_PRINT_H

#include "term/view.h"

/* Characters above 255 are written as themselves in all styles but W. */
void pier__print_atom(pier_buffer *out, const pier__view *atom, bool unicode);
void pier__print_integer(pier_buffer *out, const pier__view *integer);
void pier__print_identifier(pier_buffer *out, const pier__view *view);
void pier__print_export(pier_buffer *out, const pier__view *view);
void pier__print_fun(pier_buffer *out, const pier__view *view);
/* <<1,2,3:4>>; with `strings` as <<"abc">> where its characters can be printed. */
void pier__print_bits(pier_buffer *out, const pier__view *view, bool strings);

/* True if the list is not empty and all its elements are characters of Latin-1
 * that can be printed; *end gets the address after it. */
bool pier__print_is_string(const pier__view *list, const uint8_t **end);
/* "such a list" */
void pier__print_string(pier_buffer *out, const pier__view *list);

/* One character inside `quote`. */
void pier__print_character(pier_buffer *out, uint32_t character, uint32_t quote, bool unicode);

#endif
