/* The files of test/vectors: one term a row, first its bytes in hex. */
#ifndef TEST_SUPPORT_VECTORS_H
#define TEST_SUPPORT_VECTORS_H

#include <pier/base.h>

enum { VECTOR_FIELDS = 8 };

typedef struct vector_row {
  const char *name; /* file:line, and the last or last but one field */
  pier_span bytes;
  const char *field[VECTOR_FIELDS]; /* as in the file, NULL beyond the last */
  size_t fields;
} vector_row;

/* All rows of `path` but comments; *count gets how many. Ends the test program
 * if the file cannot be read. Free with vectors_free. */
vector_row *vectors_load(const char *path, size_t *count);
/* A field that is text: undoes its \n, \t and \\. Free with free. */
char *vectors_text(const char *field);
void vectors_free(vector_row *rows, size_t count);

/* The bytes of lower-case hex, spaces skipped. Free `data` with free. */
pier_span vectors_bytes(const char *hex);

#endif
