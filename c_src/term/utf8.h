/* Strict UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef PIER_TERM_UTF8_H
#define PIER_TERM_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of `text` that are well formed, `size` if all are; *characters (may
 * be NULL) gets how many code points those make. */
size_t pier__utf8_check(const uint8_t *text, size_t size, size_t *characters);

#endif
