/*
 * pier/pattern.h - terms taken apart and put together by patterns and formats:
 * Erlang text in which directives such as ~l stand for C values. doc/terms.md
 * lists the directives. pier/term.h brings this header along.
 *
 * In C11 the calls below are macros that also tell the types of the arguments:
 * a type that no directive takes does not compile, a type that is not the
 * directive's, too few or too many arguments are PIER_EPATTERN. In C++, in older
 * C, with PIER_UNCHECKED defined, for a function's address and for more than 32
 * arguments, (pier_match)(...), they are plain functions, and types are the
 * caller's word, as with scanf.
 */
#ifndef PIER_PATTERN_H
#define PIER_PATTERN_H

#include <pier/term.h>

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Format (c_src/term/format.c) ---------------------------------------- */

/* Appends the term that `format` describes: "{ok, #{sum => ~l, name => ~t}}".
 * Errors: PIER_EPATTERN (with diag's column in the format), PIER_ERANGE (Inf,
 * NaN, text that is not UTF-8), PIER_EARG (an empty span for ~t, a NULL),
 * PIER_ELIMIT, the buffer's; after an error the buffer is as it was. */
PIER_API int pier_format(pier_buffer *out, const char *format, ...);
PIER_API int pier_vformat(pier_buffer *out, const char *format, va_list arguments,
                          pier_diag *diag);

/* ---- Match (c_src/term/pattern.c) ---------------------------------------- */

/* 0 if `term` matches `pattern`, and the values are stored; PIER_EMATCH or
 * PIER_ERANGE if not, PIER_EPATTERN if the pattern is wrong; PIER_ENOMEM,
 * PIER_EARG for an empty span, a compressed term or a NULL among the arguments. Nothing is
 * stored unless all matched. Spans that are stored live as long as the bytes of `term`. `diag`
 * says where: in the term with its offset ("element 2 of tuple: expected integer, got atom
 * foo"), in the pattern with its line and column. */
PIER_API int pier_match(pier_span term, const char *pattern, ...);
PIER_API int pier_vmatch(pier_span term, const char *pattern, va_list arguments,
                         pier_diag *diag);
/* The same as pier_match, with a diag that may be NULL. */
PIER_API int pier_match_diag(pier_span term, pier_diag *diag, const char *pattern, ...);

/* ---- Compiled patterns (c_src/term/pattern.c) ------------------------------
 *
 * Texts that come again are remembered (doc/terms.md); who wants more compiles a pattern
 * once, at a time of their own. It is read-only then: any
 * number of threads may match with it at once. A match takes no memory, except
 * for what ~T and ~s append to and for ~E with a term that has parts. */
typedef struct pier_pattern pier_pattern;

/* The text is copied. PIER_EPATTERN, with line and column in diag (may be NULL);
 * PIER_ENOMEM. *pattern is NULL then. */
PIER_API int pier_pattern_new(pier_pattern **pattern, const char *text, pier_diag *diag);
PIER_API void pier_pattern_free(pier_pattern *pattern); /* NULL is nothing to do */

/* As pier_match_diag and pier_vmatch. */
PIER_API int pier_pattern_match(const pier_pattern *pattern, pier_span term, pier_diag *diag,
                                ...);
PIER_API int pier_pattern_vmatch(const pier_pattern *pattern, pier_span term, va_list arguments,
                                 pier_diag *diag);

/* ---- Types of arguments ----------------------------------------------------
 *
 * `types` has one pier_argument for each argument and PIER_ARGUMENT_END. The macros make
 * it; by hand it is for callers that wrap the calls above. */
#define PIER_ARGUMENTS(X)                                                                      \
  X(INT, "int")                                                                                \
  X(UNSIGNED, "unsigned")                                                                      \
  X(LONG, "long")                                                                              \
  X(ULONG, "unsigned long")                                                                    \
  X(LLONG, "long long")                                                                        \
  X(ULLONG, "unsigned long long")                                                              \
  X(DOUBLE, "double")                                                                          \
  X(BOOL, "bool")                                                                              \
  X(SPAN, "pier_span")                                                                         \
  X(TEXT, "char *")                                                                            \
  X(CONST_TEXT, "const char *")                                                                \
  X(DATA, "pointer to bytes")                                                                  \
  X(INT_P, "int *")                                                                            \
  X(UNSIGNED_P, "unsigned *")                                                                  \
  X(LONG_P, "long *")                                                                          \
  X(ULONG_P, "unsigned long *")                                                                \
  X(LLONG_P, "long long *")                                                                    \
  X(ULLONG_P, "unsigned long long *")                                                          \
  X(DOUBLE_P, "double *")                                                                      \
  X(BOOL_P, "bool *")                                                                          \
  X(SPAN_P, "pier_span *")                                                                     \
  X(BUFFER_P, "pier_buffer *")                                                                 \
  X(PID_P, "erlang_pid *")                                                                     \
  X(PORT_P, "erlang_port *")                                                                   \
  X(REF_P, "erlang_ref *")

typedef enum pier_argument {
  PIER_ARGUMENT_END,
#define PIER_ARGUMENT_ENUM(name, text) PIER_ARGUMENT_##name,
  PIER_ARGUMENTS(PIER_ARGUMENT_ENUM)
#undef PIER_ARGUMENT_ENUM
      PIER_ARGUMENT_COUNT
} pier_argument;

/* `types` NULL: nothing is known. */
PIER_API int pier_format_typed(pier_buffer *out, const uint8_t *types, const char *format, ...);
PIER_API int pier_match_typed(pier_span term, pier_diag *diag, const uint8_t *types,
                              const char *pattern, ...);
PIER_API int pier_pattern_match_typed(const pier_pattern *pattern, pier_span term,
                                      const uint8_t *types, pier_diag *diag, ...);
/* For functions that take a format or a pattern themselves. */
PIER_API int pier_vformat_typed(pier_buffer *out, const uint8_t *types, const char *format,
                                va_list arguments, pier_diag *diag);
PIER_API int pier_vmatch_typed(pier_span term, const uint8_t *types, const char *pattern,
                               va_list arguments, pier_diag *diag);

#ifdef __cplusplus
}
#endif

#if defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L && !defined(__cplusplus) &&       \
    !defined(PIER_UNCHECKED)

/* The type of an argument of a pattern: a pointer to store to, or for ~A, ~E and
 * the room of ~z a value. "No match in _Generic" here means that no directive
 * takes such an argument. */
#define PIER_STORE_TYPE(x)                                                                     \
  _Generic((x), int * : PIER_ARGUMENT_INT_P, unsigned * : PIER_ARGUMENT_UNSIGNED_P, long *             \
           : PIER_ARGUMENT_LONG_P, unsigned long * : PIER_ARGUMENT_ULONG_P, long long *                \
           : PIER_ARGUMENT_LLONG_P, unsigned long long * : PIER_ARGUMENT_ULLONG_P, double *            \
           : PIER_ARGUMENT_DOUBLE_P, _Bool * : PIER_ARGUMENT_BOOL_P, char * : PIER_ARGUMENT_TEXT,          \
             pier_span * : PIER_ARGUMENT_SPAN_P, pier_buffer * : PIER_ARGUMENT_BUFFER_P, erlang_pid *  \
           : PIER_ARGUMENT_PID_P, erlang_port * : PIER_ARGUMENT_PORT_P, erlang_ref *                   \
           : PIER_ARGUMENT_REF_P, pier_span : PIER_ARGUMENT_SPAN, unsigned : PIER_ARGUMENT_UNSIGNED,       \
             unsigned long : PIER_ARGUMENT_ULONG, unsigned long long : PIER_ARGUMENT_ULLONG)

/* The type of an argument of a format: a value. */
#define PIER_VALUE_TYPE(x)                                                                     \
  _Generic((x), char : PIER_ARGUMENT_INT, signed char : PIER_ARGUMENT_INT, unsigned char               \
           : PIER_ARGUMENT_INT, short : PIER_ARGUMENT_INT, unsigned short : PIER_ARGUMENT_INT, int         \
           : PIER_ARGUMENT_INT, unsigned : PIER_ARGUMENT_UNSIGNED, long : PIER_ARGUMENT_LONG,              \
             unsigned long : PIER_ARGUMENT_ULONG, long long : PIER_ARGUMENT_LLONG, unsigned long long  \
           : PIER_ARGUMENT_ULLONG, float : PIER_ARGUMENT_DOUBLE, double : PIER_ARGUMENT_DOUBLE, _Bool      \
           : PIER_ARGUMENT_BOOL, pier_span : PIER_ARGUMENT_SPAN, char * : PIER_ARGUMENT_TEXT, const char * \
           : PIER_ARGUMENT_CONST_TEXT, void * : PIER_ARGUMENT_DATA, const void * : PIER_ARGUMENT_DATA,     \
             unsigned char * : PIER_ARGUMENT_DATA, const unsigned char * : PIER_ARGUMENT_DATA,         \
             pier_buffer * : PIER_ARGUMENT_BUFFER_P, const pier_buffer * : PIER_ARGUMENT_BUFFER_P,     \
             erlang_pid * : PIER_ARGUMENT_PID_P, const erlang_pid * : PIER_ARGUMENT_PID_P,             \
             erlang_port * : PIER_ARGUMENT_PORT_P, const erlang_port * : PIER_ARGUMENT_PORT_P,         \
             erlang_ref * : PIER_ARGUMENT_REF_P, const erlang_ref * : PIER_ARGUMENT_REF_P)

/* Defined where the types can be told: for macros around other calls, as those at
 * the end of this header. */
#define PIER_TYPED 1

/* The types of all arguments but the first, which is the pattern, as an array. */
#define PIER_ARGUMENT_TYPES(type, ...)                                                         \
  ((const uint8_t[]){PIER__PASTE(PIER__TYPES_, PIER__COUNT(__VA_ARGS__))(type, __VA_ARGS__)})

#define PIER__PASTE(a, b) PIER__PASTE_NOW(a, b)
#define PIER__PASTE_NOW(a, b) a##b
#define PIER__COUNT(...)                                                                       \
  PIER__NTH(__VA_ARGS__, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17,   \
            16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define PIER__NTH(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17,  \
                  a18, a19, a20, a21, a22, a23, a24, a25, a26, a27, a28, a29, a30, a31, a32,   \
                  a33, n, ...)                                                                 \
  n
#define PIER__TYPES_1(type, first) PIER_ARGUMENT_END
#define PIER__TYPES_2(type, first, a) (uint8_t) type(a), PIER_ARGUMENT_END
#define PIER__TYPES_3(type, first, a, ...)                                                     \
  (uint8_t) type(a), PIER__TYPES_2(type, first, __VA_ARGS__)
#define PIER__TYPES_4(type, first, a, ...)                                                     \
  (uint8_t) type(a), PIER__TYPES_3(type, first, __VA_ARGS__)
#define PIER__TYPES_5(type, first, a, ...)                                                     \
  (uint8_t) type(a), PIER__TYPES_4(type, first, __VA_ARGS__)
#define PIER__TYPES_6(type, first, a, ...)                                                     \
  (uint8_t) type(a), PIER__TYPES_5(type, first, __VA_ARGS__)
#define PIER__TYPES_7(type, first, a, ...)                                                     \
  (uint8_t) type(a), PIER__TYPES_6(type, first, __VA_ARGS__)
#define PIER__TYPES_8(type, first, a, ...)                                                     \
  (uint8_t) type(a), PIER__TYPES_7(type, first, __VA_ARGS__)
#define PIER__TYPES_9(type, first, a, ...)                                                     \
  (uint8_t) type(a), PIER__TYPES_8(type, first, __VA_ARGS__)
#define PIER__TYPES_10(type, first, a, ...)                                                    \
  (uint8_t) type(a), PIER__TYPES_9(type, first, __VA_ARGS__)
#define PIER__TYPES_11(type, first, a, ...)                                                    \
  (uint8_t) type(a), PIER__TYPES_10(type, first, __VA_ARGS__)
#define PIER__TYPES_12(type, first, a, ...)                                                    \
  (uint8_t) type(a), PIER__TYPES_11(type, first, __VA_ARGS__)
#define PIER__TYPES_13(type, first, a, ...)                                                    \
  (uint8_t) type(a), PIER__TYPES_12(type, first, __VA_ARGS__)
#define PIER__TYPES_14(type, first, a, ...)                                                    \
  (uint8_t) type(a), PIER__TYPES_13(type, first, __VA_ARGS__)
#define PIER__TYPES_15(type, first, a, ...)                                                    \
  (uint8_t) type(a), PIER__TYPES_14(type, first, __VA_ARGS__)
#define PIER__TYPES_16(type, first, a, ...)                                                    \
  (uint8_t) type(a), PIER__TYPES_15(type, first, __VA_ARGS__)
#define PIER__TYPES_17(type, first, a, ...)                                                    \
  (uint8_t) type(a), PIER__TYPES_16(type, first, __VA_ARGS__)
#define PIER__TYPES_18(type, first, a, ...)                                                    \
  (uint8_t) type(a), PIER__TYPES_17(type, first, __VA_ARGS__)
#define PIER__TYPES_19(type, first, a, ...)                                                    \
  (uint8_t) type(a), PIER__TYPES_18(type, first, __VA_ARGS__)
#define PIER__TYPES_20(type, first, a, ...)                                                    \
  (uint8_t) type(a), PIER__TYPES_19(type, first, __VA_ARGS__)
#define PIER__TYPES_21(type, first, a, ...)                                                    \
  (uint8_t) type(a), PIER__TYPES_20(type, first, __VA_ARGS__)
#define PIER__TYPES_22(type, first, a, ...)                                                    \
  (uint8_t) type(a), PIER__TYPES_21(type, first, __VA_ARGS__)
#define PIER__TYPES_23(type, first, a, ...)                                                    \
  (uint8_t) type(a), PIER__TYPES_22(type, first, __VA_ARGS__)
#define PIER__TYPES_24(type, first, a, ...)                                                    \
  (uint8_t) type(a), PIER__TYPES_23(type, first, __VA_ARGS__)
#define PIER__TYPES_25(type, first, a, ...)                                                    \
  (uint8_t) type(a), PIER__TYPES_24(type, first, __VA_ARGS__)
#define PIER__TYPES_26(type, first, a, ...)                                                    \
  (uint8_t) type(a), PIER__TYPES_25(type, first, __VA_ARGS__)
#define PIER__TYPES_27(type, first, a, ...)                                                    \
  (uint8_t) type(a), PIER__TYPES_26(type, first, __VA_ARGS__)
#define PIER__TYPES_28(type, first, a, ...)                                                    \
  (uint8_t) type(a), PIER__TYPES_27(type, first, __VA_ARGS__)
#define PIER__TYPES_29(type, first, a, ...)                                                    \
  (uint8_t) type(a), PIER__TYPES_28(type, first, __VA_ARGS__)
#define PIER__TYPES_30(type, first, a, ...)                                                    \
  (uint8_t) type(a), PIER__TYPES_29(type, first, __VA_ARGS__)
#define PIER__TYPES_31(type, first, a, ...)                                                    \
  (uint8_t) type(a), PIER__TYPES_30(type, first, __VA_ARGS__)
#define PIER__TYPES_32(type, first, a, ...)                                                    \
  (uint8_t) type(a), PIER__TYPES_31(type, first, __VA_ARGS__)
#define PIER__TYPES_33(type, first, a, ...)                                                    \
  (uint8_t) type(a), PIER__TYPES_32(type, first, __VA_ARGS__)

#define pier_format(out, ...)                                                                  \
  pier_format_typed(out, PIER_ARGUMENT_TYPES(PIER_VALUE_TYPE, __VA_ARGS__), __VA_ARGS__)
#define pier_match(term, ...)                                                                  \
  pier_match_typed(term, NULL, PIER_ARGUMENT_TYPES(PIER_STORE_TYPE, __VA_ARGS__), __VA_ARGS__)
#define pier_match_diag(term, diag, ...)                                                       \
  pier_match_typed(term, diag, PIER_ARGUMENT_TYPES(PIER_STORE_TYPE, __VA_ARGS__), __VA_ARGS__)
#define pier_pattern_match(pattern, term, ...)                                                 \
  pier_pattern_match_typed(pattern, term, PIER_ARGUMENT_TYPES(PIER_STORE_TYPE, __VA_ARGS__),   \
                           __VA_ARGS__)

#endif

#endif
