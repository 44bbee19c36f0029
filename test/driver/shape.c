/* shape FOLDER: loads arith_drv there and adds two numbers. Compiled with LIBRARY, the
 * path of libpier_host.so, it opens that for nobody else to see, as a plugin or a
 * scripting language does. */
#include <dlfcn.h>
#include <pier/driver.h>
#include <stdio.h>

#ifdef LIBRARY
#define NAME(name) (*(__typeof__(name) **)find(#name))
static void *library;

/* The address of a pointer to the function, for C has no cast to one. */
static void *find(const char *name) {
  static void *found[32];
  static int count;
  found[count % 32] = dlsym(library, name);
  return &found[count++ % 32];
}
#else
#define NAME(name) name
#endif

static int work(const char *folder) {
  pier_host *host;
  pier_process *me;
  pier_port port;
  pier_diag diag;
  pier_buffer answer = PIER_BUFFER_INIT;
  const uint8_t two[] = {2, 3};
  const pier_span data = {two, sizeof two};
  if (NAME(pier_host_new)(&host, NULL) < 0) return 2;
  if (NAME(pier_process_new)(host, &me) < 0) return 2;
  if (NAME(pier_driver_load)(me, folder, "arith_drv", &diag) < 0) {
    printf("%s\n", diag.text);
    return 1;
  }
  if (NAME(pier_open_port)(me, &port, "{spawn_driver, arith_drv}", "[]") < 0) return 3;
  if (NAME(pier_port_control)(me, port, 1, data, &answer) < 0) return 4;
  printf("%c\n", answer.data[answer.size - 1]);
  NAME(pier_buffer_free)(&answer);
  NAME(pier_host_free)(host);
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 2) return 64;
#ifdef LIBRARY
  library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    printf("%s\n", dlerror());
    return 5;
  }
#endif
  return work(argv[1]);
}
