#include "plan.h"

/* clang-format off */
#define HOSTS                                                                                  \
  .contestant_count = 3, .contestants = {{"raw", HOST_RAW, PROGRAM_ECHO_RAW},                  \
                                         {"pier", HOST_PIER, PROGRAM_ECHO_RAW},                \
                                         {"BEAM", HOST_BEAM, PROGRAM_ECHO_RAW}},               \
  .ratio_count = 3, .ratios = {{1, 0}, {1, 2}, {0, 2}}

#define PROGRAMS(on)                                                                           \
  .contestant_count = 3, .contestants = {{"raw echo", on, PROGRAM_ECHO_RAW},                   \
                                         {"pier echo", on, PROGRAM_ECHO_PIER},                 \
                                         {"tutorial", on, PROGRAM_ECHO_TUTORIAL}},             \
  .ratio_count = 3, .ratios = {{1, 0}, {2, 0}, {1, 2}}
/* clang-format on */

/* The ratios above, by name. */
enum { PIER_OVER_RAW = 0, PIER_OVER_BEAM = 1 };

const plan_section plan_sections[] = {
    {.id = "hosts",
     .title = "hosts: round trips with the raw echo program, {packet,4}, one CPU",
     .work = WORK_TRIPS,
     .one_cpu = 1,
     HOSTS,
     .row_count = 4,
     .rows = {{.id = "16", .label = "16 B", .size = 16, .in_flight = 1},
              {.id = "1k", .label = "1 KiB", .size = 1024, .in_flight = 1},
              {.id = "64k", .label = "64 KiB", .size = 65536, .in_flight = 1},
              {.id = "16x64", .label = "16 B, 64 in flight", .size = 16, .in_flight = 64}}},
    {.id = "spawns",
     .title = "hosts: programs run from start to end, one at a time, all CPUs",
     .work = WORK_SPAWNS,
     HOSTS,
     .row_count = 4,
     .rows = {{.id = "nothing", .label = "program without libc", .program = PROGRAM_NOTHING},
              {.id = "true", .label = "/bin/true", .program = PROGRAM_TRUE},
              {.id = "resident",
               .label = "without libc, 1 GB resident",
               .program = PROGRAM_NOTHING,
               .resident = 1024,
               .full_only = 1},
              {.id = "beside",
               .label = "without libc, beside %zu ports",
               .program = PROGRAM_NOTHING,
               .beside = 4000}}},
    {.id = "programs",
     .title = "programs: round trips on the raw host, one CPU",
     .work = WORK_TRIPS,
     .one_cpu = 1,
     PROGRAMS(HOST_RAW),
     .row_count = 3,
     .rows = {{.id = "16", .label = "16 B", .size = 16, .in_flight = 1},
              {.id = "64k", .label = "64 KiB", .size = 65536, .in_flight = 1, .full_only = 1},
              {.id = "16x64", .label = "16 B, 64 in flight", .size = 16, .in_flight = 64}}},
    {.id = "programs-beam",
     .title = "programs: round trips under the BEAM, one CPU",
     .work = WORK_TRIPS,
     .one_cpu = 1,
     .full_only = 1,
     PROGRAMS(HOST_BEAM),
     .row_count = 2,
     .rows = {{.id = "16", .label = "16 B", .size = 16, .in_flight = 1},
              {.id = "16x64", .label = "16 B, 64 in flight", .size = 16, .in_flight = 64}}},
};
const size_t plan_section_count = sizeof plan_sections / sizeof plan_sections[0];

/* A spawn of /bin/true is mostly the dynamic linker's work, which no host can
 * make shorter: the aim is for a program that costs nothing itself. */
const plan_aim plan_aims[] = {
    {"hosts", "16", PIER_OVER_RAW, 0.85},
    {"spawns", "nothing", PIER_OVER_BEAM, 2.5},
};
const size_t plan_aim_count = sizeof plan_aims / sizeof plan_aims[0];
