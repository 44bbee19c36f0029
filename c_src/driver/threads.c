/* Threads of drivers and what each of them keeps for itself. */
#include "driver/check.h"
#include "driver/named.h"

#include <errno.h>
#include <signal.h>

struct ErlDrvTid_ {
  char *name;
  pthread_t thread;
  void *(*function)(void *);
  void *argument;
  struct pier__driver *driver; /* that made it, where that is looked at; behind abandoning */
};

/* A driver may go before a thread that it never joins has ended. */
static pthread_mutex_t abandoning = PTHREAD_MUTEX_INITIALIZER;

static _Thread_local struct ErlDrvTid_ *self;
/* What other threads are called by. */
static _Thread_local struct ErlDrvTid_ stranger;

enum { KEYS = 1024, KILOWORD = 1024 * (int)sizeof(void *) };

static _Thread_local void **values; /* by key */
static atomic_uchar key_used[KEYS];
static pthread_mutex_t key_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t at_end; /* frees `values` */
static pthread_once_t at_end_once = PTHREAD_ONCE_INIT;

/* ---- Threads ------------------------------------------------------------------------ */

ErlDrvThreadOpts *erl_drv_thread_opts_create(char *name) {
  ErlDrvThreadOpts *options = pier_alloc(sizeof *options);
  if (!options) return NULL;
  options->suggested_stack_size = -1;
  if (pier__checking()) pier__check_made(options, "options of threads", name, NULL);
  return options;
}

void erl_drv_thread_opts_destroy(ErlDrvThreadOpts *options) {
  pier__must(options != NULL);
  if (pier__checking()) pier__check_forget(options);
  pier_free(options);
}

static void *begin(void *argument) {
  struct pier__inside inside = {.where = PIER__ELSEWHERE, .call = "thread"}, before;
  void *result;
  self = argument;
  pthread_mutex_lock(&abandoning);
  inside.driver = self->driver;
  pthread_mutex_unlock(&abandoning);
  if (!inside.driver) return self->function(self->argument);
  inside.name = self->name;
  before = pier__check_begin(&inside);
  result = self->function(self->argument);
  pthread_mutex_lock(&abandoning);
  if (self->driver) pier__check_end(&before);
  pthread_mutex_unlock(&abandoning);
  return result;
}

static void abandon(void *tid) {
  pthread_mutex_lock(&abandoning);
  ((struct ErlDrvTid_ *)tid)->driver = NULL;
  pthread_mutex_unlock(&abandoning);
}

/* Those of a thread's own faults are let through: sanitizers and debuggers tell of them. */
int pier__driver_thread(pthread_t *thread, const pthread_attr_t *attributes,
                        void *(*function)(void *), void *argument) {
  static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
  sigset_t most, before;
  size_t i;
  int error;
  sigfillset(&most);
  for (i = 0; i < sizeof faults / sizeof faults[0]; i++)
    sigdelset(&most, faults[i]);
  pthread_sigmask(SIG_SETMASK, &most, &before);
  error = pthread_create(thread, attributes, function, argument);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return error;
}

int erl_drv_thread_create(char *name, ErlDrvTid *tid, void *(*function)(void *), void *argument,
                          ErlDrvThreadOpts *options) {
  struct ErlDrvTid_ *fresh = pier__named_new(sizeof *fresh, name);
  pthread_attr_t attributes;
  int error;
  if (!fresh) return ENOMEM;
  fresh->function = function;
  fresh->argument = argument;
  if (pier__checking()) fresh->driver = pier__inside.driver;
  error = pthread_attr_init(&attributes);
  if (error == 0) {
    if (options && options->suggested_stack_size > 0)
      pthread_attr_setstacksize(&attributes, (size_t)options->suggested_stack_size * KILOWORD);
    error = pier__driver_thread(&fresh->thread, &attributes, begin, fresh);
    pthread_attr_destroy(&attributes);
  }
  if (error != 0) {
    pier__named_free(fresh);
    return error;
  }
  if (pier__checking()) pier__check_made(fresh, "a thread, never joined:", name, abandon);
  *tid = fresh;
  return 0;
}

char *erl_drv_thread_name(ErlDrvTid tid) {
  return tid ? tid->name : NULL;
}

ErlDrvTid erl_drv_thread_self(void) {
  if (self) return self;
  stranger.thread = pthread_self();
  return &stranger;
}

int erl_drv_equal_tids(ErlDrvTid a, ErlDrvTid b) {
  pier__must(a && b);
  return a == b;
}

void erl_drv_thread_exit(void *result) {
  pier__must(self != NULL);
  pthread_exit(result);
}

int erl_drv_thread_join(ErlDrvTid tid, void **result) {
  int error;
  pier__must(tid != NULL);
  error = pthread_join(tid->thread, result);
  if (error != 0) return error;
  if (pier__checking()) pier__check_forget(tid);
  pier__named_free(tid);
  return 0;
}

/* ---- Data of one thread ---------------------------------------------------------------- */

static void free_values(void *memory) {
  pier_free(memory);
  values = NULL;
}

static void make_at_end(void) {
  pier__must(pthread_key_create(&at_end, free_values) == 0);
}

static int is_key(ErlDrvTSDKey key) {
  return key >= 0 && key < KEYS && key_used[key];
}

int erl_drv_tsd_key_create(char *name, ErlDrvTSDKey *key) {
  int i, error = 0;
  pier__must(key != NULL);
  pthread_mutex_lock(&key_lock);
  for (i = 0; i < KEYS && key_used[i]; i++)
    ;
  if (i == KEYS) {
    error = ENOMEM;
  } else {
    key_used[i] = 1;
    *key = i;
  }
  pthread_mutex_unlock(&key_lock);
  if (error == 0 && pier__checking()) pier__check_made(&key_used[i], "thread key", name, NULL);
  return error;
}

/* Whatever threads still have under it is theirs. */
void erl_drv_tsd_key_destroy(ErlDrvTSDKey key) {
  pier__must(is_key(key));
  if (pier__checking()) pier__check_forget(&key_used[key]);
  pthread_mutex_lock(&key_lock);
  key_used[key] = 0;
  pthread_mutex_unlock(&key_lock);
}

void erl_drv_tsd_set(ErlDrvTSDKey key, void *data) {
  pier__must(is_key(key));
  if (!values) {
    pthread_once(&at_end_once, make_at_end);
    values = pier_alloc(KEYS * sizeof *values);
    pier__must(values != NULL);
    memset(values, 0, KEYS * sizeof *values);
    pthread_setspecific(at_end, values);
  }
  values[key] = data;
}

void *erl_drv_tsd_get(ErlDrvTSDKey key) {
  pier__must(is_key(key));
  return values ? values[key] : NULL;
}
