/* pier new: a small project from the files in share/new. */
#include "cli/new.h"
#include "cli/cli.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEW "pier new"

static const char usage[] =
    "usage: pier new DIR [OPTIONS]\n"
    "\n"
    "Writes a project into DIR, which is new or empty; the last part of DIR is its\n"
    "name: a program in C, its owner on the BEAM, tests of both. `make check` there\n"
    "builds it and runs them.\n"
    "\n"
    "  --rebar3   Erlang, built by rebar3; what is written without an option\n"
    "  --mix      Elixir, built by mix\n"
    "  --make     Erlang, built by make and erlc alone\n"
    "  --help\n";

/* Each kind is the files of these folders of share/new. */
static const struct kind {
  const char *option;
  const char *folders[3];
} kinds[] = {{"rebar3", {"common", "erlang", "rebar3"}},
             {"mix", {"common", "mix", NULL}},
             {"make", {"common", "erlang", "make"}}};
enum { REBAR3, MIX, MAKE, KINDS, OPTION_KIND = 256, OPTION_HELP = OPTION_KIND + KINDS };

static const struct option options[] = {{"rebar3", no_argument, NULL, OPTION_KIND + REBAR3},
                                        {"mix", no_argument, NULL, OPTION_KIND + MIX},
                                        {"make", no_argument, NULL, OPTION_KIND + MAKE},
                                        {"help", no_argument, NULL, OPTION_HELP},
                                        {NULL, 0, NULL, 0}};

typedef struct project {
  const struct kind *kind;
  const char *folder;
  char name[PIER__NAME + 1];
  char title[PIER__NAME + 1]; /* CamelCase */
  int helped;
} project;

static int set_option(void *context, int option) {
  project *p = context;
  const struct kind *kind = &kinds[option - OPTION_KIND];
  if (option == OPTION_HELP) {
    p->helped = 1;
    fputs(usage, stdout);
    return pier__flush(NEW);
  }
  if (p->kind && p->kind != kind)
    return pier__fail(NEW, PIER__USAGE, "--%s and --%s: a project is of one kind",
                      p->kind->option, kind->option);
  p->kind = kind;
  return 0;
}

/* ---- The target -------------------------------------------------------------- */

/* The last part of the folder as a name: 0, or PIER__USAGE after a sentence. */
static int take_name(project *p) {
  const char *end = p->folder + strlen(p->folder);
  const char *start;
  char wrong[PIER__NAME_FAULT];
  while (end > p->folder && end[-1] == '/')
    end--;
  for (start = end; start > p->folder && start[-1] != '/';)
    start--;
  if (pier__check_name(start, (size_t)(end - start), wrong) < 0)
    return pier__fail(NEW, PIER__USAGE, "%s: %s", p->folder, wrong);
  memcpy(p->name, start, (size_t)(end - start));
  pier__title_of(p->name, p->title);
  return 0;
}

/* A folder that is there must be empty; one that is not is made. */
static int make_target(const project *p) {
  char *const paths[] = {(char *)p->folder, NULL};
  FTS *tree;
  FTSENT *entry;
  if (mkdir(p->folder, 0777) == 0) return 0;
  if (errno != EEXIST)
    return pier__fail(NEW, PIER__FAILED, "cannot make %s: %s", p->folder, strerror(errno));
  tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
  entry = tree ? fts_read(tree) : NULL;
  if (!entry || entry->fts_info != FTS_D) {
    if (tree) fts_close(tree);
    return pier__fail(NEW, PIER__FAILED, "%s is there already, and no folder", p->folder);
  }
  entry = fts_children(tree, FTS_NAMEONLY);
  fts_close(tree);
  if (!entry) return 0;
  return pier__fail(NEW, PIER__FAILED, "%s is there already, and not empty", p->folder);
}

/* ---- Files --------------------------------------------------------------------- */

/* Appends `text` with the names in it: @name@, @Name@. */
static void fill(pier_buffer *out, const project *p, const char *text, size_t size) {
  static const size_t mark = sizeof "@name@" - 1;
  size_t at = 0;
  while (at < size) {
    const char *sign = memchr(text + at, '@', size - at);
    size_t plain = sign ? (size_t)(sign - (text + at)) : size - at;
    pier_buffer_append(out, text + at, plain);
    at += plain;
    if (!sign) return;
    if (size - at >= mark && memcmp(sign, "@name@", mark) == 0) {
      pier_buffer_append_text(out, p->name);
      at += mark;
    } else if (size - at >= mark && memcmp(sign, "@Name@", mark) == 0) {
      pier_buffer_append_text(out, p->title);
      at += mark;
    } else {
      pier_buffer_append(out, "@", 1);
      at++;
    }
  }
}

/* Where a file of a folder of templates goes; "dot_" is a dot. NUL-ended. */
static void target_of(pier_buffer *path, const project *p, const char *below) {
  const char *base = strrchr(below, '/') + 1;
  pier_buffer_append_text(path, p->folder);
  fill(path, p, below, (size_t)(base - below));
  if (strncmp(base, "dot_", 4) == 0) {
    pier_buffer_append(path, ".", 1);
    base += 4;
  }
  fill(path, p, base, strlen(base) + 1);
}

static int read_file(pier_buffer *out, const char *path) {
  char bytes[4096];
  size_t got;
  FILE *file = fopen(path, "re");
  if (!file) return -errno;
  while ((got = fread(bytes, 1, sizeof bytes, file)) > 0)
    pier_buffer_append(out, bytes, got);
  got = (size_t)ferror(file);
  fclose(file);
  return got ? -EIO : out->error;
}

static int write_file(const pier_buffer *bytes, const char *path) {
  FILE *file = fopen(path, "wxe");
  int error = 0;
  if (!file) return -errno;
  if (fwrite(bytes->data, 1, bytes->size, file) != bytes->size) error = -errno;
  if (fclose(file) != 0 && !error) error = -errno;
  return error;
}

static int write_one(const project *p, const FTSENT *entry, const char *target) {
  pier_buffer template = PIER_BUFFER_INIT, text = PIER_BUFFER_INIT;
  int error;
  if (entry->fts_info == FTS_D) return mkdir(target, 0777) == 0 || errno == EEXIST ? 0 : -errno;
  error = read_file(&template, entry->fts_accpath);
  if (!error) {
    fill(&text, p, (const char *)template.data, template.size);
    error = text.error ? text.error : write_file(&text, target);
  }
  pier_buffer_free(&template);
  pier_buffer_free(&text);
  return error;
}

/* All files of one folder of templates. */
static int write_folder(const project *p, char *templates) {
  char *const paths[] = {templates, NULL};
  FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
  FTSENT *entry;
  int status = 0;
  if (!tree) return pier__fail(NEW, PIER__FAILED, "%s: %s", templates, strerror(errno));
  while (!status && (entry = fts_read(tree))) {
    pier_buffer target = PIER_BUFFER_INIT;
    int error;
    if (entry->fts_level == 0 && entry->fts_info == FTS_D) continue;
    if (entry->fts_info == FTS_DP) continue;
    if (entry->fts_info != FTS_D && entry->fts_info != FTS_F) {
      status = pier__fail(NEW, PIER__FAILED, "cannot read %s: %s", entry->fts_path,
                          strerror(entry->fts_errno));
      break;
    }
    target_of(&target, p, entry->fts_path + strlen(templates));
    error = target.error ? target.error : write_one(p, entry, (char *)target.data);
    if (error)
      status = pier__fail(NEW, PIER__FAILED, "cannot write %s: %s", (char *)target.data,
                          pier_strerror(error));
    pier_buffer_free(&target);
  }
  fts_close(tree);
  return status;
}

/* ---- The templates ----------------------------------------------------------------- */

/* The folder share/new of an installed pier, or of the sources beside the one that
 * was built: NUL-ended, with its end at *size. */
static int find_templates(pier_buffer *path, size_t *size) {
  static const char *const places[] = {"/../share/pier/new", "/../share/new",
                                       "/../../share/new"};
  char command[4096];
  ssize_t length = readlink("/proc/self/exe", command, sizeof command - 1);
  size_t at;
  if (length < 0) return -errno;
  command[length] = '\0';
  *strrchr(command, '/') = '\0';
  for (at = 0; at < sizeof places / sizeof places[0]; at++) {
    pier_buffer_clear(path);
    pier_buffer_append_text(path, command);
    pier_buffer_append_text(path, places[at]);
    *size = path->size;
    pier_buffer_append(path, "/common", sizeof "/common");
    if (path->error) return path->error;
    if (access((char *)path->data, R_OK | X_OK) == 0) return 0;
  }
  return -ENOENT;
}

static int write_project(const project *p) {
  pier_buffer path = PIER_BUFFER_INIT;
  size_t base = 0;
  size_t at;
  int status = find_templates(&path, &base);
  if (status < 0)
    status = pier__fail(NEW, PIER__FAILED,
                        "the templates are missing: share/pier/new beside the command's bin");
  else
    status = make_target(p);
  for (at = 0; at < 3 && !status && p->kind->folders[at]; at++) {
    path.size = base;
    pier_buffer_append(&path, "/", 1);
    pier_buffer_append(&path, p->kind->folders[at], strlen(p->kind->folders[at]) + 1);
    status = path.error ? pier__fail(NEW, PIER__FAILED, "%s", pier_strerror(path.error))
                        : write_folder(p, (char *)path.data);
  }
  pier_buffer_free(&path);
  if (status) return status;
  printf("%s is there: cd %s && make check\n", p->folder, p->folder);
  return pier__flush(NEW);
}

int pier__new_main(int argc, char **argv) {
  project p;
  int first = 0;
  int status;
  memset(&p, 0, sizeof p);
  status = pier__read_options(NEW, argc, argv, options, set_option, &p, &first);
  if (status || p.helped) return status;
  if (first == argc)
    return pier__fail(NEW, PIER__USAGE, "no folder given (see %s --help)", NEW);
  p.folder = argv[first];
  optind = first + 1; /* options may stand behind it as well */
  status = pier__read_options(NEW, argc, argv, options, set_option, &p, &first);
  if (status || p.helped) return status;
  if (first < argc)
    return pier__fail(NEW, PIER__USAGE, "one folder at a time, not %s too (see %s --help)",
                      argv[first], NEW);
  if (!p.kind) p.kind = &kinds[REBAR3];
  status = take_name(&p);
  return status ? status : write_project(&p);
}
