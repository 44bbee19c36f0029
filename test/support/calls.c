#include "calls.h"

#include "cmocka_all.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LETTERS = 26, MOST = 8, ROOM = 4096, LONGEST = 64 };

static pier_buffer known[LETTERS];
static pier_buffer last = PIER_BUFFER_INIT;

static void let(char letter, const pier_buffer *term) {
  assert_true(letter >= 'a' && letter <= 'z');
  pier_buffer_clear(&known[letter - 'a']);
  assert_int_equal(pier_buffer_append(&known[letter - 'a'], term->data, term->size), 0);
}

void call_let_reference(char letter, uint64_t number) {
  pier_message down;
  pier_buffer term = PIER_BUFFER_INIT, reference = PIER_BUFFER_INIT;
  pier_span found, reason = {(const uint8_t *)"j", 1};
  memset(&down, 0, sizeof down);
  down.kind = PIER_MESSAGE_DOWN;
  down.port.number = 1;
  down.reference = number;
  down.reason = reason;
  assert_int_equal(pier_message_term(&down, &term), 0);
  assert_int_equal(pier_match(pier_buffer_span(&term), "{_, ~t, _, _, _}", &found), 0);
  assert_int_equal(pier_format(&reference, "~t", found), 0);
  let(letter, &reference);
  pier_buffer_free(&term);
  pier_buffer_free(&reference);
}

void call_let_zeros(char letter, size_t size) {
  void *zeros = calloc(1, size);
  pier_buffer term = PIER_BUFFER_INIT;
  assert_non_null(zeros);
  pier_write_version(&term);
  assert_int_equal(pier_write_binary(&term, zeros, size), 0);
  let(letter, &term);
  pier_buffer_free(&term);
  free(zeros);
}

void call_let_port(char letter, pier_port port) {
  pier_buffer term = PIER_BUFFER_INIT;
  assert_int_equal(pier_port_term(port, &term), 0);
  let(letter, &term);
  pier_buffer_free(&term);
}

void call_let_pid(char letter, pier_pid pid) {
  pier_buffer term = PIER_BUFFER_INIT;
  assert_int_equal(pier_pid_term(pid, &term), 0);
  let(letter, &term);
  pier_buffer_free(&term);
}

void call_let_result(char letter) {
  let(letter, &last);
}

void call_forget(void) {
  int i;
  for (i = 0; i < LETTERS; i++)
    pier_buffer_free(&known[i]);
  pier_buffer_free(&last);
}

/* In the name of a node there is an @ too. */
static int is_letter(const char *text, const char *start) {
  return *text == '@' && (text == start || !isalnum((unsigned char)text[-1]));
}

void call_arguments(pier_buffer *out, const char *text) {
  const char *start = text;
  pier_buffer format = PIER_BUFFER_INIT;
  pier_span given[MOST];
  size_t count = 0;
  memset(given, 0, sizeof given);
  for (; *text; text++) {
    if (!is_letter(text, start)) {
      pier_buffer_append_byte(&format, (uint8_t)*text);
      continue;
    }
    text++;
    assert_true(count < MOST && known[*text - 'a'].size > 0);
    given[count++] = pier_buffer_span(&known[*text - 'a']);
    pier_buffer_append_text(&format, "~t");
  }
  assert_int_equal(pier_buffer_append_byte(&format, 0), 0);
  /* All are passed, and as many are used as there are letters. */
  if ((pier_format)(out, (char *)format.data, given[0], given[1], given[2], given[3], given[4],
                    given[5], given[6], given[7]) < 0)
    fail_msg("no terms: %s", (char *)format.data);
  pier_buffer_free(&format);
}

static void replace(char *text, const char *what, size_t size, const char *by) {
  char *at;
  while ((at = strstr(text, what))) {
    if (size == 0) size = strcspn(at, ">") + 1;
    memmove(at + 2, at + size, strlen(at + size) + 1);
    memcpy(at, by, 2);
    if (what[0] == '#' && what[1] == 'R') size = 0;
  }
}

static void print(pier_span term, char *text) {
  pier_buffer printed = PIER_BUFFER_INIT;
  assert_int_equal(pier_term_scan(term, NULL, NULL, NULL), 0);
  assert_int_equal(pier_term_print(&printed, term, PIER_TEXT_TP, 0), 0);
  assert_true(printed.size < ROOM);
  memcpy(text, printed.data, printed.size);
  text[printed.size] = '\0';
  pier_buffer_free(&printed);
}

static void shorten(char *text) {
  char name[ROOM];
  int i;
  for (i = 0; i < LETTERS; i++) {
    const char by[2] = {'@', (char)('a' + i)};
    if (known[i].size == 0 || known[i].size > LONGEST) continue;
    print(pier_buffer_span(&known[i]), name);
    replace(text, name, strlen(name), by);
  }
  replace(text, "#Ref<", 0, "@R");
}

static const char *describe(int error) {
  static char text[ROOM];
  if (error == PIER_ENOPROC) return "dead";
  if (error == 1) return "suspended";
  if (error != 0 && error != PIER_ERAISED) return pier_error_name(error);
  print(pier_buffer_span(&last), text);
  shorten(text);
  if (error == PIER_ERAISED) { /* {error,Reason} */
    char *comma = strchr(text, ',');
    assert_non_null(comma);
    *comma = ':';
    memmove(text, text + 1, strlen(text));
    text[strlen(text) - 1] = '\0';
  }
  return text;
}

const char *call_again(void) {
  return describe(0);
}

const char *call(pier_process *caller, const char *function, const char *arguments) {
  pier_buffer list = PIER_BUFFER_INIT;
  int error;
  call_arguments(&list, arguments);
  error = pier_apply(caller, function, pier_buffer_span(&list), &last, NULL);
  pier_buffer_free(&list);
  return describe(error);
}

const char *call_start(pier_process *caller, const char *function, const char *arguments) {
  pier_buffer list = PIER_BUFFER_INIT;
  int error;
  call_arguments(&list, arguments);
  error = pier_apply_start(caller, function, pier_buffer_span(&list), &last, NULL);
  pier_buffer_free(&list);
  return describe(error);
}

const char *call_await(pier_process *caller, int timeout_ms) {
  int raised, got = pier_apply_await(caller, &last, &raised, timeout_ms);
  if (got == 0) return "timeout";
  return describe(got < 0 ? got : raised ? PIER_ERAISED : 0);
}

const char *call_mail(pier_process *process, int timeout_ms) {
  static char text[ROOM];
  pier_buffer term = PIER_BUFFER_INIT;
  pier_message message;
  int got = pier_receive(process, &message, timeout_ms);
  if (got <= 0) return got == 0 ? "timeout" : "dead";
  assert_int_equal(pier_message_term(&message, &term), 0);
  print(pier_buffer_span(&term), text);
  pier_buffer_free(&term);
  shorten(text);
  return text;
}
