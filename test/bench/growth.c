/*
 * growth - long work on pier's host, and what it leaves in memory:
 *
 *   growth ECHO IDLE FRAMES PAIRS MESSAGES PORTS SECONDS
 *
 * ECHO is a program that echoes frames, IDLE one that waits for its end. The seconds of idle
 * ports pass at once: this program is linked so that the host's clock and its wait
 * (clock_gettime, epoll_wait) are those below. Status 1 if memory is not flat or not
 * proportional to what waits.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/utsname.h>
#include <time.h>

#include <pier/host.h>

#include "../support/growth.h"

static int simulated;
static long long skipped_ms; /* of the clock */
static size_t waits;         /* that would have slept, */
static size_t busy;          /* and that would not */

int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int __real_epoll_wait(int fd, struct epoll_event *events, int room, int timeout_ms);
int __wrap_epoll_wait(int fd, struct epoll_event *events, int room, int timeout_ms);

int __wrap_clock_gettime(clockid_t clock, struct timespec *now) {
  int status = __real_clock_gettime(clock, now);
  if (clock == CLOCK_MONOTONIC) {
    now->tv_sec += (time_t)(skipped_ms / 1000);
    now->tv_nsec += (long)(skipped_ms % 1000) * 1000000;
    if (now->tv_nsec >= 1000000000) {
      now->tv_nsec -= 1000000000;
      now->tv_sec++;
    }
  }
  return status;
}

/* What would have slept has slept. */
int __wrap_epoll_wait(int fd, struct epoll_event *events, int room, int timeout_ms) {
  int count = __real_epoll_wait(fd, events, room, simulated ? 0 : timeout_ms);
  if (!simulated) return count;
  if (count == 0 && timeout_ms > 0) {
    skipped_ms += timeout_ms;
    waits++;
  } else {
    busy++;
  }
  return count;
}

static int sleep_simulated(void *host, int milliseconds) {
  int status;
  simulated = 1;
  status = pier_host_run_once(host, milliseconds);
  simulated = 0;
  return status;
}

static int print_row(const char *what, int status, const growth *seen, int is_right,
                     const char *verdict) {
  if (status < 0) {
    printf("%-44s %s\n", what, pier_strerror(status));
    return 1;
  }
  printf("%-44s %9zu %12zu %12zu %11.2f %9zu %5zu  %s\n", what, seen->total, seen->live[1],
         seen->live[GROWTH_PARTS - 1], growth_each(seen), seen->resident >> 10, seen->left,
         is_right ? verdict : "NOT SO");
  fflush(stdout);
  return !is_right;
}

static int clean(const growth *seen) {
  return seen->left == 0 && seen->fds == 0;
}

static void print_date(void) {
  struct utsname system;
  char date[32];
  time_t now = time(NULL);
  strftime(date, sizeof date, "%Y-%m-%d %H:%M UTC", gmtime(&now));
  if (uname(&system) == 0)
    printf("pier growth, %s; %s %s %s\n\n", date, system.sysname, system.release,
           system.machine);
}

int main(int argc, char **argv) {
  growth seen;
  size_t counts[5];
  int wrong = 0, status, i;
  if (argc != 8) {
    fprintf(stderr, "usage: growth ECHO IDLE FRAMES PAIRS MESSAGES PORTS SECONDS\n");
    return 2;
  }
  for (i = 0; i < 5; i++)
    counts[i] = strtoul(argv[3 + i], NULL, 10);
  print_date();
  printf("%-44s %9s %12s %12s %11s %9s %5s\n", "bytes pier holds, after", "how many",
         "two tenths", "all", "each adds", "RSS, KiB", "left");
  status = growth_frames(&seen, argv[1], counts[0]);
  wrong |= print_row("frames there and back", status, &seen,
                     growth_is_flat(&seen) && clean(&seen), "flat");
  status = growth_pairs(&seen, argv[2], counts[1]);
  wrong |= print_row("ports opened and closed", status, &seen,
                     growth_is_flat(&seen) && clean(&seen), "flat");
  status = growth_unread(&seen, argv[1], counts[2]);
  wrong |= print_row("messages of 16 B that nobody reads yet", status, &seen,
                     growth_is_even(&seen) && clean(&seen), "proportional");
  status = growth_idle(&seen, argv[2], counts[3], counts[4], sleep_simulated);
  wrong |= print_row("seconds, simulated, of idle ports", status, &seen,
                     growth_is_flat(&seen) && clean(&seen) && busy == 0, "flat");
  printf("%zu idle ports: %zu waits of a second slept to their end, %zu did not; %.0f bytes a "
         "port\n",
         counts[3], waits, busy, (double)seen.live[1] / (double)counts[3]);
  return wrong;
}
