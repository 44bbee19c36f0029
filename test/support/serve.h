/* The VM's end of `pier serve`, for tests without a BEAM. Terms are Erlang text in which
 * pid_1, port_1 and ref_1 stand for identifiers: pids of the VM, ports and monitors of
 * the host. */
#ifndef TEST_SUPPORT_SERVE_H
#define TEST_SUPPORT_SERVE_H

#include "child.h"

#include <pier/base.h>

enum { TALK_CREATION = 5 };

struct talk {
  struct child child;
  pier_buffer in;     /* bytes that came */
  pier_buffer events; /* terms that came with the last frame: a list's elements, */
  size_t at;          /* the next of them, */
  size_t left;        /* and how many there are */
  pier_buffer data;   /* {data,...} with more than one: its elements, ditto */
  size_t data_at, data_left;
  pier_buffer text;
  size_t step; /* bytes of one write */
};

/* Starts the program with the arguments, which NULL ends, behind "serve". No hello. */
void talk_start(struct talk *talk, const char *const *arguments);
/* The same with --linger 50, and the hello done. */
void talk_open(struct talk *talk);
/* {cast,Request}; the message as it is; bytes as they are. */
void talk_ask(struct talk *talk, const char *request);
void talk_say(struct talk *talk, const char *message);
void talk_bytes(struct talk *talk, pier_span bytes);
/* The next event in text ({data,Pid,Port,D} for each D), or a message that is none;
 * "end" or "silence" if nothing comes. Lives until the next call. */
const char *talk_hear(struct talk *talk);
/* The next events are these; `expected` may end with "..." for any rest. */
void talk_expect(struct talk *talk, const char *expected);
/* Closes the VM's end: the exit status. */
int talk_end(struct talk *talk, char *said, size_t size);

#endif
