/*
 * Inside the layer of drivers. Callbacks run on the thread of the host, never one
 * inside another but for stop and stop_select. Ports are handles to the drivers: a
 * number that stays safe when the port is gone. Other threads come in through the
 * table of handles and the inbox, both behind locks.
 */
#ifndef PIER_DRIVER_DRIVER_H
#define PIER_DRIVER_DRIVER_H

#include "driver/api.h"
#include "host/apply.h"
#include "host/host.h"

#include <pier/driver.h>

#include <pthread.h>
#include <stdatomic.h>

/* Who has loaded a driver, once for each time, or waits for what becomes of it. */
enum pier__stake {
  PIER__LOADED,
  PIER__AWAIT_LOAD,
  PIER__AWAIT_UNLOAD,
  PIER__AWAIT_UNLOAD_ONLY /* is not told that it stays after all */
};
struct pier__user {
  struct pier__user *next;
  pier_pid pid;
  enum pier__stake stake;
  unsigned released : 1; /* has loaded it, and does not keep it from being reloaded */
  uint64_t reference;    /* of who waits */
};

enum pier__driver_state {
  PIER__DRIVER_OK,
  PIER__DRIVER_UNLOAD,       /* goes when nothing needs it */
  PIER__DRIVER_FORCE_UNLOAD, /* and takes no ports any more */
  PIER__DRIVER_RELOAD,       /* goes and comes again when nothing needs it */
  PIER__DRIVER_FORCE_RELOAD,
  PIER__DRIVER_PERMANENT /* driver_lock_driver */
};

struct pier__driver {
  struct pier__driver *next;
  struct pier__drivers *drivers;
  char *folder, *name;
  char *reload_folder; /* in the two states of reloading */
  void *library;       /* NULL: linked in */
  const ErlDrvEntry *original;
  struct pier__driver *parent; /* that added this one; NULL: none */
  ErlDrvEntry entry;           /* a copy of it; never written to */
  struct pier__user *users;    /* the latest first */
  unsigned ports, jobs;        /* that need its code; jobs are also ports of what it added */
  enum pier__driver_state state;
  int open_error;          /* N of {open_error,N} */
  unsigned kill_ports : 1; /* as it was loaded */
};

/* A queue of bytes in binaries, contiguous as writev wants them. */
struct pier__ioqueue {
  SysIOVec *parts;
  ErlDrvBinary **binaries;
  size_t head, count, room; /* parts from head on; room for so many in all */
  size_t size;              /* bytes */
};

/* A port as its driver sees it. Kept until the last job and lock has let go. */
struct pier__dport {
  struct pier__hport *port; /* NULL: dead */
  struct pier__driver *driver;
  struct pier__drivers *drivers;
  uint64_t handle;
  atomic_uint references;
  atomic_int closing; /* it flushes its queue, and says nothing any more */
  pier_pid heir;      /* who owned it when it ended */
  ErlDrvData data;
  struct pier__ioqueue queue;
  int control_flags;
  struct pier__dport *next_due;
  /* Its timer in a heap: the first of those that come after it, and its neighbours in the
   * list of those that come after another, of which the first has that one before it. */
  struct pier__dport *after_timer, *next_timer, *previous_timer;
  uint64_t timer_age; /* of two for the same time the elder comes first */
  long long deadline; /* of the timer, in nanoseconds */
  struct erl_drv_port_data_lock *lock;
  struct pier__drvmonitor *monitors;
  ErlDrvSizeT msgq_low, msgq_high;
  struct pier__hport *ended; /* after stop: what the last unpin frees */
  unsigned timing : 1, due : 1, flushing : 1, starting : 1, failed : 1;
  unsigned acks : 1;   /* open_port returns at erl_drv_init_ack */
  uint64_t ack;        /* reference of the open_port that waits; 0 none */
  pier_pid ack_to;     /* who waits */
  unsigned buried : 1; /* it has ended */
  unsigned inside;     /* callbacks of its own on the stack */
  unsigned percent;    /* of a time slice, consumed in this callback */
};

/* How many hosts look for misuse, see check.h. */
extern atomic_uint pier__checks;
static inline int pier__checking(void) {
  return atomic_load_explicit(&pier__checks, memory_order_relaxed) > 0;
}
struct pier__check;

/* What of a driver a thread is running. */
enum pier__where { PIER__OUTSIDE, PIER__ON_HOST, PIER__ELSEWHERE };
struct pier__inside {
  enum pier__where where;
  struct pier__driver *driver;
  uint64_t port; /* 0: none */
  const char *call;
  const char *name; /* of a thread; or NULL */
  unsigned held;    /* locks when it began */
  long long since;  /* nanoseconds */
};

struct pier__letter_out; /* from another thread, inbox.c */

/* A call of a driver's code that is on the stack. */
struct pier__drvcall {
  struct pier__driver *driver;
  struct pier__dport *dport;  /* NULL: it is not about one port */
  const char *name;           /* of the callback */
  struct pier__inside before; /* where misuse is looked for */
};
enum { PIER__CALLS = 8 };

struct pier__drivers {
  pier_host *host;
  uint64_t serial; /* of the host among those with drivers */
  struct pier__driver *first;
  struct pier__drivers *outer;             /* what pier__drivers_here was before */
  unsigned depth;                          /* of callbacks on the stack */
  struct pier__drvcall calls[PIER__CALLS]; /* the outermost of them */
  unsigned outer_callback : 1, working : 1, sweeping : 1;
  unsigned later : 1; /* a driver is to go, or to be loaded again */
  int open_error;     /* of the last load that failed */
  int epoll, timer, event;
  struct pier__dport *first_due, *last_due;
  struct pier__dport *first_timer; /* the next one: timer.c */
  uint64_t last_timer_age;
  struct pier__table selected; /* descriptor + 1, to pier__selected */
  struct pier__async *async;
  struct pier__check *check; /* NULL: nobody asked */
  pthread_mutex_t inbox_lock;
  struct pier__letter_out *first_letter, *last_letter;
  struct pier__table alive; /* pids, for other threads; behind inbox_lock as well */
};

/* ---- host.c: the layer in a host ---- */
void pier__drivers_turn(pier_host *host);
void pier__drivers_end(pier_host *host);
void pier__drivers_wake(struct pier__drivers *drivers); /* from any thread */
/* Whose callbacks this thread is running; NULL: it may not touch a host. */
extern _Thread_local struct pier__drivers *pier__drivers_here;
void pier__driver_log(struct pier__dport *dport, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- handle.c: what drivers hold of us: ports, atoms, pids ---- */
extern pthread_mutex_t pier__handles_lock;
int pier__handle_add(struct pier__dport *dport);
void pier__handle_remove(struct pier__dport *dport);
/* NULL if there is no such port any more. The second is for functions of the API, and
 * tells those that may not be called (check.h). */
struct pier__dport *pier__handle_find(ErlDrvPort handle);
struct pier__dport *pier__handle_checked(ErlDrvPort handle, const char *function);
#define pier__handle_get(handle)                                                               \
  (pier__checking() ? pier__handle_checked(handle, __func__) : pier__handle_find(handle))
/* The same from another thread than the host's: to be released afterwards. */
struct pier__dport *pier__handle_pin(ErlDrvPort handle);
static inline ErlDrvPort pier__handle(const struct pier__dport *dport) {
  return (ErlDrvPort)(uintptr_t)dport->handle;
}
/* Words: each kind has low bits of its own. */
enum { PIER__WORD_ATOM = 1, PIER__WORD_PID = 2, PIER__WORD_PORT = 3, PIER__WORD_NIL = 15 };
enum { PIER__WORD_BITS = 4, PIER__WORD_MASK = 15, PIER__NUMBER_BITS = 36 };
static inline unsigned pier__word_kind(ErlDrvTermData word) {
  return (unsigned)(word & PIER__WORD_MASK);
}
ErlDrvTermData pier__word_pid(pier_pid pid);
static inline pier_pid pier__word_to_pid(ErlDrvTermData word) {
  pier_pid pid = {pier__word_kind(word) == PIER__WORD_PID ? word >> PIER__WORD_BITS : 0};
  return pid;
}
struct pier__dport *pier__word_dport(ErlDrvTermData word); /* pinned */
/* Appends it as a term; -1 if it is not of that kind. */
int pier__word_put(pier_buffer *out, ErlDrvTermData word, unsigned kind);
void pier__handles_free(void); /* when the last host with drivers goes */

/* ---- load.c ---- */
void pier__entry_copy(ErlDrvEntry *to, const ErlDrvEntry *from);
int pier__library_open(struct pier__driver *driver, pier_diag *diag);
void pier__library_close(struct pier__driver *driver);
/* Texts of dlerror by number, process-wide, as erl_ddll's {open_error,N} has them. */
enum { PIER__FIRST_OPEN_ERROR = -10 };
int pier__open_error(const char *text, const char *path); /* N, negative */
const char *pier__open_error_text(long long number);      /* NULL */
/* Everything of the API that there is. */
typedef void pier__any(void);
extern pier__any *const pier__api[];
extern const size_t pier__api_count;

/* ---- registry.c: the drivers of a host ---- */
struct pier__driver *pier__driver_find(const struct pier__drivers *drivers, const char *name,
                                       size_t size);
/* Loads it, for nobody yet. */
int pier__driver_new(struct pier__drivers *drivers, const char *folder, const char *name,
                     struct pier__driver **driver, pier_diag *diag);
/* The size without the slashes at the end, which do not count. */
size_t pier__folder_size(const char *folder);
char *pier__driver_text(const char *text, size_t size); /* a copy */
/* One need of its code less: what nothing needs goes at the next turn of the host. */
void pier__driver_needed_less(struct pier__driver *driver);
void pier__driver_port_made(struct pier__driver *driver);
void pier__driver_port_gone(struct pier__driver *driver);
void pier__drivers_later(struct pier__drivers *drivers);
/* That turn; from a clean stack only. */
void pier__drivers_sweep(struct pier__drivers *drivers);
/* Every port ends with driver_unloaded; no others are opened meanwhile. */
void pier__driver_end_ports(struct pier__driver *driver, enum pier__driver_state state);

/* A driver that is linked in, from an entry; PIER_EDRVINIT. And its end, which comes when
 * its last port is gone. */
int pier__driver_add(struct pier__drivers *drivers, struct pier__driver *parent,
                     const ErlDrvEntry *entry);
void pier__driver_remove(struct pier__driver *driver);

/* ---- added.c: ports and drivers that drivers make ---- */
void pier__driver_drop_added(struct pier__driver *parent);
/* Ends the open_port that waits for it, with an error or the port. */
void pier__port_acknowledge(struct pier__dport *dport, int error);
/* Whether the open_port of that port has to wait: 1 with the reference of its answer. */
int pier__dport_waits(struct pier__hport *port, uint64_t *reference);

/* ---- users.c ---- */
unsigned pier__users_count(const struct pier__driver *driver, enum pier__stake stake);
struct pier__user *pier__user_find(const struct pier__driver *driver, pier_pid pid,
                                   enum pier__stake stake);
struct pier__user *pier__user_add(struct pier__driver *driver, pier_pid pid,
                                  enum pier__stake stake);
void pier__user_remove(struct pier__driver *driver, struct pier__user *user);
void pier__users_free(struct pier__driver *driver);
/* What those who wait are told, once: {'UP'|'DOWN',Ref,driver,Name,What}. `failure` and
 * `open_error` are those of {load_failure,Error}; 0 none. `name` is a bare term; size 0:
 * the driver's own. */
struct pier__news {
  const char *way, *what;
  int failure, open_error;
  pier_span name;
};
void pier__user_tell(pier_process *process, uint64_t reference, const char *driver,
                     const struct pier__news *news);
void pier__users_tell(struct pier__driver *driver, enum pier__stake stake, const char *way,
                      const char *what);
/* Nobody is left who has loaded it. */
void pier__driver_abandon(struct pier__driver *driver);
void pier__drivers_forget_process(struct pier__drivers *drivers, pier_pid pid);

/* ---- ddll.c: erl_ddll for C callers; ddll_apply.c: by name ---- */
pier__function *pier__ddll_function(const char *name, unsigned count);
/* The name of a driver, NUL ended. PIER_EBADARG. */
int pier__ddll_name(const struct pier__call *call, unsigned index, pier_buffer *name);
int pier__driver_monitor(pier_process *caller, const char *name, pier_span term,
                         pier_driver_event event, uint64_t *reference);
/* ---- ddll_info.c ---- */
pier__function pier__ddll_loaded_drivers, pier__ddll_info;
/* ---- ddll_error.c ---- */
pier__function pier__ddll_format_error;
/* Appends the reason, without its version byte; PIER_EARG if it is none of erl_ddll. */
int pier__ddll_put_error(pier_buffer *out, int error, int open_error);

/* ---- port.c: callbacks ---- */
int pier__dport_adopt(struct pier__hport *port, struct pier__driver *driver,
                      const pier_port_options *options);
int pier__dport_start(struct pier__hport *port, const pier_port_options *options);
/* What start or erl_drv_init_ack gave; `number` is errno. 0: the data of the port. */
int pier__start_error(ErlDrvData data, int number);
void pier__dport_forget(struct pier__hport *port);
void pier__dport_release(struct pier__dport *dport);
/* Bytes for the time of one callback, which the driver may write to, as it may in the BEAM.
 * Most are few, and need no memory of their own. Where misuse is looked for they have it
 * nevertheless: who watches memory (valgrind, a sanitizer) then sees what is done behind
 * the last of them. */
enum { PIER__LOAN_ROOM = 256 };
struct pier__loan {
  char *bytes;
  _Alignas(max_align_t) char room[PIER__LOAN_ROOM];
};
int pier__lend(struct pier__loan *loan, const struct pier__dport *dport, pier_span data);
static inline void pier__loan_over(struct pier__loan *loan) {
  if (loan->bytes != loan->room) pier_free(loan->bytes);
}

/* The innermost call; NULL outside of them, or if there is no room for so many. */
static inline const struct pier__drvcall *pier__call_now(const struct pier__drivers *drivers) {
  unsigned depth = drivers->depth;
  return depth > 0 && depth <= PIER__CALLS ? &drivers->calls[depth - 1] : NULL;
}
/* Around one, where misuse is looked for. */
void pier__call_watch(struct pier__drvcall *call);
void pier__call_watched(const struct pier__drvcall *call);
/* Around everything of a driver that is called on the thread of the host. */
static inline void pier__call_begin(struct pier__driver *driver, struct pier__dport *dport,
                                    const char *name) {
  struct pier__drivers *drivers = driver->drivers;
  unsigned depth = drivers->depth++;
  if (depth == 0) {
    drivers->outer = pier__drivers_here;
    pier__drivers_here = drivers;
  }
  if (depth < PIER__CALLS) {
    struct pier__drvcall *call = &drivers->calls[depth];
    call->driver = driver;
    call->dport = dport;
    call->name = name;
    if (drivers->check) pier__call_watch(call);
  }
}
static inline void pier__call_end(struct pier__drivers *drivers) {
  if (drivers->check && drivers->depth <= PIER__CALLS)
    pier__call_watched(pier__call_now(drivers));
  if (--drivers->depth == 0) pier__drivers_here = drivers->outer;
}
/* Around every callback of a port. The second does what waited for the stack to be clean: it
 * may end the port, and unload drivers. */
void pier__enter(struct pier__dport *dport, const char *call);
void pier__leave(struct pier__dport *dport);
/* Later, from a clean stack: whether the port is to flush, or is flushed. */
void pier__due(struct pier__dport *dport);
void pier__work_due(struct pier__drivers *drivers);

/* ---- threads.c ---- */
/* As pthread_create; the program's signals are blocked there. */
int pier__driver_thread(pthread_t *thread, const pthread_attr_t *attributes,
                        void *(*function)(void *), void *argument);

/* ---- control.c ---- */
int pier__apply_driver_control(struct pier__call *call);
int pier__apply_driver_call(struct pier__call *call);

/* ---- outputv.c ---- */
void pier__outputv(struct pier__dport *dport, pier_span term, pier_span data);

/* ---- binary.c ---- */
ErlDrvBinary *pier__binary_of(const void *data, size_t size); /* NULL: out of memory */

enum pier__memory { PIER__MEMORY, PIER__BINARY };
void pier__memory_release(void *block, enum pier__memory kind);

/* ---- queue.c ---- */
void pier__ioqueue_free(struct pier__ioqueue *queue);

/* ---- timer.c ---- */
void pier__timers_turn(struct pier__drivers *drivers);
void pier__timer_stop(struct pier__dport *dport);

/* ---- select.c ---- */
void pier__select_turn(struct pier__drivers *drivers);
void pier__select_drop(struct pier__dport *dport);
void pier__select_unload(struct pier__driver *driver);
void pier__select_free(struct pier__drivers *drivers);

/* ---- async.c ---- */
extern atomic_uint pier__async_threads; /* of the host that was the last to have drivers */
void pier__async_turn(struct pier__drivers *drivers);
void pier__async_free(struct pier__drivers *drivers);

/* ---- monitor.c ---- */
void pier__monitors_fire(struct pier__drivers *drivers, pier_pid pid);
void pier__monitors_work(struct pier__dport *dport);
void pier__monitors_clear(struct pier__dport *dport);
int pier__monitors_put(const struct pier__hport *port, pier_buffer *out);

/* ---- terms.c ---- */
/* Processes that other threads may send to. PIER_ENOMEM. */
int pier__inbox_began(struct pier__drivers *drivers, pier_pid pid);
void pier__inbox_ended(struct pier__drivers *drivers, pier_pid pid);
void pier__inbox_turn(struct pier__drivers *drivers);

#endif
