/* Drivers in the native host: two of test/drivers, step by step, and what the BEAM
 * gives at each (doc/drivers.md). */
#include "../support/calls.h"
#include "../support/cmocka_all.h"
#include "../support/mail.h"
#include "../support/rows.h"

#include <pier/driver.h>
#include <stdio.h>
#include <string.h>

#define FOLDER "build/drivers"

enum { STEPS = 12, PATIENCE_MS = 10000 };

/* A function with its arguments and what it gives; or a message, where there is no
 * function. @p is the port that was opened last. */
struct step {
  const char *function, *arguments, *result;
};

struct row {
  const char *name;
  struct step steps[STEPS];
};

#define ARITH                                                                                  \
  { "erl_ddll:load", "[\"" FOLDER "\", arith_drv]", "ok" }
#define LATER                                                                                  \
  { "erl_ddll:load", "[\"" FOLDER "\", \"later_drv\"]", "ok" }
#define OPEN(driver, options)                                                                  \
  { "open_port", "[{spawn_driver, " driver "}, " options "]", "@p" }
#define MAIL(text)                                                                             \
  { NULL, NULL, text }
#define CONTROL(operation, data, result)                                                       \
  { "port_control", "[@p, " operation ", " data "]", result }
#define CALL(operation, term, result)                                                          \
  { "port_call", "[@p, " operation ", " term "]", result }
#define COMMAND(data)                                                                          \
  { "port_command", "[@p, " data "]", "true" }

static struct row opening[] = {
    {"by the first word of a command",
     {ARITH,
      {"open_port", "[{spawn, \"arith_drv and more\"}, []]", "@p"},
      {"port_info", "[@p, name]", "{name,\"arith_drv and more\"}"}}},
    {"not without loading it",
     {{"open_port", "[{spawn_driver, arith_drv}, []]", "error:badarg"}}},
    {"start fails",
     {ARITH,
      {"open_port", "[{spawn_driver, \"arith_drv general\"}, []]", "error:einval"},
      {"open_port", "[{spawn_driver, \"arith_drv errno\"}, []]", "error:eacces"},
      {"open_port", "[{spawn_driver, \"arith_drv badarg\"}, []]", "error:badarg"},
      {"ports", "[]", "[]"}}},
    {"options of programs",
     {ARITH,
      {"open_port", "[{spawn_driver, arith_drv}, [exit_status]]", "error:badarg"},
      {"open_port", "[{spawn, arith_drv}, [exit_status]]", "error:badarg"},
      {"open_port", "[{spawn_driver, arith_drv}, [{args, []}]]", "error:badarg"},
      {"open_port", "[{spawn_driver, arith_drv}, [{busy_limits_port, {1,2}}]]", "error:badarg"},
      OPEN("arith_drv", "[{packet,4},use_stdio,in,{cd,\"/\"},{env,[]},hide]"),
      COMMAND("\"x\""),
      MAIL("{@p,{data,\"x\"}}")}},
    {"what start says is a list",
     {ARITH, OPEN("\"arith_drv says\"", "[binary]"), MAIL("{@p,{data,\"arith_drv says\"}}"),
      COMMAND("\"x\""), MAIL("{@p,{data,<<\"x\">>}}")}},
};

static struct row talking[] = {
    {"commands come back",
     {ARITH, OPEN("arith_drv", "[]"), COMMAND("[\"a\", <<\"b\">>]"),
      MAIL("{@p,{data,\"ab\"}}")}},
    {"as lines",
     {ARITH, OPEN("arith_drv", "[{line,4},binary]"), COMMAND("\"one\\ntoo long\\n\""),
      MAIL("{@p,{data,{eol,<<\"one\">>}}}"), MAIL("{@p,{data,{noeol,<<\"too \">>}}}"),
      MAIL("{@p,{data,{eol,<<\"long\">>}}}")}},
    {"control",
     {ARITH, OPEN("arith_drv", "[]"), CONTROL("1", "[1,2]", "\"3\""),
      CONTROL("1", "[1]", "error:badarg"), CONTROL("3", "[]", "<<\"bin\">>"),
      CONTROL("4", "[]", "[]"), CONTROL("-1", "[]", "error:badarg"),
      CONTROL("4294967296", "[]", "error:badarg"), CONTROL("1", "x", "error:badarg"),
      CONTROL("7", "[]", "\"11\"")}},
    {"call",
     {ARITH,
      OPEN("arith_drv", "[]"),
      CALL("0", "{a,[1,2.5],<<\"b\">>}", "{a,[1,2.5],<<\"b\">>}"),
      {"port_call", "[@p, same]", "same"},
      CALL("1", "x", "error:badarg"),
      CALL("2", "x", "error:badarg"),
      CALL("3", "{kept}", "{kept}")}},
    {"terms",
     {ARITH, OPEN("arith_drv", "[]"), CONTROL("9", "[]", "[]"),
      MAIL("{arith,@p,-7,18446744073709551615,\"text\",0.5,[\"te\",<<\"text\">>],#{1 => "
           "arith}}")}},
    {"programs for terms that are none",
     {ARITH, OPEN("arith_drv", "[]"), CONTROL("15", "[]", "\"-------------\"")}},
    {"busy",
     {ARITH,
      OPEN("arith_drv", "[]"),
      CONTROL("13", "[]", "[]"),
      {"port_command", "[@p, \"x\", [nosuspend]]", "false"},
      {"port_command", "[@p, \"y\", [force]]", "true"},
      MAIL("{@p,{data,\"y\"}}"),
      CONTROL("14", "[]", "[]"),
      {"port_command", "[@p, \"x\", [nosuspend]]", "true"},
      MAIL("{@p,{data,\"x\"}}")}},
};

static struct row ending[] = {
    {"failure of a number",
     {ARITH, OPEN("arith_drv", "[]"), CONTROL("5", "[]", "[]"), MAIL("{'EXIT',@p,7}")}},
    {"failure of an atom",
     {ARITH, OPEN("arith_drv", "[]"), CONTROL("6", "[]", "[]"), MAIL("{'EXIT',@p,gone}")}},
    {"failure of the system",
     {ARITH, OPEN("arith_drv", "[]"), CONTROL("11", "[]", "[]"), MAIL("{'EXIT',@p,eacces}")}},
    {"failure in a command",
     {ARITH, OPEN("arith_drv", "[]"), COMMAND("\"fail\""), MAIL("{'EXIT',@p,failed}")}},
    {"the end of input",
     {ARITH, OPEN("arith_drv", "[]"), CONTROL("10", "[]", "[]"), MAIL("{'EXIT',@p,normal}")}},
    {"the end of input, which is asked for",
     {ARITH, OPEN("arith_drv", "[eof]"), CONTROL("10", "[]", "[]"), MAIL("{@p,eof}"),
      CONTROL("1", "[1,2]", "\"3\"")}},
    {"driver_exit tells the owner nothing",
     {ARITH,
      OPEN("arith_drv", "[]"),
      CONTROL("12", "[]", "[]"),
      {"ports", "[]", "[]"},
      {"port_control", "[@p, 1, [1,2]]", "error:badarg"}}},
    {"closing by message",
     {ARITH,
      OPEN("arith_drv", "[]"),
      {"send", "[@p, {@m, close}]", "{@m,close}"},
      MAIL("{'EXIT',@p,normal}"),
      MAIL("{@p,closed}")}},
};

static struct row later[] = {
    {"a timer",
     {LATER, OPEN("later_drv", "[]"), COMMAND("\"t\""), MAIL("{@p,{data,\"timeout\"}}")}},
    {"a pipe",
     {LATER, OPEN("later_drv", "[]"), COMMAND("\"p\""), MAIL("{@p,{data,\"piped\"}}"),
      COMMAND("\"p\""), MAIL("{@p,{data,\"piped\"}}")}},
    {"a job",
     {LATER, OPEN("later_drv", "[]"), COMMAND("\"a\""), MAIL("{@p,{data,\"has worked\"}}")}},
    {"a job that nobody waits for",
     {LATER,
      OPEN("later_drv", "[]"),
      COMMAND("\"a\""),
      {"port_close", "[@p]", "true"},
      MAIL("{'EXIT',@p,normal}")}},
    {"terms of a thread",
     {LATER, OPEN("later_drv", "[]"), COMMAND("\"T\""), MAIL("{thread,1}"), MAIL("{thread,2}"),
      MAIL("{thread,3}")}},
    {"closing waits for the queue",
     {LATER,
      OPEN("later_drv", "[]"),
      COMMAND("\"queued\""),
      {"port_info", "[@p, queue_size]", "{queue_size,6}"},
      {"send", "[@p, {@m, close}]", "{@m,close}"},
      MAIL("{'EXIT',@p,normal}"),
      {"port_command", "[@p, \"x\"]", "error:badarg"},
      {"port_info", "[@p, queue_size]", "{queue_size,6}"},
      MAIL("{@p,closed}"),
      {"ports", "[]", "[]"}}},
    {"killing does not wait",
     {LATER,
      OPEN("later_drv", "[]"),
      COMMAND("\"queued\""),
      {"exit", "[@p, kill]", "true"},
      MAIL("{'EXIT',@p,killed}"),
      {"ports", "[]", "[]"}}},
    {"vectors go out in parts",
     {LATER, OPEN("later_drv", "[binary]"), COMMAND("[$e, \"x\", <<0:528>>, \"yz\"]"),
      MAIL("{@p,{data,[<<\"x\">>,<<0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,"
           "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0>>|<<\"yz\">"
           ">]}}")}},
    {"locking",
     {LATER, OPEN("later_drv", "[]"), {"port_info", "[@p, locking]", "{locking,port_level}"}}},
};

/* ---- Vectors ------------------------------------------------------------------------- */

struct shape {
  const char *name;
  const char *before, *after; /* bytes around the binaries */
  int count, size;
  const char *gives; /* slots and bytes */
};

static struct shape vectors[] = {
    {"nothing", "", "", 0, 0, "{@p,{data,\"1:0\"}}"},
    {"bytes", "xy", "z", 0, 0, "{@p,{data,\"2:3\"}}"},
    {"small binaries together", "x", "y", 3, 64, "{@p,{data,\"2:194\"}}"},
    {"big ones between", "x", "y", 2, 65, "{@p,{data,\"5:132\"}}"},
    {"14 of 100", "", "", 14, 100, "{@p,{data,\"15:1400\"}}"},
    {"15 of 100", "", "", 15, 100, "{@p,{data,\"16:1500\"}}"},
    {"16 of 100 are packed", "", "", 16, 100, "{@p,{data,\"2:1600\"}}"},
    {"20 of 100 are packed", "", "", 20, 100, "{@p,{data,\"2:2000\"}}"},
    {"16 of 255 are packed", "", "", 16, 255, "{@p,{data,\"2:4080\"}}"},
    {"20 of 256 are not", "", "", 20, 256, "{@p,{data,\"21:5120\"}}"},
};

/* [Port, [Before, Binary..., After]] */
static void make_arguments(pier_buffer *out, pier_port port, const struct shape *shape) {
  static const uint8_t zeros[300];
  pier_buffer name = PIER_BUFFER_INIT;
  int i;
  assert_int_equal(pier_port_term(port, &name), 0);
  pier_write_version(out);
  pier_write_list(out, 2);
  pier_write_term(out, pier_buffer_span(&name));
  pier_write_list(out, (size_t)shape->count + 2);
  pier_write_string(out, shape->before, strlen(shape->before));
  for (i = 0; i < shape->count; i++)
    pier_write_binary(out, zeros, (size_t)shape->size);
  pier_write_string(out, shape->after, strlen(shape->after));
  pier_write_nil(out);
  pier_write_nil(out);
  pier_buffer_free(&name);
}

static void note_end(void *over) {
  *(int *)over += 1;
}

/* One binary, which is the driver's own: what was lent is over with the call. */
static void gets_lent_bytes(void **state) {
  static const uint8_t zeros[70000];
  int over = 0;
  const pier_lent lent = {{zeros, sizeof zeros}, note_end, &over};
  struct scene scene;
  (void)state;
  scene_open(&scene);
  assert_int_equal(pier_driver_load(scene.me, FOLDER, "vector_drv", NULL), 0);
  assert_int_equal(pier_open_port(scene.me, &scene.port, "{spawn,\"vector_drv\"}", "[]"), 0);
  assert_int_equal(pier_command_lent(scene.me, scene.port, &lent, 0), 0);
  assert_int_equal(over, 1);
  assert_string_equal(next_mail(&scene, scene.me), "{P,{data,\"2:70000 0* 70000\"}}");
  scene_close(&scene);
  assert_int_equal(over, 1);
}

static void gets_a_vector(void **state) {
  const struct shape *shape = *state;
  pier_buffer arguments = PIER_BUFFER_INIT, result = PIER_BUFFER_INIT;
  struct scene scene;
  pier_port port;
  scene_open(&scene);
  assert_int_equal(pier_driver_load(scene.me, FOLDER, "later_drv", NULL), 0);
  assert_int_equal(pier_open_port(scene.me, &port, "{spawn, \"later_drv x\"}", "[]"), 0);
  call_let_port('p', port);
  make_arguments(&arguments, port, shape);
  assert_int_equal(
      pier_apply(scene.me, "port_command", pier_buffer_span(&arguments), &result, NULL), 0);
  assert_string_equal(call_mail(scene.me, PATIENCE_MS), shape->gives);
  pier_buffer_free(&arguments);
  pier_buffer_free(&result);
  scene_close(&scene);
  call_forget();
}

/* ---- Step by step ---------------------------------------------------------------------- */

static const char *next_text(struct scene *scene) {
  return call_mail(scene->me, PATIENCE_MS);
}

static void goes_as_in_the_beam(void **state) {
  const struct row *row = *state;
  struct scene scene;
  int i;
  scene_open(&scene);
  call_let_pid('m', pier_self(scene.me));
  assert_int_equal(pier_driver_enable(scene.host), 0);
  for (i = 0; i < STEPS && row->steps[i].result; i++) {
    const struct step *step = &row->steps[i];
    const char *got =
        step->function ? call(scene.me, step->function, step->arguments) : next_text(&scene);
    int opens = step->function && strcmp(step->result, "@p") == 0;
    if (opens && strncmp(got, "#Port<", 6) == 0) {
      call_let_result('p');
      continue;
    }
    assert_string_equal(got, step->result);
  }
  assert_string_equal(call_mail(scene.me, 0), "timeout");
  scene_close(&scene);
  call_forget();
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(gets_lent_bytes)};
  int failed = RUN_ROWS(opening, goes_as_in_the_beam);
  failed += RUN_ROWS(talking, goes_as_in_the_beam);
  failed += RUN_ROWS(ending, goes_as_in_the_beam);
  failed += RUN_ROWS(later, goes_as_in_the_beam);
  failed += RUN_ROWS(vectors, gets_a_vector);
  failed += cmocka_run_group_tests(tests, NULL, NULL);
  return failed;
}
