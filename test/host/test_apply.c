/* Functions by name: one row a call, in Erlang's words. @p is a port that runs
 * cat, @q one that is closed, @m its owner. */
#include "../support/calls.h"
#include "../support/mail.h"
#include "../support/rows.h"

static struct scene scene;

struct row {
  const char *name;
  const char *function, *arguments, *result;
};

static struct row rows[] = {
    {"no function", "nonsense", "[]", "PIER_EARG"},
    {"no such arity", "self", "[1]", "PIER_EARG"},
    {"no list", "self", "foo", "PIER_EARG"},
    {"an improper list", "port_close", "[a|b]", "PIER_EARG"},
    {"arguments that are bytes", "port_close", "[1]", "error:badarg"},
    {"self", "self", "[]", "@m"},
    {"open: bad option", "open_port", "[{spawn,\"cat\"},[foo]]", "error:{badarg,badopt}"},
    {"open: bad name", "open_port", "[{spawn},[]]", "error:badarg"},
    {"open: no file", "open_port", "[{spawn_executable,\"/no/such\"},[]]", "error:enoent"},
    {"command", "port_command", "[@p,[\"a\",<<\"b\">>]]", "true"},
    {"command: options first", "port_command", "[@q,foo,[foo]]", "error:{badarg,badopt}"},
    {"command: options are a list", "port_command", "[@p,foo,foo]", "error:{badarg,badopt}"},
    {"command: improper options", "port_command", "[@p,foo,[force|x]]",
     "error:{badarg,badopt}"},
    {"command: closed", "port_command", "[@q,foo]", "error:badarg"},
    {"command: force on closed", "port_command", "[@q,foo,[force]]", "error:badarg"},
    {"command: force", "port_command", "[@p,foo,[force,nosuspend]]", "error:notsup"},
    {"command: bad data", "port_command", "[@p,foo]", "error:badarg"},
    {"command: nosuspend", "port_command", "[@p,\"a\",[nosuspend]]", "true"},
    {"send", "send", "[@p,{@m,{command,\"a\"}}]", "{@m,{command,\"a\"}}"},
    {"send: badly", "!", "[@p,foo]", "foo"},
    {"close: closed", "port_close", "[@q]", "error:badarg"},
    {"connect: closed", "port_connect", "[@q,@m]", "error:badarg"},
    {"link: closed", "link", "[@q]", "true"},
    {"monitor", "monitor", "[port,@p]", "@R"},
    {"exit: port", "exit", "[@p,done]", "true"},
    {"exit", "exit", "[done]", "dead"},
};

static void check(void **state) {
  const struct row *row = *state;
  pier_port closed;
  scene_open(&scene);
  assert_int_equal(pier_open_port(scene.me, &closed, "{spawn,\"cat\"}", "[]"), 0);
  assert_int_equal(pier_close(scene.me, closed), 0);
  scene_port(&scene, "{spawn,\"cat\"}", "[binary]");
  call_let_port('p', scene.port);
  call_let_port('q', closed);
  call_let_pid('m', pier_self(scene.me));
  assert_string_equal(call(scene.me, row->function, row->arguments), row->result);
  call_forget();
  scene_close(&scene);
}

int main(void) {
  return RUN_ROWS(rows, check);
}
