/* A driver is loaded in a process of its own: whatever its constructors, driver_init,
 * init or finish do, the report is written. The linker is asked lazily first, so that a
 * driver that misses functions can still be asked for its entry. */
#include "cli/driver.h"

#include <dlfcn.h>
#include <erl_driver.h>
#include <errno.h>
#include <pier/driver.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the order of the structure; `since` is the minor of 3 that brought it. */
static const struct {
  size_t offset;
  int since;
} places[] = {
    {offsetof(ErlDrvEntry, init), 0},        {offsetof(ErlDrvEntry, start), 0},
    {offsetof(ErlDrvEntry, stop), 0},        {offsetof(ErlDrvEntry, output), 0},
    {offsetof(ErlDrvEntry, ready_input), 0}, {offsetof(ErlDrvEntry, ready_output), 0},
    {offsetof(ErlDrvEntry, finish), 0},      {offsetof(ErlDrvEntry, control), 0},
    {offsetof(ErlDrvEntry, timeout), 0},     {offsetof(ErlDrvEntry, outputv), 0},
    {offsetof(ErlDrvEntry, ready_async), 0}, {offsetof(ErlDrvEntry, flush), 0},
    {offsetof(ErlDrvEntry, call), 0},        {offsetof(ErlDrvEntry, process_exit), 0},
    {offsetof(ErlDrvEntry, stop_select), 0}, {offsetof(ErlDrvEntry, emergency_close), 2},
};
const char *const pier__driver_callbacks[] = {
    "init",   "start",        "stop",        "output",         "ready_input", "ready_output",
    "finish", "control",      "timeout",     "outputv",        "ready_async", "flush",
    "call",   "process_exit", "stop_select", "emergency_close"};
const unsigned pier__driver_callback_count = sizeof places / sizeof places[0];

static size_t probe_size(const pier__elf *elf) {
  return sizeof(pier__probe) + pier__elf_count(&elf->wanted) + 1;
}

/* ---- In the process of its own ------------------------------------------------------ */

typedef ErlDrvEntry *init_function(void);

static init_function *find_init(void *library) {
  union { /* ISO C has no cast from an object's address to a function's */
    void *object;
    init_function *function;
  } symbol;
  symbol.object = dlsym(library, "driver_init");
  if (!symbol.object) symbol.object = dlsym(library, "_driver_init");
  return symbol.function;
}

static void copy_entry(pier__probe *probe, const ErlDrvEntry *entry) {
  int is_old =
      entry->major_version < 3 || (entry->major_version == 3 && entry->minor_version < 2);
  unsigned at;
  probe->entered = 1;
  probe->marker = (unsigned)entry->extended_marker;
  probe->major = entry->major_version;
  probe->minor = entry->minor_version;
  if (entry->driver_name)
    memccpy(probe->name, entry->driver_name, '\0', sizeof probe->name - 1);
  if (probe->marker != (unsigned)ERL_DRV_EXTENDED_MARKER) return;
  probe->flags = (unsigned)entry->driver_flags;
  for (at = 0; at < pier__driver_callback_count; at++) {
    const void *callback;
    if (is_old && places[at].since > 0) continue;
    memcpy(&callback, (const char *)entry + places[at].offset, sizeof callback);
    if (callback) probe->callbacks |= 1U << at;
  }
}

/* Who has it: this program, whatever it is linked with, or what the driver brings. */
static void find_wanted(pier__probe *probe, const pier__elf *elf, void *library) {
  size_t at;
  for (at = 0; at < pier__elf_count(&elf->wanted); at++) {
    const char *name = pier__elf_name(&elf->wanted, at);
    probe->found[at] =
        dlsym(RTLD_DEFAULT, name) != NULL || (library && dlsym(library, name) != NULL);
  }
}

static void load(pier__probe *probe, const pier__driver_path *path) {
  pier_host *host = NULL;
  pier_process *process;
  pier_diag diag = {0};
  probe->error = pier_host_new(&host, NULL);
  if (probe->error == 0) probe->error = pier_process_new(host, &process);
  if (probe->error == 0)
    probe->error = pier_driver_load(process, (const char *)path->folder.data,
                                    (const char *)path->name.data, &diag);
  memccpy(probe->text, diag.text, '\0', sizeof probe->text - 1);
  pier_host_free(host);
}

static void look(pier__probe *probe, const pier__driver_path *path, const pier__elf *elf) {
  char file[4096];
  void *library;
  init_function *init;
  const ErlDrvEntry *entry;
  /* As the host calls it, for the linker takes names without a slash from its paths. */
  snprintf(file, sizeof file, "%s/%s.so", (const char *)path->folder.data,
           (const char *)path->name.data);
  library = dlopen(file, RTLD_LAZY | RTLD_LOCAL);
  probe->opened = library != NULL;
  find_wanted(probe, elf, library);
  probe->stage = PIER__PROBE_INIT;
  init = library ? find_init(library) : NULL;
  entry = init ? init() : NULL;
  if (entry) copy_entry(probe, entry);
  probe->stage = PIER__PROBE_LOAD;
  if (library) dlclose(library);
  load(probe, path);
  probe->stage = PIER__PROBE_DONE;
}

/* Signals as they were given to us, but for the alarm; what it prints is no report. */
static void be_probe(pier__probe *probe, const pier__driver_path *path, const pier__elf *elf) {
  dup2(STDERR_FILENO, STDOUT_FILENO);
  signal(SIGALRM, SIG_DFL);
  alarm(PIER__PROBE_SECONDS);
  look(probe, path, elf);
  _exit(0);
}

/* ---- And here -------------------------------------------------------------------------- */

pier__probe *pier__probe_run(const char *who, const pier__driver_path *path,
                             const pier__elf *elf) {
  pier__probe *probe =
      mmap(NULL, probe_size(elf), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pid_t child;
  int status = 0;
  if (probe == MAP_FAILED) {
    pier__fail(who, PIER__FAILED, "%s", strerror(errno));
    return NULL;
  }
  fflush(stdout);
  child = fork();
  if (child == 0) be_probe(probe, path, elf);
  if (child < 0) {
    pier__fail(who, PIER__FAILED, "a process cannot be made: %s", strerror(errno));
    pier__probe_free(probe, elf);
    return NULL;
  }
  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  probe->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return probe;
}

void pier__probe_free(pier__probe *probe, const pier__elf *elf) {
  if (probe) munmap(probe, probe_size(elf));
}
