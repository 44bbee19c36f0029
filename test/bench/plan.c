#include "plan.h"

#include <string.h>

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

#define CALLERS(on)                                                                            \
  .contestant_count = 5, .contestants = {{"ei", on, PROGRAM_CALLER_EI},                        \
                                         {"pier", on, PROGRAM_CALLER_PIER},                    \
                                         {"pier uv", on, PROGRAM_CALLER_PIER_UV},              \
                                         {"calls", on, PROGRAM_CALLS_PIER},                    \
                                         {"calls uv", on, PROGRAM_CALLS_PIER_UV}},             \
  .ratio_count = 4, .ratios = {{1, 0}, {2, 0}, {3, 0}, {4, 0}}

#define CALLS                                                                                  \
  .rows = {{.id = "add", .label = "{add,1,2}", .payload = "add", .contestants = 7},            \
           {.id = "addx64",                                                                    \
            .label = "{add,1,2}, 64 in flight",                                                \
            .payload = "add",                                                                  \
            .in_flight = 64,                                                                   \
            .contestants = 7},                                                                 \
           {.id = "call", .label = "{call,From,..}", .payload = "call", .contestants = 25},    \
           {.id = "callx64",                                                                   \
            .label = "{call,From,..}, 64 in flight",                                           \
            .payload = "call",                                                                 \
            .in_flight = 64,                                                                   \
            .contestants = 25}}

#define TERMS(what)                                                                            \
  .work = WORK_TERMS, .terms = what, .one_cpu = 1, .row_count = 5, .rows = {                   \
    {.id = "small", .label = "{call,Ref,{add,1,2}}, 54 B"},                                    \
    {.id = "ints", .label = "1000 integers, 4239 B"},                                          \
    {.id = "maps", .label = "map of 100 maps, 5006 B"},                                        \
    {.id = "tuples", .label = "1000 tuples, 27855 B"},                                         \
    {.id = "binaries", .label = "100 binaries, 100507 B"}}

#define AGAINST_BEAM(call)                                                                     \
  .contestant_count = 2, .contestants = {{.name = "pier", .host = HOST_TERMS},                 \
                                         {.name = call, .host = HOST_BEAM}},                   \
  .ratio_count = 1, .ratios = {{0, 1}}
/* clang-format on */

const plan_section plan_sections[] = {
    {.id = "hosts",
     .title = "hosts: round trips with the raw echo program, {packet,4}, one CPU",
     .work = WORK_TRIPS,
     .one_cpu = 1,
     HOSTS,
     .row_count = 4,
     .rows =
         {{.id = "16", .label = "16 B", .payload = "16"},
          {.id = "1k", .label = "1 KiB", .payload = "1024"},
          {.id = "64k", .label = "64 KiB", .payload = "65536"},
          {.id = "16x64", .label = "16 B, 64 in flight", .payload = "16", .in_flight = 64}}},
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
     .rows =
         {{.id = "16", .label = "16 B", .payload = "16"},
          {.id = "64k", .label = "64 KiB", .payload = "65536", .full_only = 1},
          {.id = "16x64", .label = "16 B, 64 in flight", .payload = "16", .in_flight = 64}}},
    {.id = "programs-beam",
     .title = "programs: round trips under the BEAM, one CPU",
     .work = WORK_TRIPS,
     .one_cpu = 1,
     .full_only = 1,
     PROGRAMS(HOST_BEAM),
     .row_count = 2,
     .rows =
         {{.id = "16", .label = "16 B", .payload = "16"},
          {.id = "16x64", .label = "16 B, 64 in flight", .payload = "16", .in_flight = 64}}},
    {.id = "calls",
     .title = "calls: {add,1,2} -> {ok,3} on the raw host, one CPU",
     .work = WORK_TRIPS,
     .one_cpu = 1,
     CALLERS(HOST_RAW),
     .row_count = 4,
     CALLS},
    {.id = "calls-pier",
     .title = "calls: the same on pier's host, which parses and sends one by one",
     .work = WORK_TRIPS,
     .one_cpu = 1,
     .full_only = 1,
     CALLERS(HOST_PIER),
     .row_count = 4,
     CALLS},
    {.id = "terms-scan",
     .title = "terms: is it safe to read (the gate), against binary_to_term",
     TERMS("scan"),
     AGAINST_BEAM("binary_to_term")},
    {.id = "terms-walk",
     .title = "terms: read by type, after the gate and with it, against ei_decode_*",
     TERMS("walk"),
     .contestant_count = 3,
     .contestants = {{.name = "pier", .host = HOST_TERMS},
                     {.name = "scan+walk", .host = HOST_TERMS},
                     {.name = "ei", .host = HOST_TERMS}},
     .ratio_count = 2,
     .ratios = {{0, 2}, {1, 2}}},
    {.id = "terms-build",
     .title = "terms: built by type, against ei_x_encode_*, ei_encode_* in place, "
              "term_to_binary",
     TERMS("build"),
     .contestant_count = 4,
     .contestants = {{.name = "pier", .host = HOST_TERMS},
                     {.name = "ei_x", .host = HOST_TERMS},
                     {.name = "ei", .host = HOST_TERMS},
                     {.name = "BEAM", .host = HOST_BEAM}},
     .ratio_count = 3,
     .ratios = {{0, 1}, {0, 2}, {0, 3}}},
    {.id = "terms-normal",
     .title = "terms: normal form, against term_to_binary(binary_to_term(B), [deterministic])",
     TERMS("normal"),
     AGAINST_BEAM("BEAM")},
    {.id = "terms-print",
     .title = "terms: text out, against io_lib:format(\"~w\")",
     TERMS("print"),
     AGAINST_BEAM("io_lib")},
    {.id = "terms-read",
     .title = "terms: text in, against erl_scan and erl_parse (the first: {call,{add,1,2}})",
     TERMS("read"),
     AGAINST_BEAM("erl_parse")},
};
const size_t plan_section_count = sizeof plan_sections / sizeof plan_sections[0];

int plan_takes_part(const plan_row *row, size_t contestant) {
  return row->contestants == 0 || (row->contestants >> contestant & 1) != 0;
}

int plan_find(const char *section, const char *row, size_t *s, size_t *at) {
  for (*s = 0; *s < plan_section_count; *s += 1) {
    if (strcmp(plan_sections[*s].id, section) != 0) continue;
    for (*at = 0; *at < plan_sections[*s].row_count; *at += 1)
      if (strcmp(plan_sections[*s].rows[*at].id, row) == 0) return 1;
  }
  return 0;
}
