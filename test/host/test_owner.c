/* Closing, owners, links, monitors and exit signals. */
#include "../support/mail.h"
#include "../support/rows.h"

#include <string.h>

static struct scene scene;

static int open_cat(void **state) {
  (void)state;
  scene_open(&scene);
  scene_port(&scene, "{spawn,\"cat\"}", "[binary,{packet,2}]");
  return 0;
}

static int close_all(void **state) {
  (void)state;
  scene_close(&scene);
  return 0;
}

static pier_process *another(int trap_exit) {
  pier_process *process;
  assert_int_equal(pier_process_new(scene.host, &process), 0);
  assert_int_equal(pier_trap_exit(process, trap_exit), 0);
  return process;
}

static int say(pier_process *process, const char *text) {
  return pier_command(process, scene.port, pier_span_text(text));
}

static void close_by_call_says_exit_only(void **state) {
  (void)state;
  assert_int_equal(pier_close(scene.me, scene.port), 0);
  EXPECT_MAIL(&scene, "{'EXIT',P,normal}");
  assert_int_equal(pier_close(scene.me, scene.port), PIER_EBADARG);
}

static void close_by_message_says_closed_after_exit(void **state) {
  (void)state;
  assert_int_equal(pier_send_close(scene.me, scene.port, pier_self(scene.me)), 0);
  EXPECT_MAIL(&scene, "{'EXIT',P,normal}", "{P,closed}");
  assert_int_equal(pier_send_close(scene.me, scene.port, pier_self(scene.me)), 0);
  expect_silence(&scene, 0);
}

static void close_without_trapping_says_closed(void **state) {
  (void)state;
  pier_trap_exit(scene.me, 0);
  assert_int_equal(pier_send_close(scene.me, scene.port, pier_self(scene.me)), 0);
  EXPECT_MAIL(&scene, "{P,closed}");
}

static void anybody_may_close_by_call(void **state) {
  (void)state;
  assert_int_equal(pier_close(another(0), scene.port), 0);
  EXPECT_MAIL(&scene, "{'EXIT',P,normal}");
}

static void a_wrong_owner_is_badsig_to_the_owner(void **state) {
  pier_process *stranger = another(1);
  (void)state;
  assert_int_equal(pier_send_close(stranger, scene.port, pier_self(stranger)), 0);
  EXPECT_MAIL(&scene, "{'EXIT',P,badsig}");
  assert_int_equal(say(stranger, "still open"), 0);
  EXPECT_MAIL(&scene, "{P,{data,<<\"still open\">>}}");
}

static void badsig_kills_an_owner_that_does_not_trap(void **state) {
  pier_process *stranger = another(1);
  uint64_t reference;
  char down[80];
  (void)state;
  pier_trap_exit(scene.me, 0);
  assert_int_equal(pier_link(stranger, scene.port), 0);
  assert_int_equal(pier_monitor(stranger, scene.port, &reference), 0);
  assert_int_equal(pier_send_close(stranger, scene.port, pier_self(stranger)), 0);
  assert_int_equal(say(scene.me, "x"), PIER_ENOPROC);
  assert_false(pier_process_alive(scene.host, pier_self(scene.me)));
  assert_string_equal(next_mail(&scene, stranger), "{'EXIT',P,badsig}");
  strncpy(down, next_mail(&scene, stranger), sizeof down - 1);
  down[sizeof down - 1] = '\0';
  assert_non_null(strstr(down, "{'DOWN',#Ref<"));
  assert_non_null(strstr(down, ",port,P,badsig}"));
}

static void connect_by_message_moves_the_owner_not_the_link(void **state) {
  pier_process *fresh = another(1);
  (void)state;
  assert_int_equal(
      pier_send_connect(scene.me, scene.port, pier_self(scene.me), pier_self(fresh)), 0);
  EXPECT_MAIL(&scene, "{P,connected}");
  assert_int_equal(say(scene.me, "x"), 0);
  assert_string_equal(next_mail(&scene, fresh), "{P,{data,<<\"x\">>}}");
  assert_int_equal(pier_close(scene.me, scene.port), 0);
  EXPECT_MAIL(&scene, "{'EXIT',P,normal}");
  pier_process_exit(fresh, NULL);
}

static void connect_by_call_links_the_new_owner(void **state) {
  pier_process *fresh = another(1);
  (void)state;
  assert_int_equal(pier_connect(scene.me, scene.port, pier_self(fresh)), 0);
  expect_silence(&scene, 0);
  assert_int_equal(pier_close(scene.me, scene.port), 0);
  EXPECT_MAIL(&scene, "{'EXIT',P,normal}");
  assert_string_equal(next_mail(&scene, fresh), "{'EXIT',P,normal}");
}

static void connect_to_the_dead_is_badarg(void **state) {
  pier_process *fresh = another(1);
  pier_pid gone = pier_self(fresh);
  (void)state;
  pier_process_exit(fresh, NULL);
  assert_int_equal(pier_connect(scene.me, scene.port, gone), PIER_EBADARG);
  assert_int_equal(say(scene.me, "x"), 0);
  EXPECT_MAIL(&scene, "{P,{data,<<\"x\">>}}");
}

static void the_owners_normal_end_closes_the_port(void **state) {
  pier_process *watcher = another(1);
  (void)state;
  assert_int_equal(pier_link(watcher, scene.port), 0);
  pier_process_exit(scene.me, "normal");
  assert_string_equal(next_mail(&scene, watcher), "{'EXIT',P,normal}");
  assert_int_equal(say(watcher, "x"), PIER_EBADARG);
}

static void the_owners_reason_reaches_all_links(void **state) {
  pier_process *watcher = another(1);
  (void)state;
  assert_int_equal(pier_link(watcher, scene.port), 0);
  pier_process_exit(scene.me, "{bad,\"luck\"}");
  assert_string_equal(next_mail(&scene, watcher), "{'EXIT',P,{bad,\"luck\"}}");
}

static void another_links_normal_end_is_ignored(void **state) {
  pier_process *friend = another(0);
  (void)state;
  assert_int_equal(pier_link(friend, scene.port), 0);
  pier_process_exit(friend, "normal");
  assert_int_equal(say(scene.me, "x"), 0);
  EXPECT_MAIL(&scene, "{P,{data,<<\"x\">>}}");
}

static void another_links_bad_end_kills_the_port(void **state) {
  pier_process *friend = another(0);
  (void)state;
  assert_int_equal(pier_link(friend, scene.port), 0);
  pier_process_exit(friend, "oops");
  EXPECT_MAIL(&scene, "{'EXIT',P,oops}");
}

static void an_exit_kills_links_that_do_not_trap(void **state) {
  pier_process *friend = another(0);
  pier_message message;
  pier_span reason;
  (void)state;
  assert_int_equal(pier_link(friend, scene.port), 0);
  assert_int_equal(pier_exit_port(scene.me, scene.port, "boo"), 0);
  EXPECT_MAIL(&scene, "{'EXIT',P,boo}");
  assert_int_equal(pier_receive(friend, &message, 0), PIER_ENOPROC);
  reason = pier_process_reason(friend);
  assert_int_equal(pier_match(reason, "boo"), 0);
}

static void exit_kill_says_killed(void **state) {
  (void)state;
  assert_int_equal(pier_exit_port(scene.me, scene.port, "kill"), 0);
  EXPECT_MAIL(&scene, "{'EXIT',P,killed}");
}

static void exit_normal_closes_from_anybody(void **state) {
  (void)state;
  assert_int_equal(pier_exit_port(another(0), scene.port, "normal"), 0);
  EXPECT_MAIL(&scene, "{'EXIT',P,normal}");
  assert_int_equal(pier_exit_port(scene.me, scene.port, "normal"), 0);
}

static void links_to_the_dead(void **state) {
  pier_process *plain = another(0);
  (void)state;
  assert_int_equal(pier_close(scene.me, scene.port), 0);
  EXPECT_MAIL(&scene, "{'EXIT',P,normal}");
  assert_int_equal(pier_link(scene.me, scene.port), 0);
  EXPECT_MAIL(&scene, "{'EXIT',P,noproc}");
  assert_int_equal(pier_link(plain, scene.port), PIER_ENOPROC);
  assert_int_equal(pier_unlink(plain, scene.port), 0);
}

static void a_monitor_of_the_dead_is_down_at_once(void **state) {
  uint64_t reference;
  (void)state;
  assert_int_equal(pier_close(scene.me, scene.port), 0);
  EXPECT_MAIL(&scene, "{'EXIT',P,normal}");
  assert_int_equal(pier_monitor(scene.me, scene.port, &reference), 0);
  assert_non_null(strstr(next_mail(&scene, scene.me), ",port,P,noproc}"));
}

static void exit_comes_before_down_before_closed(void **state) {
  uint64_t reference;
  (void)state;
  assert_int_equal(pier_monitor(scene.me, scene.port, &reference), 0);
  assert_int_equal(pier_send_close(scene.me, scene.port, pier_self(scene.me)), 0);
  assert_string_equal(next_mail(&scene, scene.me), "{'EXIT',P,normal}");
  assert_non_null(strstr(next_mail(&scene, scene.me), ",port,P,normal}"));
  assert_string_equal(next_mail(&scene, scene.me), "{P,closed}");
}

static void a_payload_too_big_kills_the_port(void **state) {
  static const uint8_t big[65536];
  (void)state;
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_of(big, 65535)), 0);
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_of(big, 65536)), 0);
  assert_string_equal(next_mail(&scene, scene.me), "{'EXIT',P,einval}");
  assert_int_equal(say(scene.me, "x"), PIER_EBADARG);
}

/* ---- Port ! Message, as terms ---------------------------------------------- */

static void send_format(pier_process *process, const char *format, pier_pid from) {
  pier_buffer term = PIER_BUFFER_INIT, pid = PIER_BUFFER_INIT;
  assert_int_equal(pier_pid_term(from, &pid), 0);
  assert_int_equal(pier_format(&term, format, pier_buffer_span(&pid)), 0);
  assert_int_equal(pier_term_scan(pier_buffer_span(&term), NULL, NULL, NULL), 0);
  assert_int_equal(pier_send_term(process, scene.port, pier_buffer_span(&term)), 0);
  pier_buffer_free(&term);
  pier_buffer_free(&pid);
}

struct sending {
  const char *name;
  const char *format; /* ~t is the owner */
  const char *expected[3];
};

static struct sending sendings[] = {
    {"command", "{~t, {command, <<\"a\">>}}", {"{P,{data,<<\"a\">>}}"}},
    {"deep list",
     "{~t, {command, [<<\"a\">>,98,[[\"c\"]|<<\"d\">>]]}}",
     {"{P,{data,<<\"abcd\">>}}"}},
    {"empty list", "{~t, {command, []}}", {"{P,{data,<<>>}}"}},
    {"string", "{~t, {command, \"abc\"}}", {"{P,{data,<<\"abc\">>}}"}},
    {"close", "{~t, close}", {"{'EXIT',P,normal}", "{P,closed}"}},
    {"connect to itself", "{~t, {connect, ~t}}", {"{P,connected}"}},
    {"no byte", "{~t, {command, [256]}}", {"{'EXIT',P,badsig}"}},
    {"a byte as tail", "{~t, {command, [1|2]}}", {"{'EXIT',P,badsig}"}},
    {"an atom as data", "{~t, {command, a}}", {"{'EXIT',P,badsig}"}},
    {"unknown verb", "{~t, {bogus, 1}}", {"{'EXIT',P,badsig}"}},
    {"command without data", "{~t, {command}}", {"{'EXIT',P,badsig}"}},
    {"three of it", "{~t, close, close}", {"{'EXIT',P,badsig}"}},
    {"unknown atom", "{~t, foo}", {"{'EXIT',P,badsig}"}},
    {"no pid", "{a, close, ~t}", {"{'EXIT',P,badsig}"}},
};

static void sends(void **state) {
  const struct sending *row = *state;
  open_cat(NULL);
  if (strstr(row->format, "connect")) {
    pier_buffer term = PIER_BUFFER_INIT, pid = PIER_BUFFER_INIT;
    assert_int_equal(pier_pid_term(pier_self(scene.me), &pid), 0);
    assert_int_equal(
        pier_format(&term, row->format, pier_buffer_span(&pid), pier_buffer_span(&pid)), 0);
    assert_int_equal(pier_send_term(scene.me, scene.port, pier_buffer_span(&term)), 0);
    pier_buffer_free(&term);
    pier_buffer_free(&pid);
  } else {
    send_format(scene.me, row->format, pier_self(scene.me));
  }
  expect_mail(&scene, row->expected);
  close_all(NULL);
}

#define WITH_CAT(test) cmocka_unit_test_setup_teardown(test, open_cat, close_all)

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_CAT(close_by_call_says_exit_only),
      WITH_CAT(close_by_message_says_closed_after_exit),
      WITH_CAT(close_without_trapping_says_closed),
      WITH_CAT(anybody_may_close_by_call),
      WITH_CAT(a_wrong_owner_is_badsig_to_the_owner),
      WITH_CAT(badsig_kills_an_owner_that_does_not_trap),
      WITH_CAT(connect_by_message_moves_the_owner_not_the_link),
      WITH_CAT(connect_by_call_links_the_new_owner),
      WITH_CAT(connect_to_the_dead_is_badarg),
      WITH_CAT(the_owners_normal_end_closes_the_port),
      WITH_CAT(the_owners_reason_reaches_all_links),
      WITH_CAT(another_links_normal_end_is_ignored),
      WITH_CAT(another_links_bad_end_kills_the_port),
      WITH_CAT(an_exit_kills_links_that_do_not_trap),
      WITH_CAT(exit_kill_says_killed),
      WITH_CAT(exit_normal_closes_from_anybody),
      WITH_CAT(links_to_the_dead),
      WITH_CAT(a_monitor_of_the_dead_is_down_at_once),
      WITH_CAT(exit_comes_before_down_before_closed),
      WITH_CAT(a_payload_too_big_kills_the_port),
  };
  int failed = RUN_ROWS(sendings, sends);
  return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
