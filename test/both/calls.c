/* The dialogues of calls.terms on the native host, as calls.escript holds them on the
 * BEAM: a line for each answer.
 *
 *   calls expected FILE            what should be answered
 *   calls answered FILE PEER LOOP  what PEER answers on that loop
 */
#include <pier.h>
#include <pier/host.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE_MS = 20000 };

static pier_host *host;
static pier_process *owner;
static pier_port port;

static void check(int result, const char *what) {
  if (result >= 0) return;
  fprintf(stderr, "calls: %s: %s\n", what, pier_strerror(result));
  exit(1);
}

static void print(pier_span term) {
  pier_buffer text = PIER_BUFFER_INIT;
  check(pier_term_print(&text, term, PIER_TEXT_TP, 0), "print");
  printf("%.*s\n", (int)text.size, (const char *)text.data);
  pier_buffer_free(&text);
}

static void receive(void) {
  pier_message message;
  int got = pier_receive(owner, &message, PATIENCE_MS);
  check(got == 0 ? PIER_ELIMIT : got, "waiting for an answer");
  if (message.kind != PIER_MESSAGE_DATA) check(PIER_ESTATE, "an answer, not the end");
  check(pier_term_scan(message.data, NULL, NULL, NULL), "an answer");
  print(message.data);
}

static void send_term(pier_span term) {
  pier_buffer whole = PIER_BUFFER_INIT;
  check(pier_format(&whole, "~t", term), "format");
  check(pier_command(owner, port, pier_buffer_span(&whole)), "command");
  pier_buffer_free(&whole);
}

/* Answers that were received so far are in *answers. */
static void perform(pier_span step, size_t *answers) {
  size_t count, i;
  pier_span term;
  if (pier_match(step, "{'$await', ~n}", &count) == 0) {
    for (; *answers < count; ++*answers)
      receive();
  } else if (pier_match(step, "{'$times', ~n, ~t}", &count, &term) == 0) {
    for (i = 0; i < count; i++)
      send_term(term);
  } else if (pier_match(step, "{'$frame', ~b}", &term) == 0) {
    check(pier_command(owner, port, term), "command");
  } else {
    send_term(step);
  }
}

static void expect(pier_span answer) {
  pier_buffer bytes = PIER_BUFFER_INIT, whole = PIER_BUFFER_INIT;
  size_t count, i;
  int byte;
  pier_span term;
  if (pier_match(answer, "{'$times', ~n, ~t}", &count, &term) == 0) {
    for (i = 0; i < count; i++)
      print(term);
  } else if (pier_match(answer, "{'$bytes', ~n, ~i}", &count, &byte) == 0) {
    for (i = 0; i < count; i++)
      pier_buffer_append_byte(&bytes, (uint8_t)byte);
    check(pier_format(&whole, "~b", bytes.data, bytes.size), "format");
    print(pier_buffer_span(&whole));
  } else {
    print(answer);
  }
  pier_buffer_free(&bytes);
  pier_buffer_free(&whole);
}

static size_t count_answers(pier_reader *list) {
  size_t count, sum = 0;
  while (pier_read_more(list)) {
    pier_span answer = pier_read_term(list);
    sum += pier_match(answer, "{'$times', ~n, _}", &count) == 0 ? count : 1;
  }
  return sum;
}

static void converse(const char *program, const char *loop, pier_span mode, pier_reader *sent,
                     pier_reader *answers) {
  char name[512], options[128];
  size_t got = 0, wanted = count_answers(answers);
  snprintf(name, sizeof name, "{spawn_executable, \"%s\"}", program);
  snprintf(options, sizeof options, "[binary, {packet,4}, {args, [\"%.*s\", \"%s\"]}]",
           (int)mode.size, (const char *)mode.data, loop);
  check(pier_open_port(owner, &port, name, options), program);
  while (pier_read_more(sent))
    perform(pier_read_term(sent), &got);
  for (; got < wanted; got++)
    receive();
  check(pier_close(owner, port), "close");
}

/* {Name, Mode, Sent, Answers} */
static void hold(pier_span dialogue, char **arguments) {
  pier_reader whole = pier_reader_of(dialogue, NULL), parts, sent, answers;
  char name[128];
  pier_span mode;
  pier_read_tuple(&whole, &parts, 4);
  pier_read_string(&parts, name, sizeof name);
  mode = pier_read_atom_span(&parts);
  printf("== %s\n", name);
  if (arguments[3]) {
    pier_reader again = pier_reader_of(dialogue, NULL), more;
    pier_read_tuple(&again, &more, 4);
    pier_read_skip(&more);
    pier_read_skip(&more);
    pier_read_skip(&more);
    pier_read_list(&more, &answers);
    pier_read_list(&parts, &sent);
    converse(arguments[3], arguments[4], mode, &sent, &answers);
    return;
  }
  pier_read_skip(&parts);
  pier_read_list(&parts, &answers);
  while (pier_read_more(&answers))
    expect(pier_read_term(&answers));
}

int main(int argc, char **argv) {
  static char text[1 << 16];
  FILE *file = argc > 2 ? fopen(argv[2], "r") : NULL;
  pier_span rest = {(const uint8_t *)text, 0};
  pier_buffer term = PIER_BUFFER_INIT;
  size_t used;
  int result;
  if (!file || (argc != 3 && argc != 5)) return 2;
  rest.size = fread(text, 1, sizeof text, file);
  fclose(file);
  check(pier_host_new(&host, NULL), "host");
  check(pier_process_new(host, &owner), "process");
  for (;;) {
    pier_buffer_clear(&term);
    result = pier_term_read(&term, rest, NULL, &used, NULL);
    check(result, argv[2]);
    if (result == 1) break;
    rest.data += used;
    rest.size -= used;
    hold(pier_buffer_span(&term), argv);
  }
  pier_buffer_free(&term);
  pier_host_free(host);
  return 0;
}
