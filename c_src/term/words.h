/* term/words.h - what is expected, what is there and where, in words for a diag. */
#ifndef PIER_TERM_WORDS_H
#define PIER_TERM_WORDS_H

#include "term/view.h"

/* Where the next word goes; what does not fit is cut, at a whole character. */
typedef struct pier__words {
  char *at;
  size_t left;
} pier__words;

void pier__words_begin(pier__words *words, pier_diag *diag);
void pier__words_say(pier__words *words, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* At most `most` bytes of UTF-8, and dots if there are more. */
void pier__words_cut(pier__words *words, pier_span more, size_t most);

/* "element 2 of list", after a comma if it is not the first step of a path. */
void pier__words_element(pier__words *words, size_t index, bool list, bool first);
/* "value of key foo", likewise. */
void pier__words_key(pier__words *words, pier_span key, bool first);
/* The term at `at`: "integer 3", "list of 2". */
void pier__words_got(pier__words *words, const uint8_t *at);

#endif
