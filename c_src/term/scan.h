/* term/scan.h - the state of one scan, shared by the files of the gate. */
#ifndef PIER_TERM_SCAN_H
#define PIER_TERM_SCAN_H

#include "base/endian.h"
#include "term/keys.h"
#include "term/tags.h"

#include <pier/term.h>

/* Grows by doubling out of an array of its owner's, so that small terms need
 * no memory. */
typedef struct pier__stack {
  void *items;
  void *own; /* the array it began with */
  size_t count;
  size_t capacity;
} pier__stack;

/* What is remembered of an open map or fun besides its remaining children. */
typedef struct pier__mark {
  const uint8_t *term; /* its tag */
  const uint8_t *end;  /* of a fun, as its Size says */
  size_t keys;         /* of a map: where its own begin in `keys` */
} pier__mark;

enum {
  PIER__OWN_FRAMES = 64,
  PIER__OWN_MARKS = 16,
  PIER__OWN_HASHES = 16,
  PIER__OWN_KEYS = 64
};

/* A frame: how many children are missing, times eight, plus flags. */
enum {
  PIER__IN_TUPLE = 0,
  PIER__IN_LIST = 1,
  PIER__IN_MAP = 2,
  PIER__IN_FUN = 3,
  PIER__KIND = 3,   /* the bits of these */
  PIER__IN_KEY = 4, /* it is a key or in one, so its own hash is being made */
  PIER__ONE_CHILD = 8
};

typedef struct pier__scan {
  const uint8_t *start; /* offsets count from here */
  const uint8_t *at;
  const uint8_t *end;
  const uint8_t *term; /* the tag of the term being read */
  const pier_limits *limits;
  pier_diag *diag;
  size_t nodes;
  bool hashing; /* the term being read is a key or in one */

  pier__stack frames; /* uint64_t: remaining children, kind and flags */
  pier__stack marks;  /* pier__mark, one for each open map or fun */
  pier__stack hashes; /* pier__hash, one for each open container in a key */
  pier__stack keys;   /* pier__key, of all keys of all open maps */
  uint64_t own_frames[PIER__OWN_FRAMES];
  pier__mark own_marks[PIER__OWN_MARKS];
  pier__hash own_hashes[PIER__OWN_HASHES];
  pier__key own_keys[PIER__OWN_KEYS];
} pier__scan;

/* What a hash begins with, so that values of different types differ. */
enum {
  PIER__HASH_INTEGER,
  PIER__HASH_NEGATIVE,
  PIER__HASH_FLOAT,
  PIER__HASH_ATOM,
  PIER__HASH_BITS,
  PIER__HASH_PID,
  PIER__HASH_PORT,
  PIER__HASH_REFERENCE,
  PIER__HASH_EXPORT,
  PIER__HASH_FUN,
  PIER__HASH_NIL,
  PIER__HASH_LIST,
  PIER__HASH_TUPLE,
  PIER__HASH_MAP
};

/* Scans the bare term at the start of `bytes`; offsets in `diag` count from
 * its first byte plus `before`. */
int pier__scan_bare(pier_span bytes, size_t before, const pier_limits *limits, size_t *used,
                    pier_diag *diag);

/* scan_run.c: reads terms from s->at on as far as they are simple. 0: a term is
 * complete that the frame on top waits for, or the outermost one; 1: the next
 * term is for others. Never an error. */
int pier__scan_run(pier__scan *s);

/* scan_leaf.c: reads the term after its tag, if that has no open parts, and
 * gives its hash if s->hashing. */
typedef int (*pier__reader)(pier__scan *s, uint8_t tag, pier__hash *hash);
typedef struct pier__leaf {
  const char *name;  /* "tuple", "binary"; NULL for a tag that is not let in */
  pier__reader read; /* NULL: it has parts, scan.c knows it */
} pier__leaf;
extern const pier__leaf pier__leaves[256]; /* by tag */

int pier__scan_small_integer(pier__scan *s, uint8_t tag, pier__hash *hash);
int pier__scan_integer(pier__scan *s, uint8_t tag, pier__hash *hash);
int pier__scan_big(pier__scan *s, uint8_t tag, pier__hash *hash);
int pier__scan_atom(pier__scan *s, uint8_t tag, pier__hash *hash);
/* scan_parts.c, of the same shape. */
int pier__scan_identifier(pier__scan *s, uint8_t tag, pier__hash *hash);
int pier__scan_reference(pier__scan *s, uint8_t tag, pier__hash *hash);
int pier__scan_export(pier__scan *s, uint8_t tag, pier__hash *hash);
/* The fixed parts of a fun; what follows is for the caller. *end is where the
 * fun says it ends, *count how many terms are left until there. */
int pier__scan_fun(pier__scan *s, pier__hash *hash, const uint8_t **end, size_t *count);
/* Adds the bytes of a list of bytes to the hash of a list. */
void pier__hash_string(pier__hash *hash, const uint8_t *data, size_t size);

/* Ends the scan with PIER_ETERM at `at`. */
int pier__scan_fail(pier__scan *s, const uint8_t *at, const char *what);
/* Ends it because the term being read needs `size` more bytes. */
int pier__scan_short(pier__scan *s, uint64_t size);

static inline uint64_t pier__scan_left(const pier__scan *s) {
  return (uint64_t)(s->end - s->at);
}

/* The next `size` bytes, or NULL and the error has been told. */
static inline const uint8_t *pier__scan_take(pier__scan *s, uint64_t size) {
  const uint8_t *taken = s->at;
  if (size > pier__scan_left(s)) {
    pier__scan_short(s, size);
    return NULL;
  }
  s->at += size;
  return taken;
}

#endif
