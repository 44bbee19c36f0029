/* The tags of the external term format, and what fixed numbers go with them. */
#ifndef PIER_TERM_TAGS_H
#define PIER_TERM_TAGS_H

enum {
  PIER__VERSION = 131,

  PIER__TAG_NEW_FLOAT = 70,
  PIER__TAG_BIT_BINARY = 77,
  PIER__TAG_COMPRESSED = 80, /* only after the version byte */
  PIER__TAG_NEW_PID = 88,
  PIER__TAG_NEW_PORT = 89,
  PIER__TAG_NEWER_REFERENCE = 90,
  PIER__TAG_SMALL_INTEGER = 97,
  PIER__TAG_INTEGER = 98,
  PIER__TAG_FLOAT_TEXT = 99, /* 31 bytes of "%.20e", before OTP R11 */
  PIER__TAG_ATOM_LATIN1 = 100,
  PIER__TAG_REFERENCE = 101,
  PIER__TAG_PORT_OLD = 102,
  PIER__TAG_PID_OLD = 103,
  PIER__TAG_SMALL_TUPLE = 104,
  PIER__TAG_LARGE_TUPLE = 105,
  PIER__TAG_NIL = 106,
  PIER__TAG_STRING = 107, /* a list of at most 65535 bytes */
  PIER__TAG_LIST = 108,
  PIER__TAG_BINARY = 109,
  PIER__TAG_SMALL_BIG = 110,
  PIER__TAG_LARGE_BIG = 111,
  PIER__TAG_NEW_FUN = 112,
  PIER__TAG_EXPORT = 113,
  PIER__TAG_NEW_REFERENCE = 114,
  PIER__TAG_SMALL_ATOM_LATIN1 = 115,
  PIER__TAG_MAP = 116,
  PIER__TAG_ATOM_UTF8 = 118,
  PIER__TAG_SMALL_ATOM_UTF8 = 119,
  PIER__TAG_V4_PORT = 120
};

enum {
  PIER__ATOM_CHARACTERS = 255, /* the most an atom may have */
  PIER__BIG_BYTES = 4194296,   /* the most an integer may have, as in the BEAM */
  PIER__STRING_BYTES = 65535,  /* the most tag 107 can say */
  PIER__REFERENCE_WORDS = 5,   /* the most the BEAM takes */
  PIER__FLOAT_TEXT_BYTES = 31  /* of tag 99 */
};

#endif
