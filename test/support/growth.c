#include "growth.h"

#include <pier/host.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WINDOW = 64, FRAME = 16, WAIT_MS = 20000, HEAD = 16 };

static size_t live;

/* What pier holds, to the byte: each block knows its size. */
static void *count_bytes(void *context, void *old, size_t size) {
  size_t *block = old ? (size_t *)(void *)((char *)old - HEAD) : NULL;
  size_t before = block ? *block : 0;
  (void)context;
  if (size == 0) {
    live -= before;
    free(block);
    return NULL;
  }
  block = realloc(block, size + HEAD);
  if (!block) return NULL;
  live += size - before;
  *block = size;
  return (char *)block + HEAD;
}

typedef struct stage {
  pier_host *host;
  pier_process *owner;
  pier_port port;
  size_t answered;
  int fault;
} stage;

static void take(pier_process *self, const pier_message *message, void *state) {
  stage *on = state;
  (void)self;
  if (message->kind == PIER_MESSAGE_DATA && message->data.size == FRAME)
    on->answered++;
  else if (message->kind != PIER_MESSAGE_EXIT)
    on->fault = PIER_ESTATE;
}

static int begin(stage *on, int with_mailbox) {
  pier_allocator allocator = {count_bytes, NULL};
  int status;
  memset(on, 0, sizeof *on);
  live = 0;
  pier_set_allocator(&allocator);
  status = pier_host_new(&on->host, NULL);
  if (status >= 0)
    status = with_mailbox ? pier_process_new(on->host, &on->owner)
                          : pier_process_new_callback(on->host, &on->owner, take, on);
  return status < 0 ? status : pier_trap_exit(on->owner, 1);
}

static int finish(stage *on, growth *seen, int status) {
  pier_host_free(on->host);
  seen->left = live;
  pier_set_allocator(NULL);
  return status < 0 ? status : on->fault;
}

static int open_port(stage *on, pier_port *port, const char *program) {
  pier_port_options options;
  pier_port_options_init(&options, PIER_SPAWN_EXECUTABLE, program);
  options.framing = pier_framing_packet(4);
  options.flags = PIER_PORT_BINARY;
  return pier_open(on->owner, port, &options, NULL);
}

static size_t count_fds(void) {
  size_t count = 0;
  DIR *folder = opendir("/proc/self/fd");
  while (folder && readdir(folder))
    count++;
  if (folder) closedir(folder);
  return count;
}

static size_t read_resident(void) {
  unsigned long long whole = 0, resident = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (file && fscanf(file, "%llu %llu", &whole, &resident) != 2) resident = 0;
  if (file) fclose(file);
  return (size_t)resident * (size_t)sysconf(_SC_PAGESIZE);
}

static void note_part(growth *seen, size_t part) {
  static size_t fds;
  seen->live[part] = live;
  if (part == 0) fds = count_fds();
  if (part == GROWTH_PARTS - 1) {
    size_t now = count_fds();
    seen->fds = now > fds ? now - fds : 0;
    seen->resident = read_resident();
  }
}

/* Frames whose first bytes are their number, in batches. */
static int send_numbered(stage *on, size_t from, size_t count) {
  uint8_t frames[WINDOW][FRAME] = {{0}};
  pier_span spans[WINDOW];
  size_t i;
  for (i = 0; i < count; i++) {
    size_t number = from + i;
    memcpy(frames[i], &number, sizeof number);
    spans[i] = pier_span_of(frames[i], FRAME);
  }
  return pier_commands(on->owner, on->port, spans, count, 0, NULL);
}

static int wait_until(stage *on, size_t (*have)(stage *), size_t wanted) {
  int status = 1;
  while (have(on) < wanted && status > 0 && on->fault == 0)
    status = pier_host_run_once(on->host, WAIT_MS);
  return status < 0 ? status : status == 0 ? -ETIMEDOUT : on->fault;
}

static size_t have_answers(stage *on) {
  return on->answered;
}

static size_t have_mail(stage *on) {
  return pier_mailbox_size(on->owner);
}

/* Window after window, so that what is under way is the same after each part. */
static int exchange(stage *on, growth *seen, size_t (*have)(stage *)) {
  size_t done = 0, part;
  int status = 0;
  for (part = 0; part < GROWTH_PARTS && status >= 0; part++) {
    size_t end = seen->total / GROWTH_PARTS * (part + 1);
    while (done < end && status >= 0) {
      size_t count = end - done < WINDOW ? end - done : WINDOW;
      status = send_numbered(on, done, count);
      done += count;
      if (status >= 0) status = wait_until(on, have, done);
    }
    note_part(seen, part);
  }
  return status;
}

int growth_frames(growth *seen, const char *program, size_t total) {
  stage on;
  int status = begin(&on, 0);
  *seen = (growth){.total = total};
  if (status >= 0) status = open_port(&on, &on.port, program);
  if (status >= 0) status = exchange(&on, seen, have_answers);
  return finish(&on, seen, status);
}

static int read_numbered(stage *on, size_t count) {
  pier_message message;
  size_t i;
  for (i = 0; i < count; i++) {
    size_t number;
    int status = pier_receive(on->owner, &message, 0);
    if (status != 1 || message.kind != PIER_MESSAGE_DATA || message.data.size != FRAME)
      return status < 0 ? status : PIER_ESTATE;
    memcpy(&number, message.data.data, sizeof number);
    if (number != i) return PIER_ESTATE;
  }
  return 0;
}

int growth_unread(growth *seen, const char *program, size_t total) {
  stage on;
  int status = begin(&on, 1);
  *seen = (growth){.total = total};
  if (status >= 0) status = open_port(&on, &on.port, program);
  if (status >= 0) status = exchange(&on, seen, have_mail);
  if (status >= 0) status = read_numbered(&on, total / GROWTH_PARTS * GROWTH_PARTS);
  return finish(&on, seen, status);
}

/* Until this process has no child: those that were closed end soon. */
static int wait_for_children(stage *on) {
  siginfo_t info;
  int status = 0;
  while (status >= 0 && waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0)
    status = pier_host_run_once(on->host, 1);
  return status;
}

/* As many ports as the pairs may have at a time, since the programs end when they like:
 * tables that grow with them have grown then. */
static int open_most(stage *on, const char *program) {
  pier_port ports[WINDOW];
  int status = 0;
  size_t i, opened;
  for (opened = 0; opened < WINDOW && status >= 0; opened++)
    status = open_port(on, &ports[opened], program);
  for (i = 0; i < opened && status >= 0; i++)
    status = pier_close(on->owner, ports[i]);
  return status < 0 ? status : wait_for_children(on);
}

int growth_pairs(growth *seen, const char *program, size_t total) {
  stage on;
  size_t part, i;
  int status = begin(&on, 0);
  *seen = (growth){.total = total};
  if (status >= 0) status = open_most(&on, program);
  for (part = 0; part < GROWTH_PARTS && status >= 0; part++) {
    for (i = 0; i < total / GROWTH_PARTS && status >= 0; i++) {
      status = open_port(&on, &on.port, program);
      if (status >= 0) status = pier_close(on.owner, on.port);
      if (status >= 0)
        status = i % WINDOW ? pier_host_run_once(on.host, 0) : wait_for_children(&on);
    }
    if (status >= 0) status = wait_for_children(&on);
    note_part(seen, part);
  }
  return finish(&on, seen, status);
}

int growth_idle(growth *seen, const char *program, size_t ports, size_t seconds,
                growth_sleep *sleep_ms) {
  stage on;
  size_t part, i;
  int status = begin(&on, 0);
  *seen = (growth){.total = seconds};
  for (i = 0; i < ports && status >= 0; i++)
    status = open_port(&on, &on.port, program);
  for (part = 0; part < GROWTH_PARTS && status >= 0; part++) {
    for (i = 0; i < seconds / GROWTH_PARTS && status >= 0; i++)
      status = sleep_ms(on.host, 1000);
    note_part(seen, part);
  }
  return finish(&on, seen, status);
}

int growth_is_flat(const growth *seen) {
  size_t part;
  for (part = 2; part < GROWTH_PARTS; part++)
    if (seen->live[part] != seen->live[1]) return 0;
  return 1;
}

double growth_each(const growth *seen) {
  size_t second = seen->live[1], last = seen->live[GROWTH_PARTS - 1];
  return ((double)last - (double)second) * GROWTH_PARTS / (GROWTH_PARTS - 2) /
         (double)seen->total;
}

int growth_is_even(const growth *seen) {
  double step = growth_each(seen) * (double)seen->total / GROWTH_PARTS;
  size_t part;
  for (part = 1; part < GROWTH_PARTS; part++) {
    double added = (double)seen->live[part] - (double)seen->live[part - 1];
    if (added < step - GROWTH_BLOCK || added > step + GROWTH_BLOCK) return 0;
  }
  return step > 4 * GROWTH_BLOCK;
}
