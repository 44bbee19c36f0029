/* A walk over one level of a scanned term: what the port layer needs to read
 * names, options and messages, lists of bytes in either encoding included. */
#ifndef PIER_PORT_VIEW_H
#define PIER_PORT_VIEW_H

#include <pier/term.h>

enum pier__view_kind {
  PIER__VIEW_ATOM,
  PIER__VIEW_INTEGER, /* that fits 64 bits */
  PIER__VIEW_BINARY,
  PIER__VIEW_TUPLE,
  PIER__VIEW_NIL,
  PIER__VIEW_LIST,   /* `count` elements and a tail follow */
  PIER__VIEW_STRING, /* a list of the bytes in `bytes`, properly ended */
  PIER__VIEW_PID,    /* of this node, number in `integer` */
  PIER__VIEW_OTHER
};

struct pier__view {
  enum pier__view_kind kind;
  pier_span term;   /* the whole of it */
  pier_span bytes;  /* name of an atom in UTF-8 or Latin-1, content of a binary, STRING */
  pier_span inside; /* elements of a tuple or list, one after the other */
  uint32_t count;
  long long integer;
};

/* Looks at the first term of `terms` (scanned, bare or with version byte). The
 * rest behind it is in *rest, which may be NULL and may be &terms. */
void pier__view(struct pier__view *view, pier_span terms, pier_span *rest);
/* The same, but *rest begins with the children of a list or tuple: for walks
 * that go into them. */
void pier__view_head(struct pier__view *view, pier_span terms, pier_span *rest);
int pier__view_is_atom(const struct pier__view *view, const char *name);

#endif
