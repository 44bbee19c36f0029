/* What the VM says and hears, line by line: "> " a request, "> > " another message, "> # "
 * a command in bytes, "< " the next event. Some run once more in writes of one byte. */
#include "../support/rows.h"
#include "../support/serve.h"

#include <stdio.h>
#include <string.h>

#define CAT "[{spawn,\"cat\"},[binary,{packet,4}]]"
#define OPEN(OPTIONS)                                                                          \
  "> {apply,o,pid_1,open_port," OPTIONS "}\n"                                                  \
  "< {reply,o,{ok,port_1}}\n"

static const struct dialogue {
  const char *name;
  const char *lines;
} dialogues[] = {
    {"a command and its echo", OPEN(CAT) "> {apply,1,pid_1,port_command,[port_1,<<\"hi\">>]}\n"
                                         "< {reply,1,{ok,true}}\n"
                                         "< {data,pid_1,port_1,<<\"hi\">>}\n"},
    {"commands without answers",
     OPEN(CAT) "> {do,pid_1,port_command,[port_1,<<\"a\">>]}\n"
               "> {do,pid_1,send,[port_1,{pid_1,{command,[\"b\",99]}}]}\n"
               "> {do,pid_2,'!',[port_1,{pid_1,{command,<<\"d\">>}}]}\n"
               "< {data,pid_1,port_1,<<\"a\">>}\n"
               "< {data,pid_1,port_1,<<\"bc\">>}\n"
               "< {data,pid_1,port_1,<<\"d\">>}\n"},
    {"commands in bytes", OPEN(CAT) "> # 1 1 1 a\n"
                                    "> # 2 1 1 b\n"
                                    "> # 1 2 1 \n"
                                    "> {do,pid_1,port_command,[port_1,<<\"c\">>]}\n"
                                    "> # 1 2 1 d\n"
                                    "< {data,pid_1,port_1,<<\"a\">>}\n"
                                    "< {data,pid_1,port_1,<<\"b\">>}\n"
                                    "< {data,pid_1,port_1,<<>>}\n"
                                    "< {data,pid_1,port_1,<<\"c\">>}\n"
                                    "< {data,pid_1,port_1,<<\"d\">>}\n"
                                    "> # 2 2 1 not the owner\n"
                                    "< {exit_signal,pid_1,port_1,badsig}\n"},
    {"lists and lines",
     OPEN("[{spawn,\"printf 'one\\\\ntwo'\"},[{line,9}]]") "< "
                                                           "{data,pid_1,port_1,{eol,\"one\"}}\n"
                                                           "< "
                                                           "{data,pid_1,port_1,{noeol,\"two\"}}"
                                                           "\n"
                                                           "< {gone,port_1}\n"
                                                           "< "
                                                           "{exit_signal,pid_1,port_1,normal}"
                                                           "\n"},
    {"the status, and the end",
     OPEN(
         "[{spawn,\"sh -c 'exit 3'\"},[exit_status]]") "< "
                                                       "{deliver,pid_1,{port_1,{exit_status,3}}"
                                                       "}\n"
                                                       "< {gone,port_1}\n"
                                                       "< {exit_signal,pid_1,port_1,normal}\n"},
    {"signals stand before the reply",
     OPEN(CAT) "> {apply,1,pid_2,monitor,[port,port_1]}\n"
               "< {reply,1,{ok,ref_1}}\n"
               "> {apply,2,pid_2,port_close,[port_1]}\n"
               "< {gone,port_1}\n"
               "< {exit_signal,pid_1,port_1,normal}\n"
               "< {deliver,pid_2,{'DOWN',ref_1,port,port_1,normal}}\n"
               "< {reply,2,{ok,true}}\n"},
    {"closing by message", OPEN(CAT) "> {apply,1,pid_1,send,[port_1,{pid_1,close},[]]}\n"
                                     "< {gone,port_1}\n"
                                     "< {exit_signal,pid_1,port_1,normal}\n"
                                     "< {deliver,pid_1,{port_1,closed}}\n"
                                     "< {reply,1,{ok,ok}}\n"},
    {"a frame too long is an end that the caller sees",
     OPEN("[{spawn,\"cat\"},[binary,{packet,1}]]") "> "
                                                   "{apply,1,pid_1,port_command,[port_1,[<<0:"
                                                   "1024>>,<<0:1024>>]]}\n"
                                                   "< {gone,port_1}\n"
                                                   "< {exit_signal,pid_1,port_1,einval}\n"
                                                   "< {reply,1,{ok,true}}\n"},
    {"errors with their causes",
     OPEN(CAT) "> {apply,1,pid_1,open_port,[{spawn,\"cat\"},[nonsense]]}\n"
               "< {reply,1,{error,error,badarg,badopt}}\n"
               "> {apply,2,pid_1,open_port,[{spawn_executable,\"/nowhere\"},[]]}\n"
               "< {reply,2,{error,error,enoent,none}}\n"
               "> {apply,3,pid_1,port_control,[port_1,1,<<>>]}\n"
               "< {reply,3,{error,error,badarg,none}}\n"
               "> {apply,4,pid_1,port_command,[port_1,port_1]}\n"
               "< {log,port_1,<<\"Bad value on output port 'cat'\">>}\n"
               "< {reply,4,{error,error,badarg,none}}\n"
               "> {apply,5,pid_1,port_info,[7]}\n"
               "< {reply,5,{error,error,badarg,none}}\n"},
    {"functions that are not there", "> {apply,1,pid_1,halt,[]}\n"
                                     "< {reply,1,{error,error,undef,none}}\n"
                                     "> {apply,2,pid_1,exit,[normal]}\n"
                                     "< {reply,2,{error,error,undef,none}}\n"
                                     "> {apply,3,pid_1,processes,[]}\n"
                                     "< {reply,3,{error,error,undef,none}}\n"
                                     "> {apply,4,pid_1,port_info,[]}\n"
                                     "< {reply,4,{error,error,undef,none}}\n"
                                     "> {apply,5,pid_1,port_info,[1,2,3,4]}\n"
                                     "< {reply,5,{error,error,undef,none}}\n"
                                     "> {apply,6,pid_1,port_info,[1|2]}\n"
                                     "< {reply,6,{error,error,undef,none}}\n"
                                     "> {apply,7,pid_1,'erl_ddll:nothing',[]}\n"
                                     "< {reply,7,{error,error,undef,none}}\n"
                                     "> {do,pid_1,nothing,[]}\n"
                                     "> {apply,8,pid_1,ports,[]}\n"
                                     "< {reply,8,{ok,[]}}\n"},
    {"wrong owners", OPEN(CAT) "> {apply,1,pid_2,send,[port_1,{pid_2,close},[]]}\n"
                               "< {exit_signal,pid_1,port_1,badsig}\n"
                               "< {reply,1,{ok,ok}}\n"
                               "> {apply,2,pid_2,send,[port_1,{pid_9,{command,\"x\"}},[]]}\n"
                               "< {exit_signal,pid_1,port_1,badsig}\n"
                               "< {reply,2,{ok,ok}}\n"
                               "> {apply,3,pid_2,send,[port_1,nonsense,[]]}\n"
                               "< {exit_signal,pid_1,port_1,badsig}\n"
                               "< {reply,3,{ok,ok}}\n"},
    {"a new owner by message",
     OPEN(CAT) "> {apply,1,pid_1,send,[port_1,{pid_1,{connect,pid_2}},[]]}\n"
               "< {deliver,pid_1,{port_1,connected}}\n"
               "< {reply,1,{ok,ok}}\n"
               "> {apply,2,pid_1,port_info,[port_1,connected]}\n"
               "< {reply,2,{ok,{connected,pid_2}}}\n"
               "> {apply,3,pid_1,port_command,[port_1,<<\"x\">>]}\n"
               "< {reply,3,{ok,true}}\n"
               "< {data,pid_2,port_1,<<\"x\">>}\n"},
    {"a new owner by function", OPEN(CAT) "> {apply,1,pid_3,port_connect,[port_1,pid_2]}\n"
                                          "< {reply,1,{ok,true}}\n"
                                          "> {apply,2,pid_1,port_info,[port_1,links]}\n"
                                          "< {reply,2,{ok,{links,[pid_1,pid_2]}}}\n"
                                          "> {exit,pid_2,normal}\n"
                                          "< {gone,port_1}\n"
                                          "< {exit_signal,pid_1,port_1,normal}\n"},
    {"a linked owner takes its port along",
     OPEN(CAT) "> {apply,1,pid_2,link,[port_1]}\n"
               "< {reply,1,{ok,true}}\n"
               "> {exit,pid_1,{because,[pid_1,port_1]}}\n"
               "< {gone,port_1}\n"
               "< {exit_signal,pid_2,port_1,{because,[pid_1,port_1]}}\n"},
    {"an orphan remembers its owner, whom another can name",
     OPEN(CAT) "> {apply,1,pid_1,unlink,[port_1]}\n"
               "< {reply,1,{ok,true}}\n"
               "> {exit,pid_1,gone}\n"
               "> {apply,2,pid_2,port_info,[port_1,connected]}\n"
               "< {reply,2,{ok,{connected,pid_1}}}\n"
               "> {apply,3,pid_2,send,[port_1,{pid_1,{command,<<\"x\">>}},[]]}\n"
               "< {reply,3,{ok,ok}}\n"
               "> {apply,4,pid_2,port_info,[port_1,output]}\n"
               "< {reply,4,{ok,{output,1}}}\n"},
    {"links to ports that are gone",
     "> {apply,1,pid_1,link,[port_9]}\n"
     "< {reply,1,{error,error,noproc,none}}\n"
     "> {apply,2,pid_1,unlink,[port_9]}\n"
     "< {reply,2,{ok,true}}\n"
     "> {apply,3,pid_1,monitor,[port,port_9,[{tag,{my,pid_1}}]]}\n"
     "< {deliver,pid_1,{{my,pid_1},ref_1,port,port_9,noproc}}\n"
     "< {reply,3,{ok,ref_1}}\n"
     "> {apply,4,pid_1,port_info,[port_9]}\n"
     "< {reply,4,{ok,undefined}}\n"},
    {"names", OPEN(CAT) "> {apply,1,pid_1,register,[cat,port_1]}\n"
                        "< {reply,1,{ok,true}}\n"
                        "> {apply,2,pid_1,register,[dog,port_1]}\n"
                        "< {reply,2,{error,error,badarg,registered_name}}\n"
                        "> {apply,3,pid_1,whereis,[cat]}\n"
                        "< {reply,3,{ok,port_1}}\n"
                        "> {apply,4,pid_1,send,[cat,{pid_1,{command,<<\"n\">>}},[]]}\n"
                        "< {reply,4,{ok,ok}}\n"
                        "< {data,pid_1,port_1,<<\"n\">>}\n"
                        "> {apply,5,pid_1,monitor,[port,cat]}\n"
                        "< {reply,5,{ok,ref_1}}\n"
                        "> {apply,6,pid_1,port_close,[cat]}\n"
                        "< {gone,port_1}\n"
                        "< {exit_signal,pid_1,port_1,normal}\n"
                        "< {deliver,pid_1,{'DOWN',ref_1,port,{cat,nonode@nohost},normal}}\n"
                        "< {reply,6,{ok,true}}\n"
                        "> {apply,7,pid_1,whereis,[cat]}\n"
                        "< {reply,7,{ok,undefined}}\n"},
    {"demonitor", OPEN(CAT) "> {apply,1,pid_1,monitor,[port,port_1]}\n"
                            "< {reply,1,{ok,ref_1}}\n"
                            "> {apply,2,pid_1,demonitor,[ref_1,[info]]}\n"
                            "< {reply,2,{ok,true}}\n"
                            "> {apply,3,pid_1,demonitor,[ref_1,[info]]}\n"
                            "< {reply,3,{ok,false}}\n"
                            "> {apply,4,pid_2,exit,[port_1,bye]}\n"
                            "< {gone,port_1}\n"
                            "< {exit_signal,pid_1,port_1,bye}\n"
                            "< {reply,4,{ok,true}}\n"},
    {"identifiers in terms that the host only keeps",
     OPEN(CAT) "> {apply,1,pid_1,port_set_data,[port_1,#{pid_1 => "
               "[port_1,port_77,ref_3|pid_2]}]}\n"
               "< {reply,1,{ok,true}}\n"
               "> {apply,2,pid_2,port_get_data,[port_1]}\n"
               "< {reply,2,{ok,#{pid_1 => [port_1,port_77,ref_3|pid_2]}}}\n"
               "> {apply,[pid_1,port_1],pid_2,process_info,[pid_1,links]}\n"
               "< {reply,[pid_1,port_1],{ok,{links,[port_1]}}}\n"},
    {"a caller of a busy port waits; others do not",
     OPEN(
         "[{spawn,\"sleep 100\"},[]]") "> {apply,1,pid_1,port_command,[port_1,<<0:2000000>>]}\n"
                                       "< {busy,port_1,true}\n"
                                       "< {reply,1,{ok,true}}\n"
                                       "> {apply,2,pid_2,port_command,[port_1,\"x\"]}\n"
                                       "> {do,pid_2,port_command,[port_1,\"y\"]}\n"
                                       "> {apply,3,pid_2,ports,[]}\n"
                                       "> "
                                       "{apply,4,pid_1,port_command,[port_1,\"x\",[nosuspend]]}"
                                       "\n"
                                       "< {reply,4,{ok,false}}\n"
                                       "> {apply,5,pid_1,exit,[port_1,kill]}\n"
                                       "< {gone,port_1}\n"
                                       "< {exit_signal,pid_1,port_1,killed}\n"
                                       "< {reply,5,{ok,true}}\n"
                                       "< {reply,2,{error,error,badarg,none}}\n"
                                       "< {reply,3,{ok,[]}}\n"},
    {"the death of a caller cancels",
     OPEN(
         "[{spawn,\"sleep 100\"},[{busy_limits_port,{1,1}}]]") "> "
                                                               "{apply,1,pid_1,port_command,["
                                                               "port_1,<<0:2000000>>]}\n"
                                                               "< {busy,port_1,true}\n"
                                                               "< {reply,1,{ok,true}}\n"
                                                               "> "
                                                               "{apply,2,pid_2,port_command,["
                                                               "port_1,\"x\"]}\n"
                                                               "> {exit,pid_2,shot}\n"
                                                               "> "
                                                               "{apply,3,pid_1,port_info,[port_"
                                                               "1,output]}\n"
                                                               "< "
                                                               "{reply,3,{ok,{output,250000}}}"
                                                               "\n"
                                                               "> {apply,4,pid_2,whereis,[x]}\n"
                                                               "< {reply,4,{ok,undefined}}\n"},
    {"a process that ends behind commands it has said",
     OPEN(
         "[{spawn,\"sleep 100\"},[]]") "> {apply,1,pid_2,port_command,[port_1,<<0:2000000>>]}\n"
                                       "< {busy,port_1,true}\n"
                                       "< {reply,1,{ok,true}}\n"
                                       "> {do,pid_2,port_command,[port_1,\"x\"]}\n"
                                       "> {do,pid_2,register,[other,port_1]}\n"
                                       "> {exit,pid_2,done}\n"
                                       "> {apply,2,pid_1,port_info,[port_1,links]}\n"
                                       "< {reply,2,{ok,{links,[pid_1]}}}\n"
                                       "> {apply,3,pid_1,exit,[port_1,kill]}\n"
                                       "< {gone,port_1}\n"
                                       "< {exit_signal,pid_1,port_1,killed}\n"
                                       "< {reply,3,{ok,true}}\n"
                                       "> {apply,4,pid_2,ports,[]}\n"
                                       "< {reply,4,{ok,[]}}\n"},
    {"commands in bytes wait as others do",
     OPEN(
         "[{spawn,\"sleep 100\"},[]]") "> {apply,1,pid_1,port_command,[port_1,<<0:2000000>>]}\n"
                                       "< {busy,port_1,true}\n"
                                       "< {reply,1,{ok,true}}\n"
                                       "> # 1 2 1 x\n"
                                       "> # 2 1 1 y\n"
                                       "> # 1 2 9 to nobody\n"
                                       "> {apply,2,pid_2,ports,[]}\n"
                                       "> {apply,3,pid_3,exit,[port_1,kill]}\n"
                                       "< {gone,port_1}\n"
                                       "< {exit_signal,pid_1,port_1,killed}\n"
                                       "< {reply,3,{ok,true}}\n"
                                       "< {reply,2,{ok,[]}}\n"},
    {"several frames in one", OPEN(CAT) "> # 3 1 1 1 a|2 1 1 b|1 2 1 c\n"
                                        "< {data,pid_1,port_1,<<\"a\">>}\n"
                                        "< {data,pid_1,port_1,<<\"b\">>}\n"
                                        "< {data,pid_1,port_1,<<\"c\">>}\n"
                                        "> # 3 \n"
                                        "> # 3 1 1 1 d|9|1 2 1 e\n"
                                        "< {error,{badterm,...\n"
                                        "< {data,pid_1,port_1,<<\"d\">>}\n"
                                        "< {data,pid_1,port_1,<<\"e\">>}\n"
                                        "> # 3 1 1 1 f|3\n"
                                        "< {error,{badterm,...\n"
                                        "> # 3 1 1 1 g|cut\n"
                                        "< {error,{badterm,...\n"
                                        "> {apply,1,pid_1,port_info,[port_1,output]}\n"
                                        "< {reply,1,{ok,{output,5}}}\n"},
    {"bytes that are no command", "> # 4 1 1 x\n"
                                  "< {error,{badterm,...\n"
                                  "> # 1 1 1 to nobody\n"
                                  "> {apply,1,pid_1,ports,[]}\n"
                                  "< {reply,1,{ok,[]}}\n"},
    {"what is no message", "> > {call,1,{do,pid_1,ports,[]}}\n"
                           "< {reply,1,{error,{badarg,<<\"a request is a cast\">>}}}\n"
                           "> > {cast}\n"
                           "< {error,{badmessage,...\n"
                           "> > {shout,1}\n"
                           "< {error,{badmessage,...\n"
                           "> > 7\n"
                           "< {error,{badmessage,...\n"
                           "> {apply,1,pid_1,ports,[]}\n"
                           "< {reply,1,{ok,[]}}\n"},
    {"what is no request",
     "> hello\n"
     "< {error,{undef,hello,0}}\n"
     "> {apply,1,pid_1,ports}\n"
     "< {error,{undef,apply,3}}\n"
     "> [7]\n"
     "< {error,badarg}\n"
     "> {do,7,ports,[]}\n"
     "< {error,{badarg,<<\"the process is a pid of the VM's own node\">>}}\n"
     "> {do,pid_1,7,[]}\n"
     "< {error,{badarg,<<\"the function is an atom\">>}}\n"
     "> {do,pid_1,ports,7}\n"
     "< {error,{badarg,<<\"the arguments are a list\">>}}\n"
     "> {exit,port_1,normal}\n"
     "< {error,{badarg,...\n"
     "> {exit,pid_99,normal}\n"
     "> {hello,1,pid_1,5}\n"
     "< {error,{badarg,<<\"a second hello\">>}}\n"
     "> {apply,1,pid_1,ports,[]}\n"
     "< {reply,1,{ok,[]}}\n"},
};

/* KIND PID PORT DATA: a frame of 13 bytes and the data, as it is in quick.c; KIND alone. */
static void put_bytes(pier_buffer *out, const char *line, size_t size) {
  uint8_t frame[13] = {(uint8_t)(line[0] - '0')};
  size_t head = size < 6 ? 1 : sizeof frame;
  uint8_t length[4] = {0, 0, 0, (uint8_t)(size < 6 ? 1 : head + size - 6)};
  if (size >= 6) {
    frame[4] = (uint8_t)(line[2] - '0');
    frame[12] = (uint8_t)(line[4] - '0');
  }
  pier_buffer_append(out, length, sizeof length);
  pier_buffer_append(out, frame, head);
  if (size > 6) pier_buffer_append(out, line + 6, size - 6);
}

/* Such frames in one, a bar between them; with "cut" at the end a piece of another. */
static void put_several(pier_buffer *out, const char *line) {
  uint8_t head[5] = {0, 0, 0, 0, 3};
  pier_buffer_append(out, head, sizeof head);
  while (*line && strcmp(line, "cut") != 0) {
    size_t size = strcspn(line, "|");
    put_bytes(out, line, size);
    line += size + (line[size] == '|');
  }
  if (*line) pier_buffer_append(out, "", 1);
  out->data[3] = (uint8_t)(out->size - 4);
}

static void say_bytes(struct talk *talk, const char *line) {
  pier_buffer out = PIER_BUFFER_INIT;
  if (line[0] == '3')
    put_several(&out, line + 2);
  else
    put_bytes(&out, line, strlen(line));
  talk_bytes(talk, pier_buffer_span(&out));
  pier_buffer_free(&out);
}

static void say(struct talk *talk, const char *line) {
  if (strncmp(line, "> # ", 4) == 0)
    say_bytes(talk, line + 4);
  else if (strncmp(line, "> > ", 4) == 0)
    talk_say(talk, line + 4);
  else if (line[0] == '>')
    talk_ask(talk, line + 2);
  else
    talk_expect(talk, line + 2);
}

static void go_through(const struct dialogue *row, size_t step) {
  struct talk talk;
  const char *line = row->lines;
  char said[256];
  int status;
  talk_open(&talk);
  talk.step = step;
  while (*line) {
    char text[512];
    size_t size = strcspn(line, "\n");
    assert_true(size < sizeof text);
    memcpy(text, line, size);
    text[size] = 0;
    say(&talk, text);
    line += size + 1;
  }
  status = talk_end(&talk, said, sizeof said);
  assert_null(strstr(said, "pier")); /* its programs may say what they like */
  assert_int_equal(status, 0);
}

static void whole(void **state) {
  go_through(*state, SIZE_MAX);
}

static void by_byte(void **state) {
  go_through(*state, 1);
}

int main(void) {
  struct dialogue cut[3];
  const size_t count = sizeof dialogues / sizeof dialogues[0];
  int failed =
      run_rows("dialogues", (void *)(uintptr_t)dialogues, sizeof dialogues[0], count, whole);
  cut[0] = dialogues[2];
  memcpy(cut + 1, dialogues + 5, 2 * sizeof cut[0]);
  return failed + RUN_ROWS(cut, by_byte);
}
