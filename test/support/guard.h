/* Input that ends where the memory ends: reading one byte too far crashes. */
#ifndef TEST_SUPPORT_GUARD_H
#define TEST_SUPPORT_GUARD_H

#include <stddef.h>
#include <stdint.h>

/* A copy of data[0..size) whose end touches a page that nobody may read. Never
 * NULL, also for size 0; ends the test when there is no memory. */
uint8_t *guard_copy(const void *data, size_t size);
/* `size` as given to guard_copy. NULL is fine. */
void guard_free(uint8_t *copy, size_t size);

#endif
