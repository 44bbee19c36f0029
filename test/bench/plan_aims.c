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
    {"hosts", "16", "wake_ups", "pier", NULL, NULL, AT_MOST, 0},
    {"hosts", "64k", "rate", "pier", "raw", NULL, AT_LEAST, 0.95},
    {"hosts", "64k", "rate", "pier", "BEAM", NULL, AT_LEAST, 2},
    {"hosts", "1m", "rate", "pier", "raw", NULL, AT_LEAST, 0.95},
    {"hosts", "1m", "rate", "pier", "BEAM", NULL, AT_LEAST, 2},
    {"flight", "1mx8", "rate", "pier", "raw", NULL, AT_LEAST, 0.95},
    {"flight", "1mx8", "rate", "pier", "BEAM", NULL, AT_LEAST, 2},
    {"flight", "16x64", "rate", "pier", "BEAM", NULL, AT_LEAST, 2},
    {"flight", "16x64", "rate", "pier batch", "raw", NULL, AT_LEAST, 0.5},
    {"flight", "16x64", "rate", "pier batch", "BEAM", NULL, AT_LEAST, 10},
    {"hosts-calls", "addx64", "rate", "corked", "BEAM+ei", NULL, AT_LEAST, 8},
    {"hosts-calls", "addx64", "rate", "batch once", "BEAM once", NULL, AT_LEAST, 8},
    {"lines", "lines", "rate", "pier", "raw", NULL, AT_LEAST, 0.8},
    {"lines", "lines", "rate", "pier", "BEAM", NULL, AT_LEAST, 7},
    {"spawns", "nothing", "rate", "pier", "raw", NULL, AT_LEAST, 0.9},
    {"spawns", "true", "rate", "pier", "raw", NULL, AT_LEAST, 0.9},
    {"spawns", "at-once", "rate", "pier", "raw", NULL, AT_LEAST, 0.9},
    {"spawns", "resident", "rate", "pier", "raw", NULL, AT_LEAST, 0.9},
    {"spawns", "beside", "rate", "pier", "raw", NULL, AT_LEAST, 0.9},
    {"spawns", "resident", "rate", "pier", NULL, "nothing", AT_LEAST, 0.8},
    {"spawns", "beside", "rate", "pier", NULL, "nothing", AT_LEAST, 0.8},
    {"spawns", "nothing", "rate", "pier", "BEAM", NULL, AT_LEAST, 2.5},
    {"ports", "4000", "rate", "pier", "raw", NULL, AT_LEAST, 0.9},
    {"ports", "4000", "open_rate", "pier", "raw", NULL, AT_LEAST, 0.9},
    {"ports", "4000", "port_bytes", "pier", NULL, NULL, AT_MOST, 512},
    {"ports", "4000", "wake_ups", "pier", NULL, NULL, AT_MOST, 0},
    {"ports", "most", "rate", "pier", "raw", NULL, AT_LEAST, 0.9},
    {"ports", "most", "open_rate", "pier", "raw", NULL, AT_LEAST, 0.9},
    {"ports", "most", "port_bytes", "pier", NULL, NULL, AT_MOST, 512},
    {"programs", "16", "rate", "pier", "raw echo", NULL, AT_LEAST, 0.97},
    {"programs", "16", "program_wake_ups", "pier", NULL, NULL, AT_MOST, 0},
    {"programs", "16x64", "rate", "pier", "raw echo", NULL, AT_LEAST, 0.6},
    {"programs", "16x64", "rate", "pier", "tutorial", NULL, AT_LEAST, 10},
    {"programs", "16", "rate", "pier in uv", "uv echo", NULL, AT_LEAST, 0.97},
    {"programs", "16x64", "rate", "pier in uv", "uv echo", NULL, AT_LEAST, 0.97},
    {"programs-beam", "16", "rate", "pier", "tutorial", NULL, AT_LEAST, 1},
    {"programs-beam", "16x64", "rate", "pier", "tutorial", NULL, AT_LEAST, 1.4},
    {"polling", "16", "rate", "pier polls", "tutorial", NULL, AT_LEAST, 2},
    {"polling", "16-one", "rate", "pier polls", "pier", NULL, AT_LEAST, 0.95},
    {"polling", "16", "program_wake_ups", "pier polls", NULL, NULL, AT_MOST, 0},
    {"starts", "16", "p50", "pier", "bare C", NULL, AT_MOST, 1.1},
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
