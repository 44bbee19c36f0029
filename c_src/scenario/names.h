/*
 * scenario/names.h - the names of a run: what ports, roles and monitors are
 * called in the file, put in for identifiers and back.
 */
#ifndef PIER_SCENARIO_NAMES_H
#define PIER_SCENARIO_NAMES_H

#include "scenario/value.h"

typedef struct pier__name {
  struct pier__name *next;   /* the one bound before it */
  const pier__value *name;   /* an atom of the file */
  const pier__value *itself; /* PIER__PORT, PIER__PID or PIER__REF */
  int os_pid;                /* of a port with a program, else 0 */
  bool framed;               /* of a port: its data comes in packets or lines */
} pier__name;

typedef struct pier__names {
  pier__arena *arena;   /* for what is bound */
  pier__arena *scratch; /* for what the two below make */
  pier__name *newest;
  const char *folder;  /* printed as ${TMP} */
  const char *command; /* printed as ${PROG} */
  const char *drivers; /* printed as ${DRIVERS}; NULL: there is no such folder */
} pier__names;

/* `name` is borrowed, `itself` copied. NULL when out of memory. */
pier__name *pier__names_bind(pier__names *names, const pier__value *name,
                             const pier__value *itself);
/* The newest of that kind and name, NULL if there is none. */
pier__name *pier__names_find(const pier__names *names, pier__value_kind kind,
                             const pier__value *name);
/* The newest name of an identifier, NULL if it has none. */
pier__name *pier__names_of(const pier__names *names, const pier__value *itself);

/* What the file's `value` stands for: names, {rep,..}, {rand,..}, {drivers,..}, {lit,..},
 * and '_' if it is a pattern. NULL with *unbound set for a name that has nothing;
 * NULL with *unbound NULL when out of memory. */
pier__value *pier__resolve(const pier__names *names, const pier__value *value, bool pattern,
                           const pier__value **unbound);

/* As it is printed: names for identifiers, words for numbers that are
 * different each time, sorted lists of processes. NULL when out of memory. */
pier__value *pier__normalise(const pier__names *names, const pier__value *value);

#endif
