/*
 * pier/base.h - what every other header of pier uses: the export macro,
 * errors, spans, buffers, limits, diagnostics, the allocator, the version.
 *
 * Threads: nothing here keeps state between calls except the allocator, which
 * is set once before any other call. Different objects may be used from
 * different threads at once; one object by one thread at a time.
 */
#ifndef PIER_BASE_H
#define PIER_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define PIER_API __attribute__((visibility("default")))
#define PIER_CHECKED __attribute__((warn_unused_result))
#else
#define PIER_API
#define PIER_CHECKED
#endif

/* A function whose body is in the header, for speed; the library has it under its
 * name as well, for other languages and for compilers that do not inline. */
#define PIER_INLINE PIER_API inline

#define PIER_VERSION_MAJOR 0
#define PIER_VERSION_MINOR 1
#define PIER_VERSION_PATCH 0
#define PIER_VERSION "0.1.0"

/* The version of the library that is linked, as "0.1.0". */
PIER_API const char *pier_version(void);

/* ---- Errors ------------------------------------------------------------
 *
 * Every function that can fail returns an int: 0 is success, 1 means
 * "produced something" where the function says so, negative is an error.
 * An error of the operating system or of libuv is its own negative number
 * (-ENOENT, UV_EOF); those of pier start at -10001 and are listed here, one
 * line each, from which the enum, the names and the texts are all made.
 */
#define PIER_ERRORS(X)                                                                         \
  X(PIER_EARG, -10001, "argument that makes no sense")                                         \
  X(PIER_ENOMEM, -10002, "out of memory")                                                      \
  X(PIER_ELIMIT, -10003, "a limit was reached")                                                \
  X(PIER_ECLOSED, -10004, "already closed")                                                    \
  X(PIER_ESTATE, -10005, "not possible in this state")                                         \
  X(PIER_ETERM, -10101, "malformed external term")                                             \
  X(PIER_ETRAILING, -10102, "bytes left over after the term")                                  \
  X(PIER_EDEPTH, -10103, "term is nested deeper than the limit")                               \
  X(PIER_ENODES, -10104, "term has more parts than the limit")                                 \
  X(PIER_EINFLATED, -10105, "compressed term is bigger than the limit")                        \
  X(PIER_ETEXT, -10106, "syntax error in the text of a term")                                  \
  X(PIER_EPATTERN, -10107, "syntax error in a pattern or format")                              \
  X(PIER_EMATCH, -10108, "the term does not match")                                            \
  X(PIER_ERANGE, -10109, "number does not fit")                                                \
  X(PIER_EFRAMESIZE, -10201, "frame is bigger than the limit")                                 \
  X(PIER_EPAYLOAD, -10202, "payload is too big for the packet header")                         \
  X(PIER_ETRUNCATED, -10203, "input ends in the middle of a frame")                            \
  X(PIER_EPACKET, -10204, "no such packet size: it is 1, 2 or 4")                              \
  X(PIER_ETWICE, -10301, "call has been answered already")                                     \
  X(PIER_EBADARG, -10401, "badarg")                                                            \
  X(PIER_EBADOPT, -10402, "badarg: bad option")                                                \
  X(PIER_ENOTSUP, -10403, "notsup")                                                            \
  X(PIER_ESYSLIMIT, -10404, "system_limit")                                                    \
  X(PIER_ENOPROC, -10405, "noproc")                                                            \
  X(PIER_EBUSY, -10406, "port is busy")                                                        \
  X(PIER_EBADTYPE, -10407, "badarg: not of that type")                                         \
  X(PIER_ENAMED, -10408, "badarg: has a registered name already")                              \
  X(PIER_ENOTALIVE, -10409, "badarg: the process is not alive")                                \
  X(PIER_ERAISED, -10410, "an exception was raised")                                           \
  X(PIER_ESUSPENDED, -10411, "the caller is suspended")                                        \
  X(PIER_EDRVOPEN, -10501, "the library of the driver cannot be opened")                       \
  X(PIER_EDRVNOINIT, -10502, "no_driver_init")                                                 \
  X(PIER_EDRVINIT, -10503, "driver_init_failed")                                               \
  X(PIER_EDRVVERSION, -10504, "driver_incorrect_version")                                      \
  X(PIER_EDRVNAME, -10505, "bad_driver_name")                                                  \
  X(PIER_EDRVPERMANENT, -10506, "permanent")                                                   \
  X(PIER_EDRVNOTLOADED, -10507, "not_loaded")                                                  \
  X(PIER_EDRVNOTYOURS, -10508, "not_loaded_by_this_process")                                   \
  X(PIER_EDRVOTHER, -10509, "inconsistent")                                                    \
  X(PIER_EDRVLINKEDIN, -10510, "linked_in_driver")                                             \
  X(PIER_EDRVUSED, -10511, "pending_process")                                                  \
  X(PIER_EDRVRELOADING, -10512, "pending_reload")                                              \
  X(PIER_EDRVMISUSE, -10513, "a driver breaks the rules of its API")

typedef enum pier_error {
#define PIER_ERROR_ENUM(name, number, text) name = number,
  PIER_ERRORS(PIER_ERROR_ENUM)
#undef PIER_ERROR_ENUM
      PIER_OK = 0
} pier_error;

/* One sentence for `error` (without a full stop); 0 is "no error", an unknown
 * number is named as such. The text is constant or, for a number of the
 * operating system, in a buffer of the calling thread that its next call
 * overwrites. */
PIER_API const char *pier_strerror(int error);

/* The name of `error`: "PIER_ETERM", "ENOENT", "EOF"; NULL for a number that
 * is nobody's. */
PIER_API const char *pier_error_name(int error);

/* The lower-case name the BEAM gives to a system error (`number` positive, as
 * in errno): "enoent". "unknown" for a number it does not know. Constant. */
PIER_API const char *pier_errno_id(int number);

/* ---- Spans ---------------------------------------------------------------
 *
 * Bytes that belong to somebody else. A function that hands one out says for
 * how long it may be looked at. `data` may be NULL only if `size` is 0. */
typedef struct pier_span {
  const uint8_t *data;
  size_t size;
} pier_span;

static inline pier_span pier_span_of(const void *data, size_t size) {
  pier_span span;
  span.data = (const uint8_t *)data;
  span.size = size;
  return span;
}

/* The characters of a C string, without its NUL. NULL is the empty span. */
PIER_API pier_span pier_span_text(const char *text);

/* ---- Diagnostics -----------------------------------------------------------
 *
 * Where and what, beside the error number. Always optional (pass NULL), always
 * the caller's; written only when a function fails. */
typedef struct pier_diag {
  int error;       /* the same number that was returned */
  size_t offset;   /* bytes before the fault, from the start of the input */
  unsigned line;   /* from 1; 0 where the input has no lines */
  unsigned column; /* characters, from 1; 0 where the input has no lines */
  char text[192];  /* what is wrong, a sentence without position; NUL ended */
} pier_diag;

/* Fills `diag` (which may be NULL) and returns `error`, so that a function can
 * end with `return pier_diag_set(...)`. Long texts are cut. */
PIER_API int pier_diag_set(pier_diag *diag, int error, size_t offset, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 4, 5)))
#endif
    ;

/* ---- Limits ----------------------------------------------------------------
 *
 * Every dimension in which bytes from outside could ask for more than we want
 * to give. Take the defaults with pier_limits_init and change what you need;
 * a NULL `const pier_limits *` means the defaults. */
typedef struct pier_limits {
  size_t frame;    /* bytes in one frame's payload; default 64 MiB */
  size_t depth;    /* nesting of a term; default 10 000 000 (what the BEAM takes) */
  size_t nodes;    /* terms within a term; default 64 Mi */
  size_t inflated; /* bytes a compressed term may become; default 64 MiB */
  size_t text;     /* bytes of text read or printed; default 1 GiB */
} pier_limits;

PIER_API void pier_limits_init(pier_limits *limits);

/* ---- Memory ----------------------------------------------------------------
 *
 * All of pier's own memory comes from here (libuv, ei, and zlib where it can
 * be told). realloc(context, NULL, n) allocates, realloc(context, p, 0) frees
 * and returns NULL. A zero `reallocate` restores the C library's. Call before
 * anything else, from one thread. */
typedef struct pier_allocator {
  void *(*reallocate)(void *context, void *old, size_t size);
  void *context;
} pier_allocator;

PIER_API void pier_set_allocator(const pier_allocator *allocator);

/* Through the allocator above: `pier_free` takes what pier documents as
 * "free with pier_free". NULL when out of memory; size 0 is 1. */
PIER_API void *pier_alloc(size_t size);
PIER_API void *pier_realloc(void *old, size_t size); /* old stays valid on NULL */
PIER_API void pier_free(void *memory);

/* ---- Buffers ---------------------------------------------------------------
 *
 * A byte string that grows. `data[0..size)` is yours to read and change;
 * the rest is reserved. Sticky: after a failure `error` stays set, `size`
 * does not change any more, and later calls return the first error, so a
 * builder may write all its parts and look once, at the end.
 * A zeroed struct is an empty buffer. */
typedef struct pier_buffer {
  uint8_t *data;
  size_t size;
  size_t capacity;
  size_t limit;    /* the most it may hold; 0 = no limit but memory */
  int error;       /* 0, PIER_ENOMEM, PIER_ELIMIT, or what a writer found wrong */
  pier_diag *diag; /* NULL, or where writers of terms say what was wrong */
} pier_buffer;

#define PIER_BUFFER_INIT                                                                       \
  { 0, 0, 0, 0, 0, 0 }

/* Room for `more` bytes beyond `size`, growing by doubling; the address of
 * the first of them, NULL on failure. Add to `size` what you wrote. Who knows
 * how much is to come reserves it at once, and nothing after that grows. */
PIER_INLINE uint8_t *pier_buffer_reserve(pier_buffer *buffer, size_t more);
PIER_API int pier_buffer_append(pier_buffer *buffer, const void *data, size_t size);
PIER_INLINE int pier_buffer_append_byte(pier_buffer *buffer, uint8_t byte);
PIER_API int pier_buffer_append_text(pier_buffer *buffer, const char *text);
PIER_API int pier_buffer_append_format(pier_buffer *buffer, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;
/* Drops the first `count` bytes (at most all), moving the rest down. */
PIER_API void pier_buffer_consume(pier_buffer *buffer, size_t count);
/* Empties it, clears a sticky error, keeps the memory. */
PIER_API void pier_buffer_clear(pier_buffer *buffer);
/* Gives the memory back; the struct is an empty buffer again. */
PIER_API void pier_buffer_free(pier_buffer *buffer);
PIER_API pier_span pier_buffer_span(const pier_buffer *buffer);

/* The same as reserve; what that calls when there is no room, or an error. */
PIER_API uint8_t *pier_buffer_grow(pier_buffer *buffer, size_t more);

PIER_INLINE uint8_t *pier_buffer_reserve(pier_buffer *buffer, size_t more) {
  /* More than 0 bytes of room: there is memory. */
  if (buffer->error || more - 1 >= buffer->capacity - buffer->size)
    return pier_buffer_grow(buffer, more);
  return buffer->data + buffer->size;
}

PIER_INLINE int pier_buffer_append_byte(pier_buffer *buffer, uint8_t byte) {
  uint8_t *to = pier_buffer_reserve(buffer, 1);
  if (!to) return buffer->error;
  *to = byte;
  buffer->size++;
  return 0;
}

#ifdef __cplusplus
}
#endif

#endif
