/* cmocka wants these before it. */
#ifndef TEST_SUPPORT_CMOCKA_ALL_H
#define TEST_SUPPORT_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
