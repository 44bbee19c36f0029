/* Functions by name, in Erlang's words: @a to @z stand for identifiers. */
#ifndef TEST_SUPPORT_CALLS_H
#define TEST_SUPPORT_CALLS_H

#include <pier/host.h>

/* What @`letter` stands for from now on. */
void call_let_port(char letter, pier_port port);
void call_let_pid(char letter, pier_pid pid);
void call_let_reference(char letter, uint64_t number);
/* A binary of so many zeros. */
void call_let_zeros(char letter, size_t size);
/* What pier_apply gave last becomes @`letter`. */
void call_let_result(char letter);
void call_forget(void);

/* The list of arguments as a term. */
void call_arguments(pier_buffer *out, const char *arguments);

/* "true", "#Port<0.7>" as "@p", references as "@R" unless they are known;
 * an exception as "error:badarg" or "error:{badarg,badopt}"; "dead"; an error of
 * pier_apply itself by its name. Lives until the next call. */
const char *call(pier_process *caller, const char *function, const char *arguments);
/* What the last call gave, with the letters of now. */
const char *call_again(void);
/* Starts it: "suspended", or as above. */
const char *call_start(pier_process *caller, const char *function, const char *arguments);
/* "timeout", or as above. */
const char *call_await(pier_process *caller, int timeout_ms);
/* The next message as text, or "timeout" or "dead". */
const char *call_mail(pier_process *process, int timeout_ms);

#endif
