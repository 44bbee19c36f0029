#include "term/argument.h"

#define T(name) (UINT64_C(1) << PIER_ARGUMENT_##name)
/* Types of one size and sign are one to the callee. */
#define IF_SAME(type, other, name) (sizeof(type) == sizeof(other) ? T(name) : 0)

#define LIKE_INT_P (T(INT_P) | IF_SAME(int, long, LONG_P))
#define LIKE_UNSIGNED_P (T(UNSIGNED_P) | IF_SAME(int, long, ULONG_P))
#define LIKE_LLONG_P (T(LLONG_P) | IF_SAME(long long, long, LONG_P))
#define LIKE_ULLONG_P (T(ULLONG_P) | IF_SAME(long long, long, ULONG_P))
#define LIKE_SIZE_P                                                                            \
  (IF_SAME(size_t, unsigned, UNSIGNED_P) | IF_SAME(size_t, long, ULONG_P) |                    \
   IF_SAME(size_t, long long, ULLONG_P))
#define LIKE_INT (T(INT) | IF_SAME(int, long, LONG))
#define LIKE_UNSIGNED (T(UNSIGNED) | IF_SAME(int, long, ULONG))
#define LIKE_LLONG (T(LLONG) | IF_SAME(long long, long, LONG))
#define LIKE_ULLONG (T(ULLONG) | IF_SAME(long long, long, ULONG))
#define LIKE_SIZE                                                                              \
  (IF_SAME(size_t, unsigned, UNSIGNED) | IF_SAME(size_t, long, ULONG) |                        \
   IF_SAME(size_t, long long, ULLONG))
#define LIKE_STRING (T(TEXT) | T(CONST_TEXT))

const pier__directive_row pier__pattern_rows[PIER__LETTERS] = {
    ['i' - 'A'] = {'i', {LIKE_INT_P}, "int *"},
    ['u' - 'A'] = {'u', {LIKE_UNSIGNED_P}, "unsigned *"},
    ['l' - 'A'] = {'l', {LIKE_LLONG_P}, "long long *"},
    ['L' - 'A'] = {'L', {LIKE_ULLONG_P}, "unsigned long long *"},
    ['n' - 'A'] = {'n', {LIKE_SIZE_P}, "size_t *"},
    ['d' - 'A'] = {'d', {T(DOUBLE_P)}, "double *"},
    ['B' - 'A'] = {'B', {T(BOOL_P)}, "bool *"},
    ['a' - 'A'] = {'a', {T(SPAN_P)}, "pier_span *"},
    ['A' - 'A'] = {'A', {T(SPAN)}, "pier_span"},
    ['b' - 'A'] = {'b', {T(SPAN_P)}, "pier_span *"},
    ['z' - 'A'] = {'z', {T(TEXT), LIKE_SIZE}, "char *, size_t"},
    ['s' - 'A'] = {'s', {T(BUFFER_P)}, "pier_buffer *"},
    ['t' - 'A'] = {'t', {T(SPAN_P)}, "pier_span *"},
    ['T' - 'A'] = {'T', {T(BUFFER_P)}, "pier_buffer *"},
    ['E' - 'A'] = {'E', {T(SPAN)}, "pier_span"},
    ['p' - 'A'] = {'p', {T(PID_P)}, "erlang_pid *"},
    ['P' - 'A'] = {'P', {T(PORT_P)}, "erlang_port *"},
    ['r' - 'A'] = {'r', {T(REF_P)}, "erlang_ref *"}};

const pier__directive_row pier__format_rows[PIER__LETTERS] = {
    ['i' - 'A'] = {'i', {LIKE_INT}, "int"},
    ['u' - 'A'] = {'u', {LIKE_UNSIGNED}, "unsigned"},
    ['l' - 'A'] = {'l', {LIKE_LLONG}, "long long"},
    ['L' - 'A'] = {'L', {LIKE_ULLONG}, "unsigned long long"},
    ['n' - 'A'] = {'n', {LIKE_SIZE}, "size_t"},
    ['d' - 'A'] = {'d', {T(DOUBLE)}, "double"},
    ['B' - 'A'] = {'B', {T(BOOL) | T(INT)}, "bool"},
    ['a' - 'A'] = {'a', {LIKE_STRING}, "const char *"},
    ['A' - 'A'] = {'A', {T(SPAN)}, "pier_span"},
    ['b' - 'A'] = {'b', {T(DATA) | LIKE_STRING, LIKE_SIZE}, "const void *, size_t"},
    ['z' - 'A'] = {'z', {LIKE_STRING}, "const char *"},
    ['s' - 'A'] = {'s', {LIKE_STRING}, "const char *"},
    ['t' - 'A'] = {'t', {T(SPAN)}, "pier_span"},
    ['T' - 'A'] = {'T', {T(BUFFER_P)}, "const pier_buffer *"},
    ['p' - 'A'] = {'p', {T(PID_P)}, "const erlang_pid *"},
    ['P' - 'A'] = {'P', {T(PORT_P)}, "const erlang_port *"},
    ['r' - 'A'] = {'r', {T(REF_P)}, "const erlang_ref *"}};

static const char *name_of(uint8_t type) {
  static const char *const names[] = {"nothing",
#define NAME(name, text) text,
                                      PIER_ARGUMENTS(NAME)
#undef NAME
  };
  return type < PIER_ARGUMENT_COUNT ? names[type] : "something unknown";
}

int pier__wrong_type(const pier__directive_row *row, uint8_t type, size_t number,
                     pier_diag *diag) {
  if (type == PIER_ARGUMENT_END)
    return pier_diag_set(diag, PIER_EPATTERN, 0,
                         "directive %zu, ~%c, wants %s, but there is no argument left", number,
                         row->letter, row->wants);
  return pier_diag_set(diag, PIER_EPATTERN, 0, "directive %zu, ~%c, wants %s, got %s", number,
                       row->letter, row->wants, name_of(type));
}

int pier__one_more(uint8_t type, size_t directives, pier_diag *diag) {
  return pier_diag_set(diag, PIER_EPATTERN, 0,
                       "more arguments than the %zu directive%s take%s: %s", directives,
                       directives == 1 ? "" : "s", directives == 1 ? "s" : "", name_of(type));
}
