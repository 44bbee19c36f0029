/*
 * Inside the host: one epoll set, tables of ports, processes and children by
 * number, and the memory that messages lie in. A host belongs to one thread.
 */
#ifndef PIER_HOST_HOST_H
#define PIER_HOST_HOST_H

#include "base/spin.h"
#include "base/table.h"
#include "host/mailbox.h"
#include "port/port.h"

#include <pier/host.h>

#include <sys/types.h>

struct epoll_event;
struct pier__uv;
struct pier__call;
struct pier__hport;

/* What the host asks of the layer above it, which has the linked-in drivers
 * (c_src/driver). NULL in hosts that load none. */
struct pier__drivers;
struct pier__driver;
struct pier__dport;
struct pier__driver_hooks {
  /* The driver that the first word of a command names; NULL for none. */
  struct pier__driver *(*find)(const pier_host *host, const char *command);
  /* The callbacks and settings of a fresh port; then, when it is in the tables, its
   * start, which may be an error. */
  int (*adopt)(struct pier__hport *port, struct pier__driver *driver,
               const pier_port_options *options);
  int (*start)(struct pier__hport *port, const pier_port_options *options);
  /* 1 with the reference of what is awaited, if it is there only when its driver says so. */
  int (*waits)(struct pier__hport *port, uint64_t *reference);
  void (*forget)(struct pier__hport *port); /* a port that did not come to be */
  /* Functions by name: those of erl_ddll, NULL if it is none; and of ports. */
  int (*(*function)(const char *name, unsigned count))(struct pier__call *call);
  int (*control)(struct pier__call *call);
  int (*call)(struct pier__call *call);
  int (*monitors)(const struct pier__hport *port, pier_buffer *out); /* a list */
  int (*process_began)(pier_host *host, pier_pid pid);               /* PIER_ENOMEM */
  void (*process_ended)(pier_host *host, pier_pid pid);
  void (*turn)(pier_host *host); /* its descriptor is ready */
  void (*end)(pier_host *host);  /* all ports are gone */
};

/* Who sees what goes on, for a host whose processes stand for those of a VM
 * (c_src/serve). Called from anywhere inside the host: it may take notes, and
 * call nothing. */
struct pier__observer {
  void (*gone)(struct pier__hport *port);        /* no open port any more; nobody knows yet */
  void (*calm)(struct pier__hport *port);        /* not busy any more */
  void (*resumed)(struct pier_process *process); /* its call has a result: pier_apply_await */
  void (*wrote)(struct pier__hport *port, pier_span bytes); /* to the program */
  void (*read)(struct pier__hport *port, pier_span bytes);
  void *state;
};

struct pier_host {
  /* What each turn looks at comes first. Those who were asked for last are likely to be
   * asked for next: NULL once they have gone from their table. */
  struct pier__hport *recent_port;
  pier_process *recent_process;
  pier_process *first_ready; /* with a callback and messages it has not seen */
  pier_process *last_ready;
  pier_process *first_resumed, *last_resumed; /* whose port is not busy any more */
  struct pier__hport *first_gathered;         /* corked, with something to write; pinned */
  int epoll;
  unsigned driving;         /* > 0: drivers are being called, or their ports begun */
  unsigned watched : 1;     /* others wait for the set: a uv loop, a poll of the caller's */
  unsigned in_turn : 1;     /* events or callbacks are being worked off */
  unsigned in_callback : 1; /* the caller's code is on the stack */
  unsigned telling : 1;     /* first_ending is being worked off */
  unsigned ending : 1;      /* pier_host_free: nobody is told anything */
  const struct pier__observer *observer; /* NULL: nobody */
  struct pier__post post;
  struct pier__table ports, processes;
  struct pier__table names; /* by hash, chains of pier__name */
  uint64_t last_port, last_pid, last_reference;
  pier_process *first_process;              /* all of them, ended ones included */
  pier_process *first_ending, *last_ending; /* dead, but the others do not know */
  struct pier__hport *first_orphan;         /* ports that are no more, whose programs live */
  struct pier__spin spin;                   /* before it waits */
  size_t pipe_size;
  pier_limits limits;
  void *stack; /* for the moment between clone and exec */
  struct pier__uv *uv;
  const struct pier__driver_hooks *hooks;
  struct pier__drivers *drivers;
  size_t queue_limit; /* of each port: what waits for its program; 0: none */
  int wake;           /* eventfd, for when others wait for the set */
  int low[2];         /* low descriptors kept free for programs' pipes, see open.c */
  unsigned linger_ms;
  size_t port_limit;
  int check_drivers;
  unsigned async_threads;
  unsigned driver_limit_ms;
  pier_log_callback *log;
  void *log_state;
};

struct pier_process {
  pier_host *host;
  pier_pid pid;
  pier_receive_callback *receive;
  void *state;
  struct pier__pending *pending;
  unsigned pins;
  unsigned trap_exit : 1;
  unsigned remote : 1; /* stands for one elsewhere: its callback is called, suspended or not */
  unsigned dead : 1;
  unsigned ready : 1; /* is in first_ready */
  unsigned released : 1;
  unsigned waiting : 1; /* in the list of the port that it has a command for, until */
  unsigned resumed : 1; /* it is in first_resumed */
  struct pier__mailbox mailbox;
  struct pier__letter *current;  /* what the last pier_receive handed out */
  pier_process *next, *previous; /* in first_process */
  pier_process *next_ready, *previous_ready;
  struct pier__table links;    /* pier__object_key, to the process itself */
  struct pier__table monitors; /* references, to the pier__watch */
  struct pier__monitors watchers;
  struct pier__name *name;
  pier_buffer reason; /* why it ended, a bare term */
  pier_process *next_ending;
  pier_process *next_waiting, *previous_waiting; /* as the two bits say */
};

/* A port with its descriptors. Freed when it is dead, nobody pins it and its program,
 * which may outlive it, has been reaped. */
struct pier__hport {
  struct pier__port core; /* first: the core's callbacks cast back */
  pier_host *host;
  int in, out; /* our ends of the pipes; -1 none */
  unsigned pins;
  unsigned reading : 1, writing : 1; /* is in the epoll set for that */
  unsigned listed : 1;               /* in first_gathered */
  unsigned orphan : 1;               /* in first_orphan */
  unsigned told_busy : 1;            /* the observer's */
  unsigned parallelism : 1;
  unsigned descriptors : 1; /* it runs no program */
  unsigned in_socket : 1, out_socket : 1;
  unsigned out_small : 1;                   /* takes no more than PIPE_BUF without blocking */
  unsigned soft_busy : 1, port_locking : 1; /* with a driver only */
  struct pier__rest rest;
  pier_pid caller;          /* of the command, control or call that is going on */
  const pier_span *command; /* its iodata as a bare term; size 0 if it was bytes */
  struct pier__hport *next_gathered;
  /* In the epoll set in their place, where they are always ready: files, which
   * epoll refuses, and descriptors that are not open. -1 none. */
  int in_event, out_event;
  pid_t os_pid;
  int pidfd; /* while the program has not been reaped; -1 */
  struct pier__name *name;
  pier_span data; /* port_set_data; a bare term of its own, empty for none */
  union {
    struct {
      pier_process *first_waiting, *last_waiting; /* suspended on it */
    };
    struct {
      struct pier__hport *next_orphan, *previous_orphan; /* nobody can wait for that */
    };
  };
  struct pier__dport *driver; /* NULL: none */
  char title[];               /* what port_info calls name */
};

/* What an epoll event is about: a number and one of these. A child is no number but the
 * address of its port, which stays until this event. */
enum pier__event_kind { PIER__READ, PIER__WRITE, PIER__CHILD, PIER__WAKE };

static inline uint64_t pier__event_key(uint64_t number, enum pier__event_kind kind) {
  return number << 2 | (uint64_t)kind;
}

/* poll.c */
int pier__watch(pier_host *host, int fd, uint32_t events, uint64_t key);
void pier__unwatch(pier_host *host, int fd);
int pier__turn(pier_host *host, int timeout_ms);
/* Before a wait of so long: asks for a while, where that has paid lately, how much there
 * is to do; what was answered last. */
typedef int pier__asked(const pier_host *host, void *state);
int pier__ask_again(pier_host *host, pier__asked *asked, void *state, int timeout_ms);

/* For the wake-up of the drivers instead of the host's own. */
enum { PIER__DRIVERS_WAKE = 1 };

/* io.c: the port's side of the pipes. */
extern const struct pier__port_io pier__port_io;
void pier__port_readable(struct pier__hport *port);
int pier__port_start_reading(struct pier__hport *port);
void pier__port_close_ends(struct pier__hport *port);
/* Writes what corked ports have; 1 if one of them ended of it. */
int pier__flush_gathered(pier_host *host);
/* Tells the host's log. */
void pier__port_log(struct pier__hport *port, const pier_diag *fault);
void pier__log_bad_value(struct pier__hport *port);
static inline void pier__pin(struct pier__hport *port) {
  port->pins++;
}
void pier__hport_free(struct pier__hport *port);
static inline void pier__unpin(struct pier__hport *port) {
  if (--port->pins == 0 && port->core.state == PIER__PORT_DEAD) pier__hport_free(port);
}

/* open.c: a port of a driver that is not started; PIER_ENOMEM, PIER_ESYSLIMIT. */
int pier__open_made(pier_process *owner, struct pier__driver *driver, const char *name,
                    struct pier__hport **port);
/* As pier_open_port_terms, but 1 if the owner is suspended until its driver says so. */
int pier__open_terms(pier_process *owner, pier_port *port, pier_span name, pier_span options,
                     pier_diag *diag);

/* Takes a port, a process out of its table. */
static inline void pier__forget_port(struct pier__hport *port) {
  if (port->host->recent_port == port) port->host->recent_port = NULL;
  pier__table_remove(&port->host->ports, port->core.number);
}
static inline void pier__forget_process(pier_process *process) {
  if (process->host->recent_process == process) process->host->recent_process = NULL;
  pier__table_remove(&process->host->processes, process->pid.number);
}

/* children.c */
int pier__child_watch(struct pier__hport *port); /* -errno */
void pier__child_ended(struct pier__hport *port);
/* A dead port that only its program needs. */
void pier__orphan(struct pier__hport *port);
void pier__orphans_free(pier_host *host);

/* process.c */
void pier__process_end(pier_process *process, pier_span reason);
/* Those linked to processes that have ended hear of it, now that they may. */
void pier__tell_ends(pier_host *host);
void pier__process_free(pier_process *process); /* deferred while it is pinned */
static inline void pier__process_unpin(pier_process *process) {
  if (--process->pins == 0 && process->released) pier__process_free(process);
}

/* receive.c */
void pier__post_to(pier_process *process, const pier_message *message);
/* Whether its callback would see a message at once, where it lies. If so it is shown what
 * pier__port_next makes of `message`, as long as that is for this process and nothing has
 * changed; returns what that returned last: 1 if there may be more, for whomever. */
int pier__sees_now(const pier_process *process);
int pier__show_input(pier_process *process, struct pier__port *port, pier_message *message);
void pier__run_ready(pier_host *host);
void pier__make_ready(pier_process *process);
void pier__leave_ready(pier_process *process);
void pier__wake(pier_host *host);
void pier__drop_letters(pier_process *process);
/* Takes the DOWN of that monitor out of the mailbox. */
void pier__drop_down(pier_process *process, uint64_t reference);

/* links.c */
static inline uint64_t pier__object_key(pier_object object) {
  return object.port.number != 0 ? object.port.number << 1 | 1 : object.pid.number << 1;
}
void pier__port_unlink_owner(struct pier__hport *port);
int pier__link_port(struct pier__hport *port, pier_process *process);
/* The exit signal of an object to a process that is, or was until now, linked. */
void pier__exit_signal(pier_process *process, pier_object from, pier_span reason);
/* The links of a process that has ended. */
void pier__end_links(pier_process *process, pier_span reason);
/* exit(Pid, Reason) and exit(Port, Reason). */
void pier__exit_2(pier_process *caller, pier_object to, pier_span reason);

/* monitors.c */
struct pier__watch {
  pier_object object;
  int is_port;
  size_t name_size, tag_size; /* bare terms, one behind the other; 0 none */
  uint8_t bytes[];
};
/* `name` is a bare atom. With nobody to watch DOWN noproc comes at once. */
struct pier__watching {
  pier_object object;
  int is_port;
  pier_span name, tag;
};
int pier__monitor(pier_process *caller, const struct pier__watching *what, uint64_t *reference);
/* DOWN to all of `watchers`, which are gone afterwards. */
void pier__down_all(pier_host *host, struct pier__monitors *watchers, pier_span reason);
/* The monitors that a process had. */
void pier__drop_monitors(pier_process *process);

/* names.c */
struct pier__name {
  struct pier__name *next; /* with the same hash */
  pier_object object;
  size_t size;
  char text[]; /* UTF-8, NUL ended */
};
int pier__name_add(pier_host *host, const char *text, pier_object object);
/* The name of an object, where it keeps it; NULL there is fine. */
void pier__name_drop(pier_host *host, struct pier__name **its);

/* suspend.c: what goes out of a port. */
struct pier__order {
  pier_port port;
  pier_span data;
  pier_lent *lent;        /* what `data` is of, until somebody else has it; NULL: copied */
  const pier_span *batch; /* instead of `data`: many commands, those that are left */
  size_t batch_size;
  pier_span term;          /* the same as a bare term, where it was one; else size 0 */
  pier_pid owner;          /* whom a message names */
  unsigned by_message : 1; /* Port ! {Owner,{command,Data}} */
  unsigned bad : 1;        /* the data is no iodata */
};
/* The call that a process is suspended in. */
struct pier__pending {
  struct pier__order order;
  /* Of a call that has returned already: */
  pier_buffer bytes; /* what order.data points to, unless it is of */
  pier_lent lent;    /* what order.lent points to */
  pier_buffer term;  /* what order.term points to: drivers get it in its parts */
  pier_span *batch;  /* what order.batch points into, and that into bytes */
  pier_buffer value; /* of the function that was called; a whole term */
  int tried;         /* by pier__resume, which frees it if its process ends of that */
  int done, error;
  uint64_t awaited; /* reference of the message that ends it, of no order; else 0 */
};
/* 0, 1 with PIER_LATER, or an error. */
int pier__output(pier_process *caller, struct pier__order *order, unsigned flags);
void pier__calm(struct pier__hport *port);
void pier__resume(pier_host *host);
int pier__pending_wait(pier_process *caller, int timeout_ms); /* as pier_await */
void pier__pending_drop(pier_process *process);
/* Suspends a process in a call that is to end with that message: 1, PIER_ENOMEM. Whoever
 * has the message appends what the call returns to pending->value instead. */
int pier__suspend_for(pier_process *process, uint64_t reference);
static inline int pier__awaits(const pier_process *process, uint64_t reference) {
  return process->pending && !process->pending->done && process->pending->awaited == reference;
}
void pier__pending_finish(pier_process *process, int error);
/* PIER_ENOPROC and PIER_ESUSPENDED: who may not call anything now. */
static inline int pier__may_call(const pier_process *caller) {
  if (caller->dead) return PIER_ENOPROC;
  return caller->pending ? PIER_ESUSPENDED : 0;
}

/* apply.c: pier_apply_start, with scanned arguments and an empty result. */
int pier__apply(pier_process *caller, const char *function, pier_span arguments,
                pier_buffer *result, pier_diag *diag);

/* uv.c */
int pier__uv_attach(pier_host *host, struct uv_loop_s *loop);
void pier__uv_detach(pier_host *host);

/* info.c, process_info.c: the value of port_info or process_info, bare.
 * PIER_EBADARG for an item that there is not. Item NULL: port_info/1; process
 * NULL: only whether there is that item. */
int pier__port_info(const struct pier__hport *port, const char *item, pier_buffer *out);
int pier__process_info(const pier_process *process, const pier_process *caller,
                       const char *item, int in_list, pier_buffer *out);

/* lists.c: lists of what the keys of a table stand for, in their order. */
enum pier__keys { PIER__PORT_KEYS, PIER__PID_KEYS, PIER__OBJECT_KEYS };
int pier__put_table(pier_buffer *out, const struct pier__table *table, enum pier__keys keys);
int pier__put_watchers(pier_buffer *out, const struct pier__monitors *watchers);
/* Appends them as an array of uint64_t. PIER_ENOMEM. */
int pier__sorted_keys(const struct pier__table *table, pier_buffer *keys);

/* send.c: EXIT badsig to the owner, and nothing else. */
void pier__badsig(struct pier__hport *port);

/* NULL if it is dead. */
static inline pier_process *pier__process(const pier_host *host, pier_pid pid) {
  pier_process *recent = host->recent_process;
  if (recent && recent->pid.number == pid.number) return recent;
  return pier__table_get(&host->processes, pid.number);
}

static inline struct pier__hport *pier__hport(const pier_host *host, pier_port port) {
  struct pier__hport *recent = host->recent_port;
  if (recent && recent->core.number == port.number) return recent;
  return pier__table_get(&host->ports, port.number);
}

/* NULL unless the port is open. */
static inline struct pier__hport *pier__usable(const pier_host *host, pier_port port) {
  struct pier__hport *found = pier__hport(host, port);
  return found && pier__port_usable(&found->core) ? found : NULL;
}

#endif
