/* Processes as C has them: mailboxes looked through, callbacks, hosts side by side. */
#include "../support/mail.h"

#include "../support/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

enum { BIG = 300000 };

static uint8_t zeros[BIG];

static void post(pier_process *from, pier_process *to, const char *text) {
  pier_buffer term = PIER_BUFFER_INIT;
  assert_int_equal(pier_term_read(&term, pier_span_text(text), NULL, NULL, NULL), 0);
  assert_int_equal(pier_send(from, pier_self(to), pier_buffer_span(&term)), 0);
  pier_buffer_free(&term);
}

static int is_pattern(const pier_message *message, void *state) {
  const char *const *pattern = state;
  return message->kind == PIER_MESSAGE_TERM && pier_match(message->term, *pattern) == 0;
}

static int want(pier_process *process, pier_message *message, const char *pattern,
                int timeout_ms) {
  return pier_receive_match(process, message, is_pattern, &pattern, timeout_ms);
}

static int count_all(const pier_message *message, void *state) {
  int *count = state;
  (void)message;
  return ++*count == 2; /* stop there */
}

static void messages_are_chosen(void **state) {
  struct scene scene;
  pier_message message;
  int count = 0;
  (void)state;
  scene_open(&scene);
  post(scene.me, scene.me, "{a,1}");
  post(scene.me, scene.me, "{b,2}");
  post(scene.me, scene.me, "{a,3}");
  assert_int_equal(pier_mailbox_size(scene.me), 3);
  assert_int_equal(pier_mailbox_each(scene.me, count_all, &count), 1);
  assert_int_equal(count, 2);
  assert_int_equal(want(scene.me, &message, "{b,_}", 0), 1);
  assert_int_equal(pier_match(message.term, "{b,2}"), 0);
  assert_int_equal(want(scene.me, &message, "{c,_}", 20), 0);
  assert_int_equal(want(scene.me, &message, "{_,3}", -1), 1);
  assert_string_equal(next_mail(&scene, scene.me), "{a,1}");
  post(scene.me, scene.me, "last");
  assert_string_equal(next_mail(&scene, scene.me), "last");
  expect_silence(&scene, 0);
  scene_close(&scene);
}

static int is_status(const pier_message *message, void *state) {
  (void)state;
  return message->kind == PIER_MESSAGE_EXIT_STATUS;
}

/* The message that is waited for comes while others wait already. */
static void waiting_for_one_that_is_not_there_yet(void **state) {
  struct scene scene;
  pier_message message;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene, "sleep 0.1; exit 3", "x");
  post(scene.me, scene.me, "early");
  assert_int_equal(pier_receive_match(scene.me, &message, is_status, NULL, 10000), 1);
  assert_int_equal(message.status, 3);
  EXPECT_MAIL(&scene, "early", "{'EXIT',P,normal}");
  scene_close(&scene);
}

/* ---- Callbacks ---------------------------------------------------------------- */

struct seen {
  int count;
  int error;
  pier_port port;
};

static void on_message(pier_process *process, const pier_message *message, void *state) {
  struct seen *seen = state;
  seen->count++;
  if (message->kind == PIER_MESSAGE_TERM && pier_match(message->term, "wait") == 0)
    seen->error = pier_command(process, seen->port, pier_span_text("x"));
  if (message->kind == PIER_MESSAGE_TERM && pier_match(message->term, "later") == 0)
    seen->error = pier_command_with(process, seen->port, pier_span_text("x"), PIER_LATER);
}

static void turn(struct scene *scene) {
  assert_true(pier_host_run_once(scene->host, 0) >= 0);
}

/* A callback cannot wait, but it can be suspended: no message comes meanwhile. */
static void a_callback_is_suspended(void **state) {
  struct scene scene;
  struct seen seen;
  pier_process *server;
  int error;
  (void)state;
  memset(&seen, 0, sizeof seen);
  scene_open(&scene);
  assert_int_equal(pier_process_new_callback(scene.host, &server, on_message, &seen), 0);
  scene_sh(&scene, "exec sleep 100", "");
  seen.port = scene.port;
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_of(zeros, BIG)), 0);
  post(scene.me, server, "wait");
  turn(&scene);
  assert_int_equal(seen.error, PIER_EBUSY);
  post(scene.me, server, "later");
  turn(&scene);
  assert_int_equal(seen.error, 1);
  assert_int_equal(pier_process_suspended(server), 1);
  post(scene.me, server, "more");
  turn(&scene);
  assert_int_equal(seen.count, 2);
  assert_int_equal(pier_exit_port(scene.me, scene.port, "kill"), 0);
  turn(&scene);
  assert_int_equal(seen.count, 3);
  assert_int_equal(pier_await(server, &error, 0), 1);
  assert_int_equal(error, PIER_EBADARG);
  scene_close(&scene);
}

/* ---- Hosts -------------------------------------------------------------------- */

static void hosts_side_by_side(void **state) {
  struct scene one, two;
  (void)state;
  scene_open(&one);
  scene_open(&two);
  scene_port(&one, "{spawn,\"cat\"}", "[binary]");
  scene_port(&two, "{spawn,\"cat\"}", "[binary]");
  assert_int_equal(one.port.number, two.port.number);
  assert_int_equal(pier_register(one.me, "cat", pier_object_port(one.port)), 0);
  assert_int_equal(pier_whereis(two.host, "cat").port.number, 0);
  assert_int_equal(pier_command(one.me, one.port, pier_span_text("1")), 0);
  assert_int_equal(pier_command(two.me, two.port, pier_span_text("2")), 0);
  EXPECT_MAIL(&two, "{P,{data,<<\"2\">>}}");
  scene_close(&two);
  EXPECT_MAIL(&one, "{P,{data,<<\"1\">>}}");
  scene_close(&one);
}

/* Thousands of linked processes end with one, without a stack that grows. */
static void a_long_chain_ends_at_once(void **state) {
  enum { LINKS = 20000 };
  struct scene scene;
  pier_process *last, *next;
  int i;
  (void)state;
  scene_open(&scene);
  last = scene.me;
  for (i = 0; i < LINKS; i++) {
    assert_int_equal(pier_process_new(scene.host, &next), 0);
    assert_int_equal(pier_link_process(next, pier_self(last)), 0);
    last = next;
  }
  assert_int_equal(pier_exit_process(last, pier_self(last), "done"), 0);
  assert_string_equal(next_mail(&scene, scene.me), "{'EXIT',<0.2.0>,done}");
  scene_close(&scene);
}

static void names_come_and_go(void **state) {
  struct scene scene;
  char name[1100];
  int i;
  (void)state;
  scene_open(&scene);
  for (i = 0; i < 2; i++) {
    assert_int_equal(pier_register(scene.me, "åäö", pier_object_pid(pier_self(scene.me))), 0);
    assert_int_equal(pier_whereis(scene.host, "åäö").pid.number, pier_self(scene.me).number);
    assert_int_equal(pier_unregister(scene.me, "åäö"), 0);
    assert_int_equal(pier_unregister(scene.me, "åäö"), PIER_EBADARG);
  }
  memset(name, 'n', 256);
  name[256] = '\0';
  assert_int_equal(pier_register(scene.me, name, pier_object_pid(pier_self(scene.me))),
                   PIER_EBADARG);
  name[255] = '\0';
  assert_int_equal(pier_register(scene.me, name, pier_object_pid(pier_self(scene.me))), 0);
  scene_close(&scene);
}

static void infos_as_terms(void **state) {
  struct scene scene;
  pier_buffer term = PIER_BUFFER_INIT;
  long long number;
  (void)state;
  scene_open(&scene);
  scene_port(&scene, "{spawn,\"cat\"}", "[binary]");
  assert_int_equal(pier_port_info_term(scene.host, scene.port, "queue_size", &term), 0);
  assert_int_equal(pier_match(pier_buffer_span(&term), "{queue_size,~l}", &number), 0);
  pier_buffer_clear(&term);
  assert_int_equal(pier_port_info_term(scene.host, scene.port, "nothing", &term), PIER_EBADARG);
  pier_buffer_clear(&term);
  assert_int_equal(pier_process_info_term(scene.host, pier_self(scene.me), "status", &term), 0);
  assert_int_equal(pier_match(pier_buffer_span(&term), "{status,waiting}"), 0);
  pier_buffer_free(&term);
  scene_close(&scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(messages_are_chosen),
      cmocka_unit_test(waiting_for_one_that_is_not_there_yet),
      cmocka_unit_test(a_callback_is_suspended),
      cmocka_unit_test(hosts_side_by_side),
      cmocka_unit_test(a_long_chain_ends_at_once),
      cmocka_unit_test(names_come_and_go),
      cmocka_unit_test(infos_as_terms),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
