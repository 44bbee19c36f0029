/* Watches folders for its owner, in call mode, {packet,4}, on a libuv loop.
 *
 *   {watch, Path}    ->  ok, or {error, Reason}; from then on events
 *   {unwatch, Path}  ->  ok, or {error, enoent}
 *
 *   {event, {changed, Path, Name}}  the content of a file of that folder
 *   {event, {renamed, Path, Name}}  a file came, went or got another name
 *
 * An event that waits already stands for the ones after it: the key is its path and
 * name. The program ends with its owner, whatever happens in the folders. */
#include <pier.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

typedef struct watch {
  uv_fs_event_t handle;
  struct watch *next;
  char path[];
} watch;

static pier_peer *peer;
static watch *watches;

/* Events with long names have no key and are sent one by one. */
static void tell(const char *what, const char *path, const char *name) {
  char key[PIER_EVENT_KEY + 1];
  pier_buffer event = PIER_BUFFER_INIT;
  int length = snprintf(key, sizeof key, "%.1s%s/%s", what, path, name);
  int error = pier_format(&event, "{~a, ~b, ~b}", what, path, strlen(path), name, strlen(name));
  if (error == 0)
    pier_event_term(peer, PIER_EVENT_LATEST, length <= PIER_EVENT_KEY ? key : NULL,
                    pier_span_of(event.data, event.size));
  pier_buffer_free(&event);
}

static void on_change(uv_fs_event_t *handle, const char *name, int events, int status) {
  const watch *w = handle->data;
  if (status < 0) return;
  if (events & UV_CHANGE) tell("changed", w->path, name ? name : "");
  if (events & UV_RENAME) tell("renamed", w->path, name ? name : "");
}

static void on_close(uv_handle_t *handle) {
  free(handle->data);
}

/* The place in the list where a watch of this path is, or would be. */
static watch **find(pier_span path) {
  watch **at;
  for (at = &watches; *at; at = &(*at)->next)
    if (strlen((*at)->path) == path.size && memcmp((*at)->path, path.data, path.size) == 0)
      break;
  return at;
}

/* {error, enoent} and the like, as Erlang spells them. */
static int refuse(pier_call *call, int error) {
  char reason[32];
  size_t at;
  uv_err_name_r(error, reason, sizeof reason);
  for (at = 0; reason[at]; at++)
    if (reason[at] >= 'A' && reason[at] <= 'Z') reason[at] += 'a' - 'A';
  return pier_reply(call, "{error, ~a}", reason);
}

static int start(pier_call *call, void *loop) {
  pier_span path;
  watch **at, *w;
  int error = pier_call_match(call, "{watch, ~b}", &path);
  if (error < 0) return error;
  if (memchr(path.data, 0, path.size)) return pier_reply(call, "{error, badarg}");
  at = find(path);
  if (*at) return pier_reply(call, "ok");
  w = calloc(1, sizeof *w + path.size + 1);
  if (!w) return pier_reply(call, "{error, enomem}");
  memcpy(w->path, path.data, path.size);
  w->handle.data = w;
  uv_fs_event_init(loop, &w->handle);
  error = uv_fs_event_start(&w->handle, on_change, w->path, 0);
  if (error == 0) *at = w;
  if (error == 0) return pier_reply(call, "ok");
  uv_close((uv_handle_t *)&w->handle, on_close);
  return refuse(call, error);
}

static int stop(pier_call *call, void *state) {
  pier_span path;
  watch **at, *w;
  int error = pier_call_match(call, "{unwatch, ~b}", &path);
  (void)state;
  if (error < 0) return error;
  at = find(path);
  w = *at;
  if (!w) return pier_reply(call, "{error, enoent}");
  *at = w->next;
  uv_close((uv_handle_t *)&w->handle, on_close);
  return pier_reply(call, "ok");
}

/* The loop ends when nothing is open in it any more. */
static void ended(pier_peer *gone, int status, void *state) {
  watch *w;
  *(int *)state = status;
  for (w = watches; w; w = w->next)
    uv_close((uv_handle_t *)&w->handle, on_close);
  pier_peer_free(gone);
}

int main(void) {
  uv_loop_t *loop;
  pier_peer_config config;
  int status = 1, error;
  pier_peer_config_init(&config);
  config.mode = PIER_CALLS;
  if (pier_peer_new(&peer, &config) < 0) return 1;
  /* After the peer: it takes care of descriptors that were closed at the start. */
  loop = uv_default_loop();
  pier_peer_on(peer, "watch", 1, start, loop);
  pier_peer_on(peer, "unwatch", 1, stop, NULL);
  error = pier_peer_start_uv(peer, loop, ended, &status);
  if (error < 0) {
    fprintf(stderr, "watch: the owner's ends: %s\n", pier_strerror(error));
    return 1;
  }
  uv_run(loop, UV_RUN_DEFAULT);
  uv_loop_close(loop);
  return status;
}
