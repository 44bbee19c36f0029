/* Names, arguments and paths: Erlang terms as the bytes a program is given
 * (doc/ports.md, "Text"). */
#ifndef PIER_PORT_TEXT_H
#define PIER_PORT_TEXT_H

#include "term/view.h"

/* Appends the text of `term` and a NUL. Lists, flat or deep, are code points
 * and become UTF-8; a binary is taken as it is, up to its first NUL; an atom
 * is its text. PIER_EBADARG for anything else. */
int pier__text(const pier__view *term, pier_buffer *out);
/* The same for lists only. */
int pier__text_list(const pier__view *term, pier_buffer *out);

#endif
