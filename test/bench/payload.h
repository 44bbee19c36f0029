/*
 * payload.h - what is sent to a program, and how its answer is known.
 */
#ifndef BENCH_PAYLOAD_H
#define BENCH_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

typedef struct payload {
  const uint8_t *data;
  size_t size;
  /* How every right answer ends; an answer's size is learned from the first. */
  const uint8_t *tail;
  size_t tail_size;
} payload;

/* A number stands for so many bytes, which come back; "add" for the term {add,1,2}
 * and "call" for {call,{Pid,[alias|Ref]},{add,1,2}}, as gen_server has its From, whose
 * answers end with the integer 3. 0, -ENOMEM or -EINVAL. Made once. */
int payload_make(payload *made, const char *name);
/* The size an answer begins to say in its header, if the bytes may be a part of a right
 * answer (all of it, if size allows); 0 if not. `bytes` begin with the header of {packet,4}. */
size_t payload_answer(const payload *made, const uint8_t *bytes, size_t size);

#endif
