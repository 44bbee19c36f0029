/* Links, monitors, names and signals between processes and ports, and busy ports:
 * a row is a short scene, one call or look a line. @p is a port that runs cat, @b
 * one that is busy; @m (who owns both) and @t trap exits, @n and @s do not. */
#include "../support/calls.h"
#include "../support/mail.h"
#include "../support/rows.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS = 14, BIG = 500000 };

struct step {
  char who; /* m, n, s or t */
  const char *what, *arguments, *result;
};

/* `what` is a function, or: mail (the next message, at once), none (no message),
 * start and await (a call that may be suspended), result (a letter for it). */
struct row {
  const char *name;
  struct step steps[STEPS];
};

static struct row rows[] = {
    {"a link tells why",
     {{'t', "link", "[@n]", "true"},
      {'m', "exit", "[@n,{a,1}]", "true"},
      {'t', "mail", "", "{'EXIT',@n,{a,1}}"},
      {'t', "process_info", "[@t,links]", "{links,[]}"}}},
    {"a link kills who does not trap",
     {{'s', "link", "[@n]", "true"},
      {'m', "monitor", "[process,@s]", "@R"},
      {'n', "exit", "[boo]", "dead"},
      {'m', "mail", "", "{'DOWN',@R,process,@s,boo}"},
      {'s', "self", "[]", "dead"}}},
    {"a normal end does not",
     {{'s', "link", "[@n]", "true"},
      {'n', "exit", "[normal]", "dead"},
      {'s', "self", "[]", "@s"}}},
    {"unlinked in time",
     {{'t', "link", "[@n]", "true"},
      {'t', "link", "[@n]", "true"},
      {'n', "process_info", "[@n,links]", "{links,[@t]}"},
      {'n', "unlink", "[@t]", "true"},
      {'n', "exit", "[boo]", "dead"},
      {'t', "none", "", ""}}},
    {"exit normal is for nobody else",
     {{'m', "exit", "[@n,normal]", "true"},
      {'n', "self", "[]", "@n"},
      {'m', "exit", "[@t,normal]", "true"},
      {'t', "mail", "", "{'EXIT',@m,normal}"},
      {'n', "exit", "[@n,normal]", "dead"}}},
    {"kill cannot be trapped",
     {{'m', "link", "[@t]", "true"},
      {'m', "exit", "[@t,kill]", "true"},
      {'m', "mail", "", "{'EXIT',@t,killed}"},
      {'t', "self", "[]", "dead"}}},
    {"along a link kill is a reason as any other",
     {{'t', "link", "[@n]", "true"},
      {'n', "exit", "[kill]", "dead"},
      {'t', "mail", "", "{'EXIT',@n,kill}"}}},
    {"an exit comes before the downs, which come in order",
     {{'m', "monitor", "[process,@n]", "@R"},
      {'m', "result", "x", ""},
      {'m', "link", "[@n]", "true"},
      {'m', "monitor", "[process,@n,[{tag,{a}}]]", "@R"},
      {'m', "result", "y", ""},
      {'n', "process_info", "[@n,monitored_by]", "{monitored_by,[@m,@m]}"},
      {'n', "exit", "[{b,c}]", "dead"},
      {'m', "mail", "", "{'EXIT',@n,{b,c}}"},
      {'m', "mail", "", "{'DOWN',@x,process,@n,{b,c}}"},
      {'m', "mail", "", "{{a},@y,process,@n,{b,c}}"},
      {'m', "process_info", "[@m,monitors]", "{monitors,[]}"}}},
    {"monitors of names",
     {{'m', "register", "[nn,@n]", "true"},
      {'t', "monitor", "[process,nn]", "@R"},
      {'t', "monitor", "[port,{pp,nonode@nohost},[{tag,gone}]]", "@R"},
      {'t', "process_info", "[@t,monitors]",
       "{monitors,[{process,{nn,nonode@nohost}},{port,{pp,nonode@nohost}}]}"},
      {'n', "exit", "[a]", "dead"},
      {'m', "exit", "[@p,{no,immediate}]", "true"},
      {'t', "mail", "", "{'DOWN',@R,process,{nn,nonode@nohost},a}"},
      {'t', "mail", "", "{gone,@R,process,{pp,nonode@nohost},{no,immediate}}"}}},
    {"a name of the other kind is nobody",
     {{'t', "monitor", "[process,pp]", "@R"},
      {'t', "mail", "", "{'DOWN',@R,process,{pp,nonode@nohost},noproc}"},
      {'t', "monitor", "[port,nope]", "@R"},
      {'t', "mail", "", "{'DOWN',@R,port,{nope,nonode@nohost},noproc}"}}},
    {"a monitor of oneself is none",
     {{'m', "monitor", "[process,@m]", "@R"},
      {'m', "process_info", "[@m,monitors]", "{monitors,[]}"},
      {'m', "none", "", ""}}},
    {"demonitor",
     {{'m', "monitor", "[process,@n]", "@R"},
      {'m', "result", "x", ""},
      {'m', "demonitor", "[@x,[info]]", "true"},
      {'m', "demonitor", "[@x,[info]]", "false"},
      {'m', "monitor", "[port,@p]", "@R"},
      {'m', "result", "y", ""},
      {'m', "demonitor", "[@y]", "true"},
      {'n', "exit", "[a]", "dead"},
      {'m', "port_close", "[@p]", "true"},
      {'m', "mail", "", "{'EXIT',@p,normal}"},
      {'m', "none", "", ""}}},
    {"demonitor with flush",
     {{'m', "monitor", "[process,@n]", "@R"},
      {'m', "result", "x", ""},
      {'t', "send", "[@m,hello]", "hello"},
      {'n', "exit", "[a]", "dead"},
      {'t', "send", "[@m,bye]", "bye"},
      {'m', "demonitor", "[@x,[flush,info]]", "false"},
      {'m', "mail", "", "hello"},
      {'m', "mail", "", "bye"},
      {'m', "none", "", ""}}},
    {"messages between processes",
     {{'n', "send", "[@m,{a,[1,2.5]}]", "{a,[1,2.5]}"},
      {'m', "process_info", "[@m,messages]", "{messages,[{a,[1,2.5]}]}"},
      {'m', "mail", "", "{a,[1,2.5]}"}}},
    {"names go with what has them",
     {{'m', "port_close", "[pp]", "true"},
      {'m', "whereis", "[pp]", "undefined"},
      {'m', "register", "[pp,@n]", "true"},
      {'n', "exit", "[normal]", "dead"},
      {'m', "registered", "[]", "[]"},
      {'m', "send", "[pp,x]", "error:badarg"}}},
    {"a chain of links",
     {{'m', "link", "[@n]", "true"},
      {'n', "link", "[@s]", "true"},
      {'s', "link", "[@t]", "true"},
      {'t', "exit", "[a]", "dead"},
      {'m', "mail", "", "{'EXIT',@n,a}"},
      {'s', "self", "[]", "dead"}}},
    {"kill along a link to a port throws its queue away",
     {{'n', "link", "[@b]", "true"},
      {'n', "exit", "[kill]", "dead"},
      {'m', "mail", "", "{'EXIT',@b,killed}"},
      {'m', "port_info", "[@b,queue_size]", "undefined"}}},
    {"badsig to the owner only",
     {{'t', "link", "[@p]", "true"},
      {'t', "send", "[@p,foo]", "foo"},
      {'m', "mail", "", "{'EXIT',@p,badsig}"},
      {'t', "none", "", ""},
      {'m', "send", "[@p,{@m,{connect,pp}}]", "{@m,{connect,pp}}"},
      {'m', "mail", "", "{'EXIT',@p,badsig}"},
      {'m', "send", "[@p,{@m,{command,[256]}}]", "{@m,{command,[256]}}"},
      {'m', "mail", "", "{'EXIT',@p,badsig}"}}},
    {"connecting to the dead by message",
     {{'n', "exit", "[normal]", "dead"},
      {'m', "send", "[pp,{@m,{connect,@n}}]", "{@m,{connect,@n}}"},
      {'m', "mail", "", "{@p,connected}"},
      {'m', "port_info", "[@p,connected]", "{connected,@n}"}}},

    {"busy: nosuspend",
     {{'n', "port_command", "[@b,foo,[nosuspend]]", "false"},
      {'n', "send", "[@b,{@n,{command,foo}},[nosuspend]]", "nosuspend"},
      {'n', "send_nosuspend", "[@b,{@m,{command,[]}}]", "false"},
      {'n', "port_command", "[@b,\"a\",[nosuspend,force]]", "error:notsup"},
      {'n', "send", "[@b,foo,[nosuspend]]", "ok"},
      {'m', "mail", "", "{'EXIT',@b,badsig}"}}},
    {"busy: a caller is suspended, and the port closes",
     {{'n', "start", "port_command[@b,\"a\"]", "suspended"},
      {'n', "self", "[]", "PIER_ESUSPENDED"},
      {'m', "process_info", "[@n,status]", "{status,suspended}"},
      {'n', "await", "", "timeout"},
      {'m', "port_close", "[@b]", "true"},
      {'n', "await", "", "error:badarg"},
      {'m', "process_info", "[@n,status]", "{status,waiting}"},
      {'n', "self", "[]", "@n"}}},
    {"busy: a sender is suspended, and the port dies",
     {{'n', "start", "send[@b,{@m,{command,\"a\"}}]", "suspended"},
      {'t', "start", "send[@b,{@m,{command,bad}},[noconnect]]", "suspended"},
      {'m', "exit", "[@b,kill]", "true"},
      {'n', "await", "", "{@m,{command,\"a\"}}"},
      {'t', "await", "", "ok"}}},
    {"busy: killed while suspended",
     {{'n', "start", "port_command[@b,\"a\"]", "suspended"},
      {'s', "start", "port_command[@b,\"a\"]", "suspended"},
      {'m', "exit", "[@n,kill]", "true"},
      {'n', "await", "", "dead"},
      {'m', "exit", "[@b,x]", "true"},
      {'s', "await", "", "error:badarg"}}},
    {"busy: the port takes its caller with it",
     {{'n', "link", "[@b]", "true"},
      {'n', "start", "port_command[@b,\"a\"]", "suspended"},
      {'m', "exit", "[@b,boo]", "true"},
      {'n', "await", "", "dead"}}},
    {"closing",
     {{'m', "send", "[@b,{@m,close}]", "{@m,close}"},
      {'m', "mail", "", "{'EXIT',@b,normal}"},
      {'m', "port_info", "[@b,links]", "{links,[]}"},
      {'m', "ports", "[]", "[@p,@b]"},
      {'m', "port_command", "[@b,a,[nosuspend]]", "error:badarg"},
      {'m', "port_command", "[@b,a,[force]]", "error:notsup"},
      {'m', "send", "[@b,{@m,{command,[]}},[nosuspend]]", "ok"},
      {'m', "register", "[x,@b]", "error:badarg"},
      {'m', "port_get_data", "[@b]", "error:badarg"},
      {'m', "link", "[@b]", "true"},
      {'m', "mail", "", "{'EXIT',@b,noproc}"},
      {'m', "exit", "[@b,kill]", "true"},
      {'m', "port_info", "[@b,connected]", "{connected,@m}"},
      {'m', "none", "", ""}}},
};

static struct scene scene;
static pier_process *actors[4];
static const char letters[] = "mnst";

static void make_busy(void) {
  uint8_t *big = calloc(1, BIG);
  assert_non_null(big);
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_of(big, BIG)), 0);
  free(big);
}

static void set_up(void) {
  int i;
  scene_open(&scene);
  actors[0] = scene.me;
  for (i = 0; i < 4; i++) {
    if (i > 0) assert_int_equal(pier_process_new(scene.host, &actors[i]), 0);
    call_let_pid(letters[i], pier_self(actors[i]));
  }
  pier_trap_exit(actors[3], 1);
  scene_port(&scene, "{spawn,\"cat\"}", "[binary]");
  call_let_port('p', scene.port);
  assert_int_equal(pier_register(scene.me, "pp", pier_object_port(scene.port)), 0);
  scene_sh(&scene, "sleep 100", "");
  call_let_port('b', scene.port);
  make_busy();
}

static const char *start(pier_process *actor, const char *words) {
  char function[40];
  size_t size = strcspn(words, "[");
  assert_true(size < sizeof function);
  memcpy(function, words, size);
  function[size] = '\0';
  return call_start(actor, function, words + size);
}

static const char *remember(char letter) {
  call_let_result(letter);
  return "";
}

static void take(const struct step *step) {
  pier_process *actor = actors[strchr(letters, step->who) - letters];
  const char *got;
  if (strcmp(step->what, "mail") == 0)
    got = call_mail(actor, 0);
  else if (strcmp(step->what, "none") == 0)
    got = strcmp(call_mail(actor, 0), "timeout") == 0 ? "" : "a message";
  else if (strcmp(step->what, "start") == 0)
    got = start(actor, step->arguments);
  else if (strcmp(step->what, "await") == 0)
    got = call_await(actor, 0);
  else if (strcmp(step->what, "result") == 0)
    got = remember(step->arguments[0]);
  else
    got = call(actor, step->what, step->arguments);
  if (strcmp(got, step->result) != 0)
    fail_msg("%c %s %s: %s, not %s", step->who, step->what, step->arguments, got, step->result);
}

static void play(void **state) {
  const struct row *row = *state;
  int i;
  set_up();
  for (i = 0; i < STEPS && row->steps[i].what; i++)
    take(&row->steps[i]);
  call_forget();
  scene_close(&scene);
}

int main(void) {
  return RUN_ROWS(rows, play);
}
