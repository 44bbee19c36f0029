/* pier driver: what a linked-in driver is, wants and would do. */
#include "cli/driver.h"

#include <erl_driver.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char who[] = "pier driver";

static const char help[] =
    "usage: pier driver DIR/NAME\n"
    "\n"
    "Reports what DIR/NAME.so is, as a linked-in driver: the version of the API it is made\n"
    "for, its flags and callbacks, the functions of the API and the libraries that it needs,\n"
    "what of them is missing, whether it loads here, and whether it would in the BEAM (that\n"
    "of OTP 25, whose API is 3.3), with the reason why not as erl_ddll gives it.\n"
    "\n"
    "The file's tables are read without running anything of it. Then it is loaded in a\n"
    "process of its own: its constructors, driver_init, init and finish run.\n"
    "\n"
    "  --help, --version\n"
    "\n"
    "Status: 0 it loads here; 1 it does not; 2 bad usage; 127 there is no such file.\n"
    "\n"
    "  pier driver priv/my_drv\n";

static const struct {
  unsigned bit;
  const char *name;
} flags[] = {{ERL_DRV_FLAG_USE_PORT_LOCKING, "port_locking"},
             {ERL_DRV_FLAG_SOFT_BUSY, "soft_busy"},
             {ERL_DRV_FLAG_NO_BUSY_MSGQ, "no_busy_msgq"},
             {ERL_DRV_FLAG_USE_INIT_ACK, "init_ack"}};

/* ---- What it says --------------------------------------------------------------------- */

/* A line of words, behind each other as they fit. */
typedef struct words {
  pier_buffer text;
  size_t column;
} words;
enum { MARGIN = 11, WIDTH = 88, SHOWN = 120 };

static void begin(words *out, const char *title) {
  pier_buffer_append_format(&out->text, "%-*s", MARGIN, title);
  out->column = MARGIN;
}

static void add(words *out, const char *word) {
  pier_buffer shown = PIER_BUFFER_INIT;
  pier_span span = pier_span_text(word);
  if (pier__is_text(span, span.size) && !strpbrk(word, "\n\t\r\033"))
    pier_buffer_append_text(&shown, word);
  else
    pier__append_quoted(&shown, span, SHOWN);
  if (out->column > MARGIN && out->column + shown.size + 1 > WIDTH) {
    pier_buffer_append_format(&out->text, "\n%*s", MARGIN, "");
    out->column = MARGIN;
  }
  pier_buffer_append_format(&out->text, " %.*s", (int)shown.size,
                            shown.size ? (const char *)shown.data : "");
  out->column += shown.size + 1;
  pier_buffer_free(&shown);
}

static void end_line(words *out) {
  if (out->column == MARGIN) pier_buffer_append_text(&out->text, " -");
  pier_buffer_append_byte(&out->text, '\n');
}

static int has_prefix(const char *name, const char *prefix) {
  return strncmp(name, prefix, strlen(prefix)) == 0;
}

static int is_api(const char *name) {
  static const char *const others[] = {"erl_errno_id", "set_busy_port",
                                       "set_port_control_flags", "get_port_flags", "null_func"};
  size_t at;
  for (at = 0; at < sizeof others / sizeof others[0]; at++)
    if (strcmp(name, others[at]) == 0) return 1;
  return has_prefix(name, "driver_") || has_prefix(name, "erl_drv_") ||
         strcmp(name, "add_driver_entry") == 0 || strcmp(name, "remove_driver_entry") == 0;
}

static void put_wanted(words *out, const pier__elf *elf, const pier__probe *probe,
                       int missing) {
  size_t at;
  begin(out, missing ? "missing" : "needs");
  for (at = 0; at < pier__elf_count(&elf->wanted); at++) {
    const char *name = pier__elf_name(&elf->wanted, at);
    if (missing ? !probe->found[at] : is_api(name) && probe->found[at]) add(out, name);
  }
  end_line(out);
}

static void put_entry(words *out, const pier__probe *probe) {
  char version[48];
  unsigned at;
  begin(out, "name");
  add(out, probe->name);
  end_line(out);
  begin(out, "API");
  snprintf(version, sizeof version, "%d.%d", probe->major, probe->minor);
  add(out, probe->marker == (unsigned)ERL_DRV_EXTENDED_MARKER
               ? version
               : "none: its entry has no extended marker");
  end_line(out);
  begin(out, "flags");
  for (at = 0; at < sizeof flags / sizeof flags[0]; at++)
    if (probe->flags & flags[at].bit) add(out, flags[at].name);
  end_line(out);
  begin(out, "callbacks");
  for (at = 0; at < pier__driver_callback_count; at++)
    if (probe->callbacks & 1U << at) add(out, pier__driver_callbacks[at]);
  end_line(out);
}

/* ---- Verdicts ------------------------------------------------------------------------- */

/* What a missing symbol means there: functions for NIFs are in the BEAM. */
static const char *missing_in_beam(const pier__elf *elf, const pier__probe *probe,
                                   int *only_here) {
  size_t at;
  *only_here = 0;
  for (at = 0; at < pier__elf_count(&elf->wanted); at++) {
    const char *name = pier__elf_name(&elf->wanted, at);
    if (probe->found[at]) continue;
    if (!has_prefix(name, "enif_")) return name;
    *only_here = 1;
  }
  return NULL;
}

/* Where in its code it died. */
static void put_death(pier_buffer *out, const pier__probe *probe) {
  static const char *const stages[] = {[PIER__PROBE_OPEN] = "its constructors",
                                       [PIER__PROBE_INIT] = "driver_init",
                                       [PIER__PROBE_LOAD] = "init or finish"};
  if (probe->signal == SIGALRM)
    pier_buffer_append_format(out, " %s took longer than %d seconds", stages[probe->stage],
                              PIER__PROBE_SECONDS);
  else if (probe->signal)
    pier_buffer_append_format(out, " %s ended the process with signal %d (%s)",
                              stages[probe->stage], probe->signal, strsignal(probe->signal));
  else
    pier_buffer_append_format(out, " %s ended the process", stages[probe->stage]);
}

static void put_here(pier_buffer *out, const pier__probe *probe) {
  pier_buffer_append_format(out, "%-*s", MARGIN, "loads here");
  if (probe->stage != PIER__PROBE_DONE) {
    pier_buffer_append_text(out, " no:");
    put_death(out, probe);
  } else if (probe->error == 0) {
    pier_buffer_append_text(out, " yes");
  } else if (probe->error == PIER_EDRVOPEN) {
    pier_buffer_append_format(out, " no: %s", probe->text);
  } else {
    pier_buffer_append_format(out, " no: %s (%s)", probe->text, pier_strerror(probe->error));
  }
  pier_buffer_append_byte(out, '\n');
}

/* The host checks what the BEAM checks, in its order; but for what only the BEAM has it
 * comes to the same. */
static void put_beam(pier_buffer *out, const pier__elf *elf, const pier__probe *probe) {
  int only_here;
  const char *missing = missing_in_beam(elf, probe, &only_here);
  pier_buffer_append_format(out, "%-*s", MARGIN, "in the BEAM");
  if (missing && probe->opened) {
    pier_buffer_append_text(out, " no: {open_error,_}: undefined symbol: ");
    pier_buffer_append_format(out, "%.*s", SHOWN, missing);
  } else if (probe->stage != PIER__PROBE_DONE) {
    pier_buffer_append_text(out, " no, and it takes the BEAM along:");
    put_death(out, probe);
  } else if (only_here) {
    pier_buffer_append_text(out, " perhaps: the functions for NIFs are there");
  } else if (probe->error == 0) {
    pier_buffer_append_text(out, " yes");
  } else if (probe->error == PIER_EDRVOPEN) {
    pier_buffer_append_format(out, " no: {open_error,_}: %s", probe->text);
  } else {
    pier_buffer_append_format(out, " no: %s", pier_strerror(probe->error));
  }
  pier_buffer_append_byte(out, '\n');
}

/* ---- The command ---------------------------------------------------------------------- */

static int read_file(const char *name, pier__elf *elf) {
  int file = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  struct stat info;
  ssize_t got = 1;
  int error = file < 0 || fstat(file, &info) < 0 ? errno : 0;
  if (error == 0 && !S_ISREG(info.st_mode)) error = S_ISDIR(info.st_mode) ? EISDIR : EINVAL;
  if (error == 0 && info.st_size > PIER__ELF_BIGGEST) error = EFBIG;
  while (error == 0 && got > 0 && elf->file.size <= PIER__ELF_BIGGEST) {
    uint8_t *place = pier_buffer_reserve(&elf->file, 65536);
    got = place ? read(file, place, 65536) : 0;
    if (!place) error = ENOMEM;
    if (got > 0) elf->file.size += (size_t)got;
    if (got < 0 && errno != EINTR) error = errno;
    if (got < 0 && errno == EINTR) got = 1;
  }
  if (file >= 0) close(file);
  if (error == 0) return 0;
  return pier__fail(who, error == ENOENT ? PIER__NOT_FOUND : PIER__FAILED, "%s: %s", name,
                    strerror(error));
}

static int print_report(const pier__driver_path *path, const pier__elf *elf,
                        const pier__probe *probe) {
  words out = {PIER_BUFFER_INIT, 0};
  size_t at;
  int status;
  begin(&out, "file");
  add(&out, (const char *)path->path.data);
  end_line(&out);
  if (probe->entered) put_entry(&out, probe);
  begin(&out, "libraries");
  for (at = 0; at < pier__elf_count(&elf->needed); at++)
    add(&out, pier__elf_name(&elf->needed, at));
  end_line(&out);
  put_wanted(&out, elf, probe, 0);
  put_wanted(&out, elf, probe, 1);
  put_here(&out.text, probe);
  put_beam(&out.text, elf, probe);
  if (out.text.error) {
    status = pier__fail(who, PIER__FAILED, "%s", pier_strerror(out.text.error));
  } else {
    fwrite(out.text.data, 1, out.text.size, stdout);
    status = pier__flush(who);
  }
  pier_buffer_free(&out.text);
  if (status == 0 && (probe->stage != PIER__PROBE_DONE || probe->error < 0))
    status = PIER__FAILED;
  return status;
}

static int report(const char *argument) {
  pier__driver_path path = {PIER_BUFFER_INIT, PIER_BUFFER_INIT, PIER_BUFFER_INIT};
  pier__elf elf;
  pier__probe *probe = NULL;
  int status = pier__driver_path_read(who, argument, &path);
  memset(&elf, 0, sizeof elf);
  if (status == 0) status = read_file((const char *)path.path.data, &elf);
  if (status == 0 && pier__elf_parse(&elf) < 0)
    status = pier__fail(who, PIER__FAILED, "%s", pier_strerror(PIER_ENOMEM));
  if (status == 0 && elf.trouble[0])
    status = pier__fail(who, PIER__FAILED, "%s: %s", (const char *)path.path.data, elf.trouble);
  if (status == 0) {
    probe = pier__probe_run(who, &path, &elf);
    status = probe ? print_report(&path, &elf, probe) : PIER__FAILED;
  }
  pier__probe_free(probe, &elf);
  pier__elf_free(&elf);
  pier__driver_path_free(&path);
  return status;
}

enum { OPTION_HELP = 256, OPTION_VERSION };

static int set_option(void *context, int option) {
  (void)context;
  if (option == OPTION_HELP)
    fputs(help, stdout);
  else
    printf("pier %s\n", pier_version());
  return -1;
}

int pier__driver_main(int argc, char **argv) {
  static const struct option options[] = {{"help", no_argument, NULL, OPTION_HELP},
                                          {"version", no_argument, NULL, OPTION_VERSION},
                                          {NULL, 0, NULL, 0}};
  int first;
  int status = pier__read_options(who, argc, argv, options, set_option, NULL, &first);
  if (status) return status < 0 ? PIER__DONE : status;
  if (first + 1 != argc)
    return pier__fail(who, PIER__USAGE, "%s (see pier driver --help)",
                      first == argc ? "no driver given" : "one driver at a time");
  return report(argv[first]);
}
