/* Linked-in drivers in the host of a VM, and the trace. */
#include "../support/rows.h"
#include "../support/serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char driver[] = "build/drivers/arith_drv.so";

static void greet(struct talk *talk) {
  talk_ask(talk, "{hello,1,pid_1,5}");
  talk_expect(talk, "{hello,1,...");
}

static void has_drivers(void **unused) {
  static const char *const lines[][2] = {
      {"{apply,1,pid_1,'erl_ddll:load',[\"build/drivers\",\"arith_drv\"]}",
       "{reply,1,{ok,ok}}"},
      {"{apply,2,pid_1,open_port,[{spawn,\"arith_drv\"},[]]}", "{reply,2,{ok,port_1}}"},
      {"{do,pid_1,port_control,[port_1,9,[]]}",
       "{deliver,pid_1,{arith,port_1,-7,18446744073709551615,\"text\",0.5,[\"te\",<<\"text\">>]"
       ","
       "#{1 => arith}}}"},
      {"{apply,3,pid_2,port_control,[port_1,7,[]]}", "{reply,3,{ok,\"01\"}}"},
      {"{apply,4,pid_2,'erl_ddll:info',[arith_drv,processes]}", "{reply,4,{ok,[{pid_1,1}]}}"},
      {"{apply,5,pid_2,'erl_ddll:monitor',[driver,{arith_drv,unloaded}]}",
       "{reply,5,{ok,ref_1}}"},
      {"{apply,6,pid_2,'erl_ddll:unload',[arith_drv]}",
       "{reply,6,{ok,{error,not_loaded_by_this_process}}}"},
      {"{exit,pid_1,normal}", "{gone,port_1}"},
  };
  struct talk talk;
  char said[256];
  size_t i;
  (void)unused;
  if (access(driver, R_OK) != 0) {
    printf("# without drivers: they were not built\n");
    skip();
  }
  talk_start(&talk, (const char *const[]){"--linger", "50", "--check-driver", NULL});
  greet(&talk);
  for (i = 0; i < sizeof lines / sizeof lines[0]; i++) {
    talk_ask(&talk, lines[i][0]);
    talk_expect(&talk, lines[i][1]);
  }
  talk_expect(&talk, "{deliver,pid_2,{'DOWN',ref_1,driver,arith_drv,unloaded}}");
  assert_int_equal(talk_end(&talk, said, sizeof said), 0);
}

static const char *const traced[] = {
    " vm> {hello,1,",
    " vm< {event,[{hello,1,",
    " vm> {apply,1,",
    "open_port,[{spawn,\"cat\"},[{packet,1}]]}",
    " vm< {event,[{reply,1,{ok,",
    " port 1< <<3,1,2,3>>",
    " port 1> <<3,1,2,3>>",
    " vm< {event,[{data,",
};

static void writes_a_trace(void **unused) {
  char path[64] = "/tmp/pier-test.XXXXXX", text[8192], said[256];
  const char *at = text;
  struct talk talk;
  FILE *file;
  size_t i, size;
  int fd = mkstemp(path);
  (void)unused;
  assert_true(fd >= 0);
  close(fd);
  talk_start(&talk, (const char *const[]){"--linger", "50", "--trace", path, NULL});
  greet(&talk);
  talk_ask(&talk, "{apply,1,pid_1,open_port,[{spawn,\"cat\"},[{packet,1}]]}");
  talk_expect(&talk, "{reply,1,{ok,port_1}}");
  talk_ask(&talk, "{do,pid_1,port_command,[port_1,[1,2,3]]}");
  talk_expect(&talk, "{data,pid_1,port_1,[1,2,3]}");
  assert_int_equal(talk_end(&talk, said, sizeof said), 0);
  file = fopen(path, "r");
  assert_non_null(file);
  size = fread(text, 1, sizeof text - 1, file);
  text[size] = 0;
  fclose(file);
  unlink(path);
  assert_in_range(atoi(text), 1700000000, INT32_MAX); /* seconds, with a fraction */
  for (i = 0; i < sizeof traced / sizeof traced[0]; i++) {
    at = strstr(at, traced[i]);
    if (!at) fail_msg("no %s in\n%s", traced[i], text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(has_drivers),
                                     cmocka_unit_test(writes_a_trace)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
