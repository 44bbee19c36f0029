/* Functions by name: one row a call, in Erlang's words. @p is a port that runs
 * cat and is registered as pp, @q one that is closed, @m their owner, @o another
 * process, registered as oo, @d a dead one, @r a reference. */
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
    {"command: less than a byte", "port_command", "[@p,<<1:3>>]", "true"},
    {"command: less than a byte in a list", "port_command", "[@p,[<<1:3>>]]", "true"},
    {"command: more than a byte", "port_command", "[@p,<<1,2:3>>]", "error:badarg"},
    {"command: improper", "port_command", "[@p,[1|<<\"a\">>]]", "true"},
    {"command: a byte as tail", "port_command", "[@p,[1|2]]", "error:badarg"},
    {"send", "send", "[@p,{@m,{command,\"a\"}}]", "{@m,{command,\"a\"}}"},
    {"send: badly", "!", "[@p,foo]", "foo"},
    {"close: closed", "port_close", "[@q]", "error:badarg"},
    {"connect: closed", "port_connect", "[@q,@m]", "error:badarg"},
    {"link: closed", "link", "[@q]", "true"},
    {"monitor", "monitor", "[port,@p]", "@R"},
    {"set data", "port_set_data", "[pp,{a,[1]}]", "true"},
    {"get data", "port_get_data", "[@p]", "undefined"},
    {"set data: closed", "port_set_data", "[@q,1]", "error:badarg"},
    {"get data: closed", "port_get_data", "[@q]", "error:badarg"},
    {"control", "port_control", "[pp,1,\"\"]", "error:badarg"},
    {"call", "port_call", "[pp,1,a]", "error:badarg"},
    {"call without operation", "port_call", "[pp,a]", "error:badarg"},
    {"connect by name", "port_connect", "[pp,@o]", "true"},
    {"connect to the dead", "port_connect", "[@p,@d]", "error:badarg"},
    {"connect to no pid", "port_connect", "[@p,oo]", "error:badarg"},
    {"close by name", "port_close", "[pp]", "true"},
    {"close by another name", "port_close", "[oo]", "error:badarg"},
    {"close by no name", "port_close", "[nope]", "error:badarg"},
    {"command by name", "port_command", "[pp,\"x\"]", "true"},
    {"command by a name of a process", "port_command", "[oo,\"x\"]", "error:badarg"},
    {"register: second name", "register", "[x,@p]", "error:{badarg,registered_name}"},
    {"register: same name again", "register", "[pp,@p]", "error:{badarg,registered_name}"},
    {"register: used", "register", "[pp,@m]", "error:badarg"},
    {"register: undefined", "register", "[undefined,@m]", "error:badarg"},
    {"register: no atom", "register", "[\"a\",@m]", "error:badarg"},
    {"register: nobody", "register", "[a,b]", "error:badarg"},
    {"register: dead", "register", "[a,@d]", "error:{badarg,notalive}"},
    {"register: closed", "register", "[a,@q]", "error:badarg"},
    {"register", "register", "[a,@m]", "true"},
    {"unregister: unknown", "unregister", "[nope]", "error:badarg"},
    {"unregister: no atom", "unregister", "[1]", "error:badarg"},
    {"unregister", "unregister", "[pp]", "true"},
    {"whereis: port", "whereis", "[pp]", "@p"},
    {"whereis: process", "whereis", "[oo]", "@o"},
    {"whereis: nobody", "whereis", "[nope]", "undefined"},
    {"whereis: no atom", "whereis", "[1]", "error:badarg"},
    {"ports", "ports", "[]", "[@p]"},
    {"processes", "processes", "[]", "[@m,@o]"},
    {"node", "node", "[]", "nonode@nohost"},
    {"make_ref", "make_ref", "[]", "@R"},
    {"is_port", "is_port", "[@q]", "true"},
    {"is_port: no", "is_port", "[@m]", "false"},
    {"port_to_list", "port_to_list", "[@p]", "\"@p\""},
    {"port_to_list: pid", "port_to_list", "[@m]", "error:badarg"},
    {"pid_to_list", "pid_to_list", "[@m]", "\"@m\""},
    {"pid_to_list: port", "pid_to_list", "[@p]", "error:badarg"},
    {"list_to_port", "list_to_port", "[\"#Port<0.0268435455>\"]", "#Port<0.268435455>"},
    {"list_to_port: 2^28", "list_to_port", "[\"#Port<0.268435456>\"]", "error:badarg"},
    {"list_to_port: node", "list_to_port", "[\"#Port<1.5>\"]", "error:badarg"},
    {"list_to_port: more", "list_to_port", "[\"#Port<0.5> \"]", "error:badarg"},
    {"list_to_port: no number", "list_to_port", "[\"#Port<0.>\"]", "error:badarg"},
    {"binary_to_term", "binary_to_term", "[<<131,104,1,97,5>>]", "{5}"},
    {"binary_to_term: of another node", "binary_to_term",
     "[<<131,89,100,0,3,\"a@b\",0,0,0,5,0,0,0,1>>]", "#Port<1.5>"},
    {"binary_to_term: cut", "binary_to_term", "[<<131,104,1,97>>]", "error:badarg"},
    {"binary_to_term: more", "binary_to_term", "[<<131,97,1,0>>]", "error:badarg"},
    {"binary_to_term: bits", "binary_to_term", "[<<131,106,0:1>>]", "error:badarg"},
    {"binary_to_term: no binary", "binary_to_term", "[[131,106]]", "error:badarg"},
    {"list_to_port: no list", "list_to_port", "[foo]", "error:badarg"},
    {"alive", "is_process_alive", "[@o]", "true"},
    {"alive: dead", "is_process_alive", "[@d]", "false"},
    {"alive: port", "is_process_alive", "[@p]", "error:badarg"},
    {"flag", "process_flag", "[trap_exit,false]", "true"},
    {"flag: no boolean", "process_flag", "[trap_exit,1]", "error:badarg"},
    {"flag: unknown", "process_flag", "[foo,1]", "error:{badarg,badopt}"},
    {"info: name", "port_info", "[pp,name]", "{name,\"cat\"}"},
    {"info: links", "port_info", "[@p,links]", "{links,[@m]}"},
    {"info: connected", "port_info", "[@p,connected]", "{connected,@m}"},
    {"info: output", "port_info", "[@p,output]", "{output,0}"},
    {"info: queue", "port_info", "[@p,queue_size]", "{queue_size,0}"},
    {"info: registered", "port_info", "[@p,registered_name]", "{registered_name,pp}"},
    {"info: monitors", "port_info", "[@p,monitors]", "{monitors,[]}"},
    {"info: monitored", "port_info", "[@p,monitored_by]", "{monitored_by,[]}"},
    {"info: locking", "port_info", "[@p,locking]", "{locking,port_level}"},
    {"info: parallelism", "port_info", "[@p,parallelism]", "{parallelism,false}"},
    {"info: bogus", "port_info", "[@p,bogus]", "error:badarg"},
    {"info: no atom", "port_info", "[@p,{a}]", "error:badarg"},
    {"info: closed", "port_info", "[@q,{a}]", "undefined"},
    {"info: closed, all", "port_info", "[@q]", "undefined"},
    {"info: unknown name", "port_info", "[nope,bogus]", "undefined"},
    {"info: pid", "port_info", "[@m,name]", "error:{badarg,badtype}"},
    {"info: pid, all", "port_info", "[@m]", "error:badarg"},
    {"link: dead", "link", "[@d]", "true"},
    {"link: self", "link", "[@m]", "true"},
    {"link: name", "link", "[oo]", "error:badarg"},
    {"unlink: name", "unlink", "[pp]", "error:badarg"},
    {"unlink: dead", "unlink", "[@d]", "true"},
    {"exit: name", "exit", "[oo,x]", "error:badarg"},
    {"exit: dead", "exit", "[@d,x]", "true"},
    {"exit: normal to self", "exit", "[@m,normal]", "true"},
    {"exit: kill to self", "exit", "[@m,kill]", "dead"},
    {"monitor: type", "monitor", "[foo,@o]", "error:{badarg,badtype}"},
    {"monitor: pid as port", "monitor", "[port,@o]", "error:badarg"},
    {"monitor: port as process", "monitor", "[process,@p]", "error:badarg"},
    {"monitor: other node", "monitor", "[port,{pp,x@y}]", "error:badarg"},
    {"monitor: bad option", "monitor", "[foo,bar,[foo]]", "error:{badarg,badopt}"},
    {"monitor: no options", "monitor", "[port,pp,foo]", "error:{badarg,badopt}"},
    {"monitor: tag", "monitor", "[port,pp,[{tag,{a,1}}]]", "@R"},
    {"demonitor: no reference", "demonitor", "[foo]", "error:badarg"},
    {"demonitor", "demonitor", "[@r]", "true"},
    {"demonitor: info", "demonitor", "[@r,[flush,info]]", "false"},
    {"demonitor: bad option", "demonitor", "[@r,[foo]]", "error:badarg"},
    {"demonitor: improper", "demonitor", "[@r,[flush|info]]", "error:badarg"},
    {"process_info: dead", "process_info", "[@d,links]", "undefined"},
    {"process_info: bogus of the dead", "process_info", "[@d,[links,bogus]]", "error:badarg"},
    {"process_info: bogus", "process_info", "[@m,bogus]", "error:badarg"},
    {"process_info: name", "process_info", "[oo,links]", "error:badarg"},
    {"process_info: no name", "process_info", "[@m,registered_name]", "[]"},
    {"process_info: name of it", "process_info", "[@o,registered_name]",
     "{registered_name,oo}"},
    {"process_info: links", "process_info", "[@m,links]", "{links,[@p]}"},
    {"process_info: list", "process_info", "[@m,[trap_exit,status,registered_name,monitors]]",
     "[{trap_exit,true},{status,running},{registered_name,[]},{monitors,[]}]"},
    {"process_info: other", "process_info", "[@o,[status,messages,message_queue_len]]",
     "[{status,waiting},{messages,[]},{message_queue_len,0}]"},
    {"send: unknown name", "send", "[nope,x]", "error:badarg"},
    {"send: name on node", "send", "[{nope,nonode@nohost},x]", "x"},
    {"send: other node", "!", "[{nope,x@y},x]", "x"},
    {"send: noconnect", "send", "[{nope,x@y},x,[noconnect]]", "noconnect"},
    {"send: with options", "send", "[@o,x,[nosuspend,noconnect]]", "ok"},
    {"send: bad option", "send", "[@o,x,[foo]]", "error:{badarg,badopt}"},
    {"send: no options", "send", "[@o,x,foo]", "error:{badarg,badopt}"},
    {"send: reference", "send", "[@r,x]", "x"},
    {"send: integer", "send", "[1,x]", "error:badarg"},
    {"send: tuple", "send", "[{1,x},x]", "error:badarg"},
    {"send: dead", "send", "[@d,x]", "x"},
    {"send: closed", "send", "[@q,x,[nosuspend]]", "ok"},
    {"send_nosuspend", "send_nosuspend", "[@p,{@m,{command,[]}}]", "true"},
    {"send_nosuspend: unknown", "send_nosuspend", "[nope,x]", "error:badarg"},
    {"send_nosuspend: other node", "send_nosuspend", "[{a,x@y},x,[noconnect]]", "false"},
    {"send_nosuspend: option", "send_nosuspend", "[@o,x,[foo]]", "error:{badarg,badopt}"},
    {"exit: port", "exit", "[@p,done]", "true"},
    {"exit", "exit", "[done]", "dead"},
};

static void set_up(void) {
  pier_process *other, *dead;
  pier_port closed;
  scene_open(&scene);
  assert_int_equal(pier_process_new(scene.host, &other), 0);
  assert_int_equal(pier_process_new(scene.host, &dead), 0);
  call_let_pid('m', pier_self(scene.me));
  call_let_pid('o', pier_self(other));
  call_let_pid('d', pier_self(dead));
  pier_process_exit(dead, NULL);
  assert_int_equal(pier_open_port(scene.me, &closed, "{spawn,\"cat\"}", "[]"), 0);
  assert_int_equal(pier_close(scene.me, closed), 0);
  call_let_port('q', closed);
  scene_port(&scene, "{spawn,\"cat\"}", "[binary]");
  call_let_port('p', scene.port);
  call(scene.me, "make_ref", "[]");
  call_let_result('r');
  assert_int_equal(pier_register(scene.me, "pp", pier_object_port(scene.port)), 0);
  assert_int_equal(pier_register(scene.me, "oo", pier_object_pid(pier_self(other))), 0);
}

static void check(void **state) {
  const struct row *row = *state;
  set_up();
  assert_string_equal(call(scene.me, row->function, row->arguments), row->result);
  call_forget();
  scene_close(&scene);
}

int main(void) {
  return RUN_ROWS(rows, check);
}
