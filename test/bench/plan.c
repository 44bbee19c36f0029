#include "plan.h"

#include <stddef.h>

/* clang-format off */
/* The places of the contestants below, as bits. */
#define RAW 1u
#define PIER 2u
#define BATCH 4u
#define UV 8u
#define TOY 16u
#define BEAM 32u

#define ONE_BY_ONE (RAW | PIER | UV | TOY | BEAM)
#define SIZES (RAW | PIER | TOY | BEAM)

#define HOSTS                                                                                  \
  .contestant_count = 6, .contestants = {{"raw", HOST_RAW, PROGRAM_ECHO_RAW, NULL},                  \
                                         {"pier", HOST_PIER, PROGRAM_ECHO_RAW, NULL},                \
                                         {"pier batch", HOST_PIER, PROGRAM_ECHO_RAW, "batch"}, \
                                         {"pier in uv", HOST_PIER, PROGRAM_ECHO_RAW, "uv"},    \
                                         {"toy", HOST_TOY, PROGRAM_ECHO_RAW, NULL},                  \
                                         {"BEAM", HOST_BEAM, PROGRAM_ECHO_RAW, NULL}}

/* The same hosts, where there is only one way to do the work. */
#define PLAIN_HOSTS(program)                                                                   \
  .contestant_count = 4, .contestants = {{"raw", HOST_RAW, program, NULL},                           \
                                         {"pier", HOST_PIER, program, NULL},                         \
                                         {"toy", HOST_TOY, program, NULL},                           \
                                         {"BEAM", HOST_BEAM, program, NULL}},                        \
  .ratio_count = 4, .ratios = {{1, 0}, {1, 2}, {1, 3}, {0, 3}}

#define PROGRAMS                                                                           \
  .contestant_count = 5, .contestants = {{"raw echo", HOST_RAW, PROGRAM_ECHO_RAW, NULL},                   \
                                         {"pier", HOST_RAW, PROGRAM_ECHO_PIER, NULL},                      \
                                         {"tutorial", HOST_RAW, PROGRAM_ECHO_TUTORIAL, NULL},              \
                                         {"pier in uv", HOST_RAW, PROGRAM_ECHO_PIER_UV, NULL},             \
                                         {"uv echo", HOST_RAW, PROGRAM_ECHO_UV, NULL}},                    \
  .ratio_count = 4, .ratios = {{1, 0}, {1, 2}, {3, 4}, {2, 0}}

#define CALLERS(on)                                                                            \
  .contestant_count = 5, .contestants = {{"ei", on, PROGRAM_CALLER_EI, NULL},                        \
                                         {"pier", on, PROGRAM_CALLER_PIER, NULL},                    \
                                         {"pier uv", on, PROGRAM_CALLER_PIER_UV, NULL},              \
                                         {"calls", on, PROGRAM_CALLS_PIER, NULL},                    \
                                         {"calls uv", on, PROGRAM_CALLS_PIER_UV, NULL}},             \
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
  .work = WORK_TERMS, .terms = what, .one_cpu = 1, .full_only = 1, .row_count = 5, .rows = {                   \
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
     .ratio_count = 4,
     .ratios = {{1, 0}, {1, 5}, {3, 0}, {0, 5}},
     .row_count = 8,
     .rows = {{.id = "16", .label = "16 B", .payload = "16", .contestants = ONE_BY_ONE},
              {.id = "256",
               .label = "256 B",
               .payload = "256",
               .contestants = SIZES,
               .full_only = 1},
              {.id = "1k", .label = "1 KiB", .payload = "1024", .contestants = ONE_BY_ONE},
              {.id = "4k",
               .label = "4 KiB",
               .payload = "4096",
               .contestants = SIZES,
               .full_only = 1},
              {.id = "16k",
               .label = "16 KiB",
               .payload = "16384",
               .contestants = SIZES,
               .full_only = 1},
              {.id = "64k", .label = "64 KiB", .payload = "65536", .contestants = SIZES},
              {.id = "256k",
               .label = "256 KiB",
               .payload = "262144",
               .contestants = SIZES,
               .full_only = 1},
              {.id = "1m",
               .label = "1 MiB",
               .payload = "1048576",
               .contestants = SIZES,
               .full_only = 1}}},
    {.id = "flight",
     .title = "hosts: the same with many frames under way, {packet,4}, one CPU",
     .work = WORK_TRIPS,
     .one_cpu = 1,
     HOSTS,
     .ratio_count = 4,
     .ratios = {{2, 0}, {1, 5}, {2, 5}, {0, 5}},
     .row_count = 4,
     .rows =
         {{.id = "16x64", .label = "16 B, 64 in flight", .payload = "16", .in_flight = 64},
          {.id = "1kx64",
           .label = "1 KiB, 64 in flight",
           .payload = "1024",
           .in_flight = 64,
           .full_only = 1},
          {.id = "64kx64",
           .label = "64 KiB, 64 in flight",
           .payload = "65536",
           .in_flight = 64,
           .full_only = 1},
          {.id = "1mx8", .label = "1 MiB, 8 in flight", .payload = "1048576", .in_flight = 8}}},
    {.id = "hosts-calls",
     .title = "host and program: {add,1,2} -> {ok,3}; terms made and read for each frame by "
              "both, or bytes made once; one CPU",
     .work = WORK_TRIPS,
     .one_cpu = 1,
     .contestant_count = 6,
     .contestants = {{"pier+pier", HOST_PIER, PROGRAM_CALLER_PIER, "terms"},
                     {"corked", HOST_PIER, PROGRAM_CALLER_PIER, "terms-cork"},
                     {"BEAM+pier", HOST_BEAM, PROGRAM_CALLER_PIER, "terms"},
                     {"BEAM+ei", HOST_BEAM, PROGRAM_CALLER_EI, "terms"},
                     {"batch once", HOST_PIER, PROGRAM_CALLER_PIER, "batch"},
                     {"BEAM once", HOST_BEAM, PROGRAM_CALLER_EI, NULL}},
     .ratio_count = 4,
     .ratios = {{0, 3}, {1, 3}, {2, 3}, {4, 5}},
     .row_count = 2,
     .rows = {{.id = "add",
               .label = "one at a time",
               .payload = "add",
               .full_only = 1,
               .contestants = 13},
              {.id = "addx64", .label = "64 in flight", .payload = "add", .in_flight = 64}}},
    {.id = "lines",
     .title = "hosts: lines of 80 bytes on average, {line,1024}, 200 MB, one CPU",
     .work = WORK_LINES,
     .one_cpu = 1,
     PLAIN_HOSTS(PROGRAM_LINES),
     .row_count = 1,
     .rows = {{.id = "lines", .label = "lines", .megabytes = 200}}},
    {.id = "spawns",
     .title = "hosts: programs run from start to end, all CPUs",
     .work = WORK_SPAWNS,
     PLAIN_HOSTS(PROGRAM_OF_ROW),
     .row_count = 5,
     .rows = {{.id = "nothing", .label = "program without libc", .program = PROGRAM_NOTHING},
              {.id = "true", .label = "/bin/true", .program = PROGRAM_TRUE, .full_only = 1},
              {.id = "at-once",
               .label = "without libc, 64 at once",
               .program = PROGRAM_NOTHING,
               .at_once = 64},
              {.id = "resident",
               .label = "without libc, 1 GB resident",
               .program = PROGRAM_NOTHING,
               .resident = 1024,
               .full_only = 1},
              {.id = "beside",
               .label = "without libc, beside %zu ports",
               .program = PROGRAM_NOTHING,
               .ports = 4000,
               .contestants = 11}}},
    {.id = "ports",
     .title = "hosts: a frame of 16 B to each of many ports and back, all CPUs",
     .work = WORK_PORTS,
     PLAIN_HOSTS(PROGRAM_ECHO_RAW),
     .row_count = 6,
     .rows =
         {{.id = "1", .label = "%zu port", .payload = "16", .ports = 1, .full_only = 1},
          {.id = "10", .label = "%zu ports", .payload = "16", .ports = 10, .full_only = 1},
          {.id = "100", .label = "%zu ports", .payload = "16", .ports = 100, .full_only = 1},
          {.id = "1000", .label = "%zu ports", .payload = "16", .ports = 1000, .full_only = 1},
          {.id = "4000", .label = "%zu ports", .payload = "16", .ports = 4000},
          {.id = "most",
           .label = "%zu ports",
           .payload = "16",
           .ports = 9000,
           .full_only = 1,
           .contestants = 3}}},
    {.id = "programs",
     .title = "programs: round trips on the raw host, one CPU",
     .work = WORK_TRIPS,
     .one_cpu = 1,
     PROGRAMS,
     .row_count = 6,
     .rows = {{.id = "16", .label = "16 B", .payload = "16"},
              {.id = "1k", .label = "1 KiB", .payload = "1024", .full_only = 1},
              {.id = "64k", .label = "64 KiB", .payload = "65536", .full_only = 1},
              {.id = "16x64", .label = "16 B, 64 in flight", .payload = "16", .in_flight = 64},
              {.id = "1kx64",
               .label = "1 KiB, 64 in flight",
               .payload = "1024",
               .in_flight = 64,
               .full_only = 1},
              {.id = "1mx8",
               .label = "1 MiB, 8 in flight",
               .payload = "1048576",
               .in_flight = 8,
               .full_only = 1}}},
    {.id = "programs-beam",
     .title = "programs: round trips under the BEAM, and with a C node, one CPU",
     .work = WORK_TRIPS,
     .full_only = 1,
     .one_cpu = 1,
     .contestant_count = 4,
     .contestants = {{"raw echo", HOST_BEAM, PROGRAM_ECHO_RAW, NULL},
                     {"pier", HOST_BEAM, PROGRAM_ECHO_PIER, NULL},
                     {"tutorial", HOST_BEAM, PROGRAM_ECHO_TUTORIAL, NULL},
                     {"C node", HOST_BEAM, PROGRAM_CNODE, "cnode"}},
     .ratio_count = 4,
     .ratios = {{1, 0}, {2, 0}, {1, 2}, {3, 1}},
     .row_count = 2,
     .rows =
         {{.id = "16", .label = "16 B", .payload = "16"},
          {.id = "16x64", .label = "16 B, 64 in flight", .payload = "16", .in_flight = 64}}},
    {.id = "options",
     .title = "hosts: pier's pipes of 256 KiB by choice, and frames that are copied instead of "
              "lent; raw echo program, one CPU",
     .work = WORK_TRIPS,
     .one_cpu = 1,
     .full_only = 1,
     .contestant_count = 5,
     .contestants = {{"raw", HOST_RAW, PROGRAM_ECHO_RAW, NULL},
                     {"pier", HOST_PIER, PROGRAM_ECHO_RAW, NULL},
                     {"256K pipes", HOST_PIER, PROGRAM_ECHO_RAW, "pipes"},
                     {"copied", HOST_PIER, PROGRAM_ECHO_RAW, "copy"},
                     {"BEAM", HOST_BEAM, PROGRAM_ECHO_RAW, NULL}},
     .ratio_count = 4,
     .ratios = {{2, 0}, {2, 4}, {3, 0}, {3, 1}},
     .row_count = 3,
     .rows =
         {{.id = "64k", .label = "64 KiB", .payload = "65536"},
          {.id = "1m", .label = "1 MiB", .payload = "1048576"},
          {.id = "1mx8", .label = "1 MiB, 8 in flight", .payload = "1048576", .in_flight = 8}}},
    {.id = "polling-host",
     .title = "hosts: polling before a sleep, all CPUs (and, last, one)",
     .work = WORK_TRIPS,
     .full_only = 1,
     .contestant_count = 4,
     .contestants = {{"raw", HOST_RAW, PROGRAM_ECHO_RAW, NULL},
                     {"pier", HOST_PIER, PROGRAM_ECHO_RAW, NULL},
                     {"host polls", HOST_PIER, PROGRAM_ECHO_RAW, "poll"},
                     {"both poll", HOST_PIER, PROGRAM_ECHO_POLL, "poll"}},
     .ratio_count = 4,
     .ratios = {{1, 0}, {2, 0}, {3, 0}, {2, 1}},
     .row_count = 2,
     .rows = {{.id = "16", .label = "16 B", .payload = "16"},
              {.id = "16-one", .label = "16 B, one CPU", .payload = "16", .one_cpu = 1}}},
    {.id = "polling",
     .title = "programs: polling before a sleep, under the BEAM, all CPUs (and, last, one)",
     .work = WORK_TRIPS,
     .contestant_count = 3,
     .contestants = {{"tutorial", HOST_BEAM, PROGRAM_ECHO_TUTORIAL, NULL},
                     {"pier", HOST_BEAM, PROGRAM_ECHO_PIER, NULL},
                     {"pier polls", HOST_BEAM, PROGRAM_ECHO_POLL, NULL}},
     .ratio_count = 3,
     .ratios = {{1, 0}, {2, 0}, {2, 1}},
     .row_count = 3,
     .rows = {{.id = "16", .label = "16 B", .payload = "16"},
              {.id = "1k", .label = "1 KiB", .payload = "1024", .full_only = 1},
              {.id = "16-one",
               .label = "16 B, one CPU",
               .payload = "16",
               .full_only = 1,
               .one_cpu = 1}}},
    {.id = "starts",
     .title = "programs: from the start to the first answer on the raw host, all CPUs",
     .work = WORK_STARTS,
     .contestant_count = 3,
     .contestants = {{"bare C", HOST_RAW, PROGRAM_ECHO_TUTORIAL, NULL},
                     {"pier", HOST_RAW, PROGRAM_ECHO_PIER, NULL},
                     {"pier in uv", HOST_RAW, PROGRAM_ECHO_PIER_UV, NULL}},
     .ratio_count = 2,
     .ratios = {{1, 0}, {2, 0}},
     .row_count = 1,
     .rows = {{.id = "16", .label = "16 B", .payload = "16"}}},
    {.id = "serve",
     .title = "hosts: pier serve below a BEAM, against the BEAM's own ports (CPU times are "
              "without the served host's), all CPUs",
     .work = WORK_TRIPS,
     .full_only = 1,
     .contestant_count = 2,
     .contestants = {{"BEAM", HOST_BEAM, PROGRAM_ECHO_RAW, NULL},
                     {"served", HOST_BEAM, PROGRAM_ECHO_RAW, "serve"}},
     .ratio_count = 1,
     .ratios = {{1, 0}},
     .row_count = 3,
     .rows = {{.id = "16", .label = "16 B", .payload = "16"},
              {.id = "16x64", .label = "16 B, 64 in flight", .payload = "16", .in_flight = 64},
              {.id = "1kx64",
               .label = "1 KiB, 64 in flight",
               .payload = "1024",
               .in_flight = 64,
               .full_only = 1}}},
    {.id = "drivers",
     .title =
         "linked-in drivers: the same driver on pier's host and in the BEAM; a NIF; one CPU",
     .work = WORK_DRIVER,
     .one_cpu = 1,
     .contestant_count = 3,
     .contestants = {{"pier", HOST_DRIVER, PROGRAM_DRIVER, NULL},
                     {"BEAM", HOST_BEAM, PROGRAM_DRIVER, NULL},
                     {"BEAM NIF", HOST_BEAM, PROGRAM_NIF, "nif"}},
     .ratio_count = 2,
     .ratios = {{0, 1}, {2, 1}},
     .row_count = 4,
     .rows = {{.id = "control", .label = "control, 8 B in, 4 B out", .payload = "control"},
              {.id = "call",
               .label = "call, {add,1,2} and back",
               .payload = "call",
               .contestants = 3},
              {.id = "output",
               .label = "messages of 16 B, 64 a control",
               .payload = "output",
               .contestants = 3},
              {.id = "async",
               .label = "async jobs, 64 at a time",
               .payload = "async",
               .contestants = 3}}},
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
