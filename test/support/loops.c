#include "loops.h"

#include <stdio.h>
#include <stdlib.h>

#include <uv.h>

struct loop_row {
  const void *row;
  int uv;
  void (*check)(const void *row, int uv);
  char name[96];
};

static void check_row(void **state) {
  const struct loop_row *row = *state;
  row->check(row->row, row->uv);
}

int run_loops(const char *group, const void *rows, size_t row_size, size_t count,
              void (*check)(const void *row, int uv)) {
  struct loop_row *each = calloc(2 * count, sizeof *each);
  struct CMUnitTest *tests = calloc(2 * count, sizeof *tests);
  size_t i;
  int failed;
  if (!each || !tests) abort();
  for (i = 0; i < 2 * count; i++) {
    each[i].row = (const char *)rows + i / 2 * row_size;
    each[i].uv = i % 2 == 1;
    each[i].check = check;
    snprintf(each[i].name, sizeof each[i].name, "%s, %s", *(const char *const *)each[i].row,
             each[i].uv ? "libuv" : "blocking loop");
    tests[i].name = each[i].name;
    tests[i].test_func = check_row;
    tests[i].initial_state = &each[i];
  }
  failed = _cmocka_run_group_tests(group, tests, 2 * count, NULL, NULL);
  free(tests);
  free(each);
  return failed;
}

static void note_end(pier_peer *peer, int status, void *state) {
  *(int *)state = status;
  pier_peer_free(peer);
}

int run_peer(pier_peer *peer, int uv) {
  uv_loop_t loop;
  int status = -1;
  if (!uv) return pier_peer_run(peer);
  if (uv_loop_init(&loop) < 0) return 100;
  if (pier_peer_start_uv(peer, &loop, note_end, &status) < 0) return 101;
  uv_run(&loop, UV_RUN_DEFAULT);
  return uv_loop_close(&loop) == 0 ? status : 102;
}
