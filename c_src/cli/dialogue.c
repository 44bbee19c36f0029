/* One request, one answer, or one sentence. */
#include "cli/dialogue.h"

#include <string.h>
#include <time.h>

enum { SHOWN_BYTES = 40, SHOWN_TEXT = 60, LAST_WORDS_MS = 1000, UNASKED = 4096 };

int pier__dialogue_open(pier__dialogue *d, const char *path, const char *const *args) {
  pier_port_options options;
  pier_port_info info;
  int error;
  d->status = -1;
  error = pier_framer_new(&d->framer, &d->framing, NULL);
  if (error == 0) error = pier_host_new(&d->host, NULL);
  if (error == 0) error = pier_process_new(d->host, &d->process);
  if (error == 0) error = pier_trap_exit(d->process, 1);
  pier_port_options_init(&options, PIER_SPAWN_EXECUTABLE, path);
  options.framing = pier_framing_stream();
  options.flags = PIER_PORT_BINARY | PIER_PORT_EXIT_STATUS;
  options.arg0 = d->program;
  options.args = args;
  if (error == 0) error = pier_open(d->process, &d->port, &options, NULL);
  if (error == 0) error = pier_port_info_get(d->host, d->port, &info);
  if (error < 0)
    return pier__fail(d->who, PIER__FAILED, "%s: cannot be opened: %s", d->program,
                      pier_strerror(error));
  d->os_pid = info.os_pid;
  return 0;
}

/* Every byte since the end of the last whole frame. */
static pier_span unfinished(const pier__dialogue *d) {
  pier_span heard = pier_buffer_span(&d->heard);
  if (d->start == 0) return heard;
  return pier_span_of(heard.data + d->start, heard.size - d->start);
}

/* The length that the header at the start of `bytes` announces; 0 if the
 * header itself is not complete. */
static size_t announced(const pier_framing *framing, pier_span bytes) {
  size_t length = 0;
  unsigned at;
  if (bytes.size < framing->packet) return 0;
  for (at = 0; at < framing->packet; at++)
    length = length << 8 | bytes.data[at];
  return length;
}

/* What came instead of an answer, as the second half of a sentence. */
static void append_seen(pier__dialogue *d, pier_buffer *say) {
  pier_span heard = unfinished(d);
  size_t length = announced(&d->framing, heard);
  if (pier__is_text(heard, SHOWN_BYTES)) {
    pier_buffer_append_format(
        say, "wrote text where a {packet,%u} frame was expected: ", d->framing.packet);
    pier__append_quoted(say, heard, SHOWN_BYTES);
  } else if (length == 0) {
    pier_buffer_append_format(say, "wrote %zu of the %u bytes of a frame's header", heard.size,
                              d->framing.packet);
  } else {
    pier_buffer_append_format(say, "announced a frame of %zu bytes and wrote %zu of them",
                              length, heard.size - d->framing.packet);
  }
}

static int fail_with(pier__dialogue *d, pier_buffer *say) {
  int status = pier__fail(d->who, PIER__FAILED, "%.*s", (int)say->size,
                          say->size ? (const char *)say->data : "");
  pier_buffer_free(say);
  return status;
}

/* The program is gone, or has been silent for too long. */
static int no_answer(pier__dialogue *d, const char *text) {
  pier_buffer say = PIER_BUFFER_INIT;
  const char *dots = strlen(text) > SHOWN_TEXT ? "..." : "";
  pier_buffer_append_format(&say, "%s ", d->program);
  if (d->gone && d->status < 0) d->status = pier__program_status(d->os_pid, LAST_WORDS_MS);
  if (unfinished(d).size) {
    append_seen(d, &say);
    if (d->gone) {
      pier_buffer_append_text(&say, ", then ");
      pier__append_end(&say, d->status);
    } else {
      pier_buffer_append_format(&say, ", then nothing for %d ms", d->timeout_ms);
    }
  } else if (d->gone) {
    pier__append_end(&say, d->status);
    pier_buffer_append_format(&say, " before it answered %.*s%s", SHOWN_TEXT, text, dots);
  } else {
    pier_buffer_append_format(&say, "did not answer %.*s%s within %d ms", SHOWN_TEXT, text,
                              dots, d->timeout_ms);
    if (!d->answered)
      pier_buffer_append_format(&say, ", nor wrote a byte: does it read {packet,%u} frames?",
                                d->framing.packet);
  }
  return fail_with(d, &say);
}

static int bad_frame(pier__dialogue *d, int error) {
  pier_buffer say = PIER_BUFFER_INIT;
  pier_buffer_append_format(&say, "%s ", d->program);
  append_seen(d, &say);
  if (!pier__is_text(unfinished(d), SHOWN_BYTES))
    pier_buffer_append_format(&say, ": %s", pier_strerror(error));
  return fail_with(d, &say);
}

static int bad_term(pier__dialogue *d, pier_span payload, const pier_diag *diag) {
  pier_buffer say = PIER_BUFFER_INIT;
  pier_buffer_append_format(&say, "%s ", d->program);
  if (pier__is_text(unfinished(d), SHOWN_BYTES)) {
    append_seen(d, &say);
  } else {
    pier_buffer_append_format(&say,
                              "answered with %zu bytes that are no external term (byte %zu: "
                              "%s): ",
                              payload.size, diag->offset, diag->text);
    pier__append_quoted(&say, payload, SHOWN_BYTES);
  }
  return fail_with(d, &say);
}

/* Reads the frame that has come; what was heard of it is done with. */
static int read_answer(pier__dialogue *d, pier_span payload, pier_buffer *answer) {
  pier_buffer scratch = PIER_BUFFER_INIT;
  pier_diag diag = {0};
  pier_span term;
  int error = pier_term_plain(payload, NULL, &scratch, &term, &diag);
  int status = 0;
  if (error < 0)
    status = bad_term(d, payload, &diag);
  else if ((error = pier_term_print(answer, term, PIER_TEXT_TP, 0)) < 0)
    status = pier__fail(d->who, PIER__FAILED, "%s: the answer cannot be printed: %s",
                        d->program, pier_strerror(error));
  pier_buffer_free(&scratch);
  return status;
}

/* Takes the next frame out of what was heard: 1 if there was one, *status as
 * pier__dialogue_ask's; 0 if more has to come. */
static int take(pier__dialogue *d, pier_buffer *answer, int *status) {
  pier_frame frame;
  int got = pier_framer_next(d->framer, &frame);
  if (got == 0) { /* only now may the bytes that the framer was fed be moved */
    pier_buffer_consume(&d->heard, d->start);
    d->start = 0;
    return 0;
  }
  if (got < 0) {
    *status = bad_frame(d, got);
    return 1;
  }
  d->answered = 1;
  *status = read_answer(d, frame.payload, answer);
  d->start += d->framing.packet + frame.payload.size;
  return 1;
}

/* Takes what the message says into account; negative is an error. */
static int note(pier__dialogue *d, const pier_message *message) {
  switch (message->kind) {
  case PIER_MESSAGE_DATA: {
    size_t before = d->heard.size;
    int error = pier_buffer_append(&d->heard, message->data.data, message->data.size);
    pier_span fresh = pier_buffer_span(&d->heard);
    if (error < 0) return error;
    fresh.data += before;
    fresh.size -= before;
    return pier_framer_feed(d->framer, fresh);
  }
  case PIER_MESSAGE_EXIT_STATUS:
    d->status = message->status;
    return 0;
  case PIER_MESSAGE_EXIT:
    d->gone = 1;
    return 0;
  default:
    return 0;
  }
}

static long long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The next message, before the time is up. */
static int listen_until(pier__dialogue *d, pier_message *message, long long deadline) {
  long long left = deadline - now_ms();
  if (d->gone) return 0;
  return pier_receive(d->process, message, left > 0 ? (int)left : 0);
}

/* Notes what has come unasked, but not all of a flood: a program that has ended is not
 * written to, for a failed write would swallow its status. */
static int catch_up(pier__dialogue *d) {
  pier_message message;
  int got = 0;
  while (got == 0 && !d->gone && unfinished(d).size < UNASKED) {
    got = pier_receive(d->process, &message, 0);
    if (got == 0) break;
    if (got > 0) got = note(d, &message);
  }
  return got;
}

static int send_frame(pier__dialogue *d, pier_span term) {
  pier_buffer frame = PIER_BUFFER_INIT;
  int error = pier_frame_append(&frame, &d->framing, term);
  while (error == 0) {
    error = pier_command(d->process, d->port, pier_buffer_span(&frame));
    if (error != PIER_EBUSY) break;
    error = pier_host_run_once(d->host, d->timeout_ms);
    error = error > 0 ? 0 : PIER_EBUSY;
  }
  pier_buffer_free(&frame);
  return error;
}

int pier__dialogue_ask(pier__dialogue *d, pier_span term, const char *text,
                       pier_buffer *answer) {
  long long deadline = now_ms() + d->timeout_ms;
  int status = PIER__FAILED;
  int error = catch_up(d);
  if (error == 0 && !d->gone) error = send_frame(d, term);
  /* A port that is gone already says so in the mailbox, and better. */
  if (error < 0 && error != PIER_EBADARG)
    return pier__fail(d->who, PIER__FAILED, "%.*s: cannot be sent in a {packet,%u} frame: %s",
                      SHOWN_TEXT, text, d->framing.packet, pier_strerror(error));
  while (!take(d, answer, &status)) {
    pier_message message;
    int got = listen_until(d, &message, deadline);
    if (got == 0) return no_answer(d, text);
    if (got > 0) got = note(d, &message);
    if (got < 0)
      return pier__fail(d->who, PIER__FAILED, "%s: %s", d->program, pier_strerror(got));
  }
  return status;
}

void pier__dialogue_end(pier__dialogue *d) {
  pier_host_free(d->host);
  pier_framer_free(d->framer);
  pier_buffer_free(&d->heard);
}
