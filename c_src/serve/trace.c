/* Every byte and message with its time, one line each, for whoever keeps them. */
#include "serve/inside.h"

#include <stdio.h>
#include <time.h>

static void put_time(pier_buffer *line) {
  struct timespec now;
  char text[32];
  int size;
  clock_gettime(CLOCK_REALTIME, &now);
  size = snprintf(text, sizeof text, "%lld.%06ld ", (long long)now.tv_sec, now.tv_nsec / 1000);
  pier_buffer_append(line, text, (size_t)size);
}

static void end_line(struct pier__serve *serve, pier_buffer *line) {
  if (!line->error) serve->config->trace(pier_buffer_span(line), serve->config->trace_state);
  pier_buffer_free(line);
}

void pier__trace_term(struct pier__serve *serve, const char *what, pier_span term) {
  pier_buffer line = PIER_BUFFER_INIT;
  char head[16];
  int size;
  if (!serve->config->trace) return;
  put_time(&line);
  size = snprintf(head, sizeof head, "%s ", what);
  pier_buffer_append(&line, head, (size_t)size);
  pier_term_print(&line, term, PIER_TEXT_TP, 0);
  end_line(serve, &line);
}

void pier__trace_bytes(struct pier__serve *serve, uint64_t port, const char *way,
                       pier_span bytes) {
  pier_buffer line = PIER_BUFFER_INIT, term = PIER_BUFFER_INIT;
  char head[48];
  int size;
  put_time(&line);
  size = snprintf(head, sizeof head, "port %llu%s ", (unsigned long long)port, way);
  pier_buffer_append(&line, head, (size_t)size);
  if (pier_write_binary(&term, bytes.data, bytes.size) == 0)
    pier_term_print(&line, pier_buffer_span(&term), PIER_TEXT_TP, 0);
  pier_buffer_free(&term);
  end_line(serve, &line);
}
