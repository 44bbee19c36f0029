/* What one read leaves in a program's pipe is read by the next ones, and the end as well. */
#include "../support/cmocka_all.h"
#include "../support/mail.h"
#include "../support/rows.h"

#include "host/host.h"

#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>

enum { PIPE = 1 << 20, PATIENCE = 20000, MOMENT = 2000 };

/* What a program writes at once, in bytes, before it says no more or ends. */
struct row {
  const char *name;
  size_t bytes;
  int ends;
};

static struct row rows[] = {
    {"less than one read", 10, 0},
    {"exactly one read", PIER__READ_SIZE, 0},
    {"a byte more", PIER__READ_SIZE + 1, 0},
    {"exactly two reads", 2 * PIER__READ_SIZE, 0},
    {"many reads", 8 * PIER__READ_SIZE + 100, 0},
    {"less than one read, and the end", 10, 1},
    {"exactly one read, and the end", PIER__READ_SIZE, 1},
    {"many reads, and the end", 8 * PIER__READ_SIZE + 100, 1},
    {"nothing but the end", 0, 1},
};

/* A pipe that has room for everything is full of it before the host reads. */
static void make_host(struct scene *scene) {
  pier_host_config config;
  pier_host_config_init(&config);
  config.pipe_size = PIPE;
  assert_int_equal(pier_host_new(&scene->host, &config), 0);
  assert_int_equal(pier_process_new(scene->host, &scene->me), 0);
  assert_int_equal(pier_trap_exit(scene->me, 1), 0);
}

static void begin(struct scene *scene, const struct row *row) {
  char command[128];
  make_host(scene);
  snprintf(command, sizeof command, "head -c %zu /dev/zero%s", row->bytes,
           row->ends ? "" : "; exec sleep 1000");
  scene_sh(scene, command, "bxe");
}

static void let_it_write(const struct scene *scene, const struct row *row) {
  const struct pier__hport *port = pier__hport(scene->host, scene->port);
  struct pollfd pipe = {port->in, POLLIN, 0};
  int waited;
  assert_int_equal(poll(&pipe, 1, PATIENCE), 1);
  for (waited = 0; row->ends && !(pipe.revents & POLLHUP) && waited < MOMENT; waited += 10) {
    poll(NULL, 0, 10);
    poll(&pipe, 1, 0);
  }
}

static void everything_is_read(void **state) {
  const struct row *row = *state;
  struct scene scene;
  pier_message message;
  size_t got = 0;
  begin(&scene, row);
  let_it_write(&scene, row);
  while (got < row->bytes) {
    assert_int_equal(pier_receive(scene.me, &message, PATIENCE), 1);
    assert_int_equal(message.kind, PIER_MESSAGE_DATA);
    got += message.data.size;
  }
  assert_int_equal(got, row->bytes);
  if (row->ends) EXPECT_MAIL(&scene, "{P,{exit_status,0}}", "{P,eof}");
  scene_close(&scene);
}

/* A short read has not emptied such a pipe. */
static void packets_are_read(void **state) {
  enum { ALL = 3 * 7, ONE = 3 };
  struct scene scene;
  pier_message message;
  const struct pier__hport *port;
  int i, waiting = 0;
  (void)state;
  make_host(&scene);
  scene_port(&scene, "{spawn_executable,\"build/check/peers/packet_pipe\"}",
             "[{packet,4},binary]");
  port = pier__hport(scene.host, scene.port);
  for (i = 0; i < MOMENT && waiting < ALL; i++) {
    poll(NULL, 0, 10);
    assert_int_equal(ioctl(port->in, FIONREAD, &waiting), 0);
  }
  assert_int_equal(waiting, ALL);
  for (i = 0; i < 3; i++) {
    assert_int_equal(pier_receive(scene.me, &message, PATIENCE), 1);
    assert_int_equal(message.kind, PIER_MESSAGE_DATA);
    assert_int_equal(message.data.size, ONE);
  }
  scene_close(&scene);
}

int main(void) {
  const struct CMUnitTest packets[] = {cmocka_unit_test(packets_are_read)};
  int failed = cmocka_run_group_tests(packets, NULL, NULL);
  return failed + RUN_ROWS(rows, everything_is_read);
}
