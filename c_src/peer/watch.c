/* A thread that waits for the loss of the owner, whatever the others do. */
#include "peer/core.h"
#include "peer/hub.h"
#include "peer/life.h"
#include "peer/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Beyond what the system asks for; it is only address space. */
enum { STACK = 128 * 1024 };

static void destroy(struct pier__life *life) {
  if (life->gone_fd >= 0) close(life->gone_fd);
  if (life->stop_fd >= 0) close(life->stop_fd);
  pthread_cond_destroy(&life->cleaned_up);
  pthread_mutex_destroy(&life->lock);
  pier_free(life->clean_ups);
  pier_free(life);
}

int pier__private_event(void) {
  int low = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  int high = low < 0 ? -1 : fcntl(low, F_DUPFD_CLOEXEC, PIER__PRIVATE);
  if (low >= 0) close(low);
  return high;
}

int pier__life_new(struct pier__life **made, const pier_peer_config *config,
                   struct pier__hub *hub) {
  struct pier__life *life = pier_alloc(sizeof *life);
  int error;
  *made = NULL;
  if (!life) return PIER_ENOMEM;
  memset(life, 0, sizeof *life);
  pthread_mutex_init(&life->lock, NULL);
  pthread_cond_init(&life->cleaned_up, NULL);
  life->hub = hub;
  life->watched = config->watch;
  life->half_close = config->half_close;
  life->grace_ms = (long)config->grace_ms;
  life->gone_fd = pier__private_event();
  life->stop_fd = pier__private_event();
  if (life->gone_fd < 0 || life->stop_fd < 0) {
    error = -errno;
    destroy(life);
    return error;
  }
  *made = life;
  return 0;
}

/* ---- The thread --------------------------------------------------------------- */

/* No events: a hang-up shows all the same, whatever is unread before it. */
static void ask(const struct pier__life *life, struct pollfd *fds) {
  fds[0].fd = life->in;
  fds[1].fd = life->out;
  fds[0].events = (short)(life->half_close ? 0 : POLLRDHUP);
  fds[1].events = 0;
}

/* Whether the owner is gone, by what poll said. Who has nothing more to tell is not
 * asked again. */
static int judge(const struct pier__life *life, struct pollfd *fds) {
  if (fds[1].revents & (POLLERR | POLLHUP)) return 1;
  if (fds[0].revents && !(fds[0].revents & POLLNVAL) && !life->half_close) return 1;
  if (fds[0].revents) fds[0].fd = -1;
  if (fds[1].revents) fds[1].fd = -1;
  return 0;
}

/* Returns 1 when the owner is gone, 0 when nobody wants to know any more. */
static int wait_for_the_end(const struct pier__life *life) {
  struct pollfd fds[3];
  ask(life, fds);
  fds[2].fd = life->stop_fd;
  fds[2].events = POLLIN;
  for (;;) {
    if (poll(fds, 3, -1) < 0) continue;
    if (fds[2].revents) return 0;
    if (judge(life, fds)) return 1;
  }
}

static void *watch(struct pier__life *life, int apart) {
  int gone;
  pier__thread_name("pier-watch");
  if (!wait_for_the_end(life)) return NULL;
  pthread_mutex_lock(&life->lock);
  gone = !life->released;
  if (gone && !atomic_load(&life->gone)) {
    clock_gettime(CLOCK_MONOTONIC, &life->lost);
    atomic_store(&life->hub->orphaned, 1);
    atomic_store(&life->gone, 1);
  }
  pthread_mutex_unlock(&life->lock);
  if (gone) pier__grace(life, apart);
  return NULL;
}

static void *run(void *life) {
  return watch(life, 0);
}

static void close_between(int first, int last) {
  if (first <= last) syscall(SYS_close_range, first, last, 0);
}

/* As long as only one thread has the program's descriptors, the kernel need not count
 * who uses them in each read and write; that is two hundredths of a round trip. So the
 * watch leaves them, and takes copies of what it polls. 0 in kernels without close_range. */
static int leave_descriptors(const struct pier__life *life) {
  int kept[] = {life->in, life->out, life->gone_fd, life->stop_fd};
  enum { KEPT = sizeof kept / sizeof kept[0] };
  int i, j, first = 0;
  for (i = 1; i < KEPT; i++)
    for (j = i; j > 0 && kept[j - 1] > kept[j]; j--) {
      int higher = kept[j - 1];
      kept[j - 1] = kept[j];
      kept[j] = higher;
    }
  if (syscall(SYS_close_range, kept[KEPT - 1] + 1, ~0U, CLOSE_RANGE_UNSHARE) != 0) return 0;
  for (i = 0; i < KEPT; i++) {
    close_between(first, kept[i] - 1);
    first = kept[i] + 1;
  }
  return 1;
}

static void *run_apart(void *life) {
  return watch(life, leave_descriptors(life));
}

/* What has an end that poll can tell. */
static int may_hang_up(int fd) {
  struct stat info;
  return isatty(fd) ||
         (fstat(fd, &info) == 0 && (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode)));
}

int pier__thread_start(pthread_t *thread, void *(*body)(void *), void *state) {
  pthread_attr_t attributes;
  sigset_t all, before;
  long least = sysconf(_SC_THREAD_STACK_MIN);
  int error;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK + (size_t)(least > 0 ? least : 0));
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  error = pthread_create(thread, &attributes, body, state);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  return -error;
}

int pier__life_start(struct pier__life *life, int in, int out, int private) {
  int error;
  if (life->running || !life->watched) return 0;
  if (!may_hang_up(in) && !may_hang_up(out)) return 0;
  life->in = in;
  life->out = out;
  life->process = getpid();
  life->apart = private && !life->log && !life->children && life->clean_up_count == 0;
  error = pier__thread_start(&life->thread, life->apart ? run_apart : run, life);
  life->running = !error;
  return error;
}

int pier__life_share(struct pier__life *life) {
  int error = 0;
  pthread_mutex_lock(&life->lock);
  if (life->running && life->apart && !life->doubled && life->process == getpid()) {
    error = pier__thread_start(&life->second, run, life);
    life->doubled = !error;
  }
  pthread_mutex_unlock(&life->lock);
  return error;
}

int pier_peer_watch(pier_peer *peer, int in, int out) {
  int error = pier__peer_check(&peer->config, in, out);
  return error ? error : pier__life_start(peer->life, in, out, 0);
}

/* ---- The end of the peer -------------------------------------------------------- */

/* A loop may notice the loss before the watch does. It shall not stop the watch by
 * that: from here on the grace is running. */
static void let_the_watch_see(const struct pier__life *life) {
  struct pollfd fds[2], gone = {life->gone_fd, POLLIN, 0};
  if (!life->running || life->process != getpid()) return;
  ask(life, fds);
  if (poll(fds, 2, 0) <= 0 || !judge(life, fds)) return;
  while (poll(&gone, 1, -1) < 0 && errno == EINTR)
    continue;
}

void pier__life_end(struct pier__life *life) {
  let_the_watch_see(life);
  pier__log_stop(life->log);
  life->log = NULL;
  pier__clean_up(life, PIER_ENDING_ORDERLY);
  pthread_mutex_lock(&life->lock);
  pier__spawned_end(life);
  pthread_mutex_unlock(&life->lock);
}

void pier__life_free(struct pier__life *life) {
  static const uint64_t one = 1;
  int gone;
  if (!life) return;
  pier__life_end(life);
  pier__spawned_free(life);
  pthread_mutex_lock(&life->lock);
  life->released = 1;
  gone = atomic_load(&life->gone);
  pthread_mutex_unlock(&life->lock);
  if (life->running && life->process == getpid()) {
    if (gone) { /* it is the thread's now */
      pthread_detach(life->thread);
      if (life->doubled) pthread_detach(life->second);
      return;
    }
    while (write(life->stop_fd, &one, sizeof one) < 0 && errno == EINTR) {
    }
    pthread_join(life->thread, NULL);
    if (life->doubled) pthread_join(life->second, NULL);
  }
  destroy(life);
}

int pier_peer_gone(const pier_peer *peer) {
  return atomic_load(&peer->life->gone);
}

int pier_peer_gone_fd(const pier_peer *peer) {
  return peer->life->gone_fd;
}
