/*
 * job.h - what a host process is asked to do: its arguments, NAME=VALUE each, in any
 * order. command.c writes them, bench_beam.erl takes the same.
 */
#ifndef BENCH_JOB_H
#define BENCH_JOB_H

#include <stddef.h>
#include <stdint.h>

typedef struct job {
  const char *work;       /* "trips" or another name in the tables of work.c */
  const char *program;    /* path */
  const char *idle;       /* path of a program that only waits */
  const char *payload;    /* bytes, or the name of a term: payload.h */
  const char *how;        /* "" or a way to send: engine.h */
  const char *terms;      /* of terms.c: what is done with them, and */
  const char *contestant; /* by whom */
  size_t in_flight;       /* frames under way at a time */
  size_t resident;        /* MiB of memory the host holds */
  size_t ports;           /* held open, beside or in use */
  size_t bytes;           /* of lines, to read */
  size_t at_once;         /* programs that run at a time */
  size_t warm;            /* ms that are not counted, */
  size_t rate;            /* that are, and */
  size_t latency;         /* that are only for latencies */
} job;

/* 0, or -EINVAL for an argument that is none. */
int job_read(job *asked, int argc, char **argv);
/* Milliseconds as nanoseconds. */
uint64_t job_time(size_t milliseconds);

#endif
