#include "plan.h"

#define TERMS_EACH(work, over, under, bound)                                                   \
  {work, "small", "cpu_rate", over, under, NULL, AT_LEAST, bound},                             \
      {work, "ints", "cpu_rate", over, under, NULL, AT_LEAST, bound},                          \
      {work, "maps", "cpu_rate", over, under, NULL, AT_LEAST, bound}, {                        \
    work, "tuples", "cpu_rate", over, under, NULL, AT_LEAST, bound                             \
  }

/* A spawn of /bin/true is mostly the dynamic linker's work, which no host can
 * make shorter: the aim is for a program that costs nothing itself. */
const plan_aim plan_aims[] = {
    {"hosts", "16", "rate", "pier", "raw", NULL, AT_LEAST, 0.93},
    {"hosts", "1k", "rate", "pier", "raw", NULL, AT_LEAST, 0.93},
    {"hosts", "16", "p99", "pier", "raw", NULL, AT_MOST, 1.3},
    {"hosts", "1k", "p99", "pier", "raw", NULL, AT_MOST, 1.3},
    {"hosts", "64k", "rate", "pier", "raw", NULL, AT_LEAST, 0.95},
    {"hosts", "64k", "rate", "pier", "BEAM", NULL, AT_LEAST, 2},
    {"hosts", "16x64", "rate", "pier", "BEAM", NULL, AT_LEAST, 2},
    {"spawns", "nothing", "rate", "pier", "BEAM", NULL, AT_LEAST, 2.5},
    {"calls", "add", "rate", "pier", "ei", NULL, AT_LEAST, 1},
    {"calls", "add", "rate", "pier uv", "ei", NULL, AT_LEAST, 1},
    {"calls", "addx64", "rate", "pier", "ei", NULL, AT_LEAST, 3},
    {"calls", "addx64", "rate", "pier uv", "ei", NULL, AT_LEAST, 3},
    {"calls", "call", "rate", "calls", "ei", NULL, AT_LEAST, 1},
    {"calls", "callx64", "rate", "calls", "ei", NULL, AT_LEAST, 3},
    {"terms-scan", "tuples", "cpu_rate", "pier", "binary_to_term", NULL, AT_LEAST, 5},
    {"terms-scan", "binaries", "gigabytes", "pier", NULL, NULL, AT_LEAST, 1},
    TERMS_EACH("terms-walk", "pier", "ei", 3),
    TERMS_EACH("terms-build", "pier", "ei_x", 3),
    TERMS_EACH("terms-build", "pier", "ei", 1),
    TERMS_EACH("terms-print", "pier", "io_lib", 10),
};
const size_t plan_aim_count = sizeof plan_aims / sizeof plan_aims[0];
