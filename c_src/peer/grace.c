/* What is left to do once the owner is gone, and how long that may take. */
#include "peer/core.h"
#include "peer/life.h"

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

int pier_peer_at_end(pier_peer *peer, pier_peer_clean_up *clean_up, void *state) {
  struct pier__life *life = peer->life;
  struct pier__clean_up *grown;
  int error = clean_up ? pier__life_share(life) : PIER_EARG;
  if (error) return error;
  pthread_mutex_lock(&life->lock);
  grown = pier_realloc(life->clean_ups, (life->clean_up_count + 1) * sizeof *grown);
  if (grown) {
    life->clean_ups = grown;
    grown[life->clean_up_count].call = clean_up;
    grown[life->clean_up_count++].state = state;
  } else {
    error = PIER_ENOMEM;
  }
  pthread_mutex_unlock(&life->lock);
  return error;
}

/* The lock is not held while they run: they may ask the library things. */
void pier__clean_up(struct pier__life *life, pier_ending ending) {
  struct pier__clean_up *taken;
  size_t count;
  pthread_mutex_lock(&life->lock);
  while (life->cleaning)
    pthread_cond_wait(&life->cleaned_up, &life->lock);
  taken = life->clean_ups;
  count = life->clean_up_count;
  life->clean_ups = NULL;
  life->clean_up_count = 0;
  life->cleaning = 1;
  pthread_mutex_unlock(&life->lock);
  while (count-- > 0)
    taken[count].call(ending, taken[count].state);
  pier_free(taken);
  pthread_mutex_lock(&life->lock);
  life->cleaning = 0;
  pthread_cond_broadcast(&life->cleaned_up);
  pthread_mutex_unlock(&life->lock);
}

static void *clean_up_by_force(void *life) {
  pier__clean_up(life, PIER_ENDING_FORCED);
  return NULL;
}

/* They may hang in what the busy handler holds, so that the watch itself does
 * not call them. */
static void start_cleaning(struct pier__life *life) {
  pthread_t thread;
  int wanted;
  pthread_mutex_lock(&life->lock);
  wanted = life->clean_up_count > 0;
  pthread_mutex_unlock(&life->lock);
  if (wanted && pthread_create(&thread, NULL, clean_up_by_force, life) == 0)
    pthread_detach(thread);
}

static void sleep_until(const struct timespec *start, long ms) {
  struct timespec end = *start;
  end.tv_sec += ms / 1000;
  end.tv_nsec += ms % 1000 * 1000000;
  if (end.tv_nsec >= 1000000000) {
    end.tv_sec++;
    end.tv_nsec -= 1000000000;
  }
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) == EINTR) {
  }
}

/* Who leads a session leads a group of nobody but his own descendants. */
_Noreturn static void leave(void) {
  if (getsid(0) == getpid() && getpgrp() == getpid()) kill(0, SIGKILL);
  _exit(PIER_EXIT_GRACE);
}

void pier__grace(struct pier__life *life, int apart) {
  static const uint64_t one = 1;
  while (write(life->gone_fd, &one, sizeof one) < 0 && errno == EINTR) {
  }
  if (!apart) {
    pthread_mutex_lock(&life->lock);
    pier__spawned_end(life);
    pthread_mutex_unlock(&life->lock);
    sleep_until(&life->lost, life->grace_ms - life->grace_ms / 4);
    start_cleaning(life);
  }
  sleep_until(&life->lost, life->grace_ms);
  leave();
}
