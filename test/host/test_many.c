/* A thousand programs, with every combination of options that says how they end:
 * nothing is left of them. */
#include "../support/mail.h"
#include "../support/memory.h"
#include "../support/rows.h"

#include <fcntl.h>
#include <string.h>

enum { TIMES = 80 };

/* Letters as in scene_sh; what the owner gets after the data, then whether the port
 * has to be closed. */
struct row {
  const char *name;
  const char *options;
  const char *mail[3];
  int stays;
};

static struct row rows[] = {
    {"none", "b", {"{P,{data,<<\"d\">>}}", "{'EXIT',P,normal}"}, 0},
    {"in", "bi", {"{P,{data,<<\"d\">>}}", "{'EXIT',P,normal}"}, 0},
    {"eof", "be", {"{P,{data,<<\"d\">>}}", "{P,eof}"}, 1},
    {"in, eof", "bie", {"{P,{data,<<\"d\">>}}", "{P,eof}"}, 1},
    {"exit_status",
     "bx",
     {"{P,{data,<<\"d\">>}}", "{P,{exit_status,3}}", "{'EXIT',P,normal}"},
     0},
    {"in, exit_status",
     "bix",
     {"{P,{data,<<\"d\">>}}", "{P,{exit_status,3}}", "{'EXIT',P,normal}"},
     0},
    {"exit_status, eof", "bxe", {"{P,{data,<<\"d\">>}}", "{P,{exit_status,3}}", "{P,eof}"}, 1},
    {"in, exit_status, eof",
     "bixe",
     {"{P,{data,<<\"d\">>}}", "{P,{exit_status,3}}", "{P,eof}"},
     1},
    {"line, exit_status",
     "blx",
     {"{P,{exit_status,3}}", "{P,{data,{noeol,<<\"d\">>}}}", "{'EXIT',P,normal}"},
     0},
    {"packet, exit_status", "bpx", {"{P,{exit_status,3}}", "{'EXIT',P,normal}"}, 0},
    {"out", "o", {NULL}, 1},
    {"out, exit_status", "ox", {NULL}, 1},
    {"out, exit_status, eof", "oxe", {NULL}, 1},
};

static int count_descriptors(void) {
  int fd, count = 0;
  for (fd = 0; fd < 256; fd++)
    if (fcntl(fd, F_GETFD) >= 0) count++;
  return count;
}

static void once(struct scene *scene, const struct row *row) {
  int i;
  scene_sh(scene, row->options[0] == 'o' ? "exit 3" : "printf d; exit 3", row->options);
  for (i = 0; i < 3 && row->mail[i]; i++)
    assert_string_equal(next_mail(scene, scene->me), row->mail[i]);
  if (!row->stays) return;
  assert_int_equal(pier_close(scene->me, scene->port), 0);
  assert_string_equal(next_mail(scene, scene->me), "{'EXIT',P,normal}");
}

static void many_times(void **state) {
  const struct row *row = *state;
  struct scene scene;
  int i, before = count_descriptors();
  memory_begin(0);
  scene_open(&scene);
  for (i = 0; i < TIMES; i++)
    once(&scene, row);
  expect_silence(&scene, 0);
  assert_int_equal(pier_ports(scene.host, NULL, 0), 0);
  scene_close(&scene);
  memory_end();
  assert_int_equal(memory_counted.live, 0);
  assert_int_equal(count_descriptors(), before);
}

int main(void) {
  return RUN_ROWS(rows, many_times);
}
