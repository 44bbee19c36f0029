/* Misuse that has nobody to be told ends the process, as it ends the BEAM's; each of these
 * was looked at there. */
#include "../support/cmocka_all.h"
#include "../support/rows.h"

#include <erl_driver.h>
#include <signal.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NO_KEY = 900 };

static char name[] = "its name";

static void lock_none(void) {
  erl_drv_mutex_lock(NULL);
}

static void unlock_none(void) {
  erl_drv_mutex_unlock(NULL);
}

static void try_none(void) {
  erl_drv_mutex_trylock(NULL);
}

static void destroy_no_mutex(void) {
  erl_drv_mutex_destroy(NULL);
}

static void wait_for_none(void) {
  erl_drv_cond_wait(NULL, erl_drv_mutex_create(name));
}

static void signal_none(void) {
  erl_drv_cond_signal(NULL);
}

static void destroy_no_condition(void) {
  erl_drv_cond_destroy(NULL);
}

static void read_none(void) {
  erl_drv_rwlock_rlock(NULL);
}

static void write_none(void) {
  erl_drv_rwlock_rwlock(NULL);
}

static void destroy_no_lock(void) {
  erl_drv_rwlock_destroy(NULL);
}

static void get_without_key(void) {
  erl_drv_tsd_get(NO_KEY);
}

static void get_below_keys(void) {
  erl_drv_tsd_get(-1);
}

static void set_without_key(void) {
  erl_drv_tsd_set(NO_KEY, name);
}

static void destroy_no_key(void) {
  erl_drv_tsd_key_destroy(NO_KEY);
}

static void create_no_key(void) {
  erl_drv_tsd_key_create(name, NULL);
}

static void get_behind_the_end(void) {
  ErlDrvTSDKey key;
  if (erl_drv_tsd_key_create(name, &key) != 0) return;
  erl_drv_tsd_set(key, name);
  erl_drv_tsd_key_destroy(key);
  erl_drv_tsd_get(key);
}

static void exit_from_elsewhere(void) {
  erl_drv_thread_exit(NULL);
}

static void destroy_no_options(void) {
  erl_drv_thread_opts_destroy(NULL);
}

static void compare_none(void) {
  erl_drv_equal_tids(NULL, NULL);
}

static void ask_with_little_room(void) {
  ErlDrvSysInfo info;
  driver_system_info(&info, offsetof(ErlDrvSysInfo, smp_support));
}

static struct row {
  const char *name;
  void (*misuse)(void);
} rows[] = {{"mutex_lock of none", lock_none},
            {"mutex_unlock of none", unlock_none},
            {"mutex_trylock of none", try_none},
            {"mutex_destroy of none", destroy_no_mutex},
            {"cond_wait for none", wait_for_none},
            {"cond_signal of none", signal_none},
            {"cond_destroy of none", destroy_no_condition},
            {"rwlock_rlock of none", read_none},
            {"rwlock_rwlock of none", write_none},
            {"rwlock_destroy of none", destroy_no_lock},
            {"tsd_get without a key", get_without_key},
            {"tsd_get of a negative key", get_below_keys},
            {"tsd_get of a key that was destroyed", get_behind_the_end},
            {"tsd_set without a key", set_without_key},
            {"tsd_key_destroy of none", destroy_no_key},
            {"tsd_key_create to nowhere", create_no_key},
            {"thread_exit in a thread of the host", exit_from_elsewhere},
            {"thread_opts_destroy of none", destroy_no_options},
            {"equal_tids of none", compare_none},
            {"system_info for an older version than there is", ask_with_little_room}};

static void ends_the_process(void **state) {
  const struct row *row = *state;
  const struct rlimit no_core = {0, 0};
  int status = 0;
  pid_t child = fork();
  if (child == 0) {
    setrlimit(RLIMIT_CORE, &no_core);
    signal(SIGABRT, SIG_DFL);
    row->misuse();
    _exit(0);
  }
  assert_true(child > 0);
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFSIGNALED(status));
  assert_int_equal(WTERMSIG(status), SIGABRT);
}

/* A thread finds what it had under a key of that number before, as in the BEAM. */
static void keeps_what_was_there(void **state) {
  ErlDrvTSDKey key, again;
  (void)state;
  assert_int_equal(erl_drv_tsd_key_create(name, &key), 0);
  assert_int_equal(key, 0);
  erl_drv_tsd_set(key, name);
  erl_drv_tsd_key_destroy(key);
  assert_int_equal(erl_drv_tsd_key_create(NULL, &again), 0);
  assert_int_equal(again, key);
  assert_ptr_equal(erl_drv_tsd_get(again), name);
  erl_drv_tsd_set(again, NULL);
  erl_drv_tsd_key_destroy(again);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(keeps_what_was_there)};
  int failed = RUN_ROWS(rows, ends_the_process);
  return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
