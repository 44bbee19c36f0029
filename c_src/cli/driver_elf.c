/* The tables of an ELF file that say what it wants of others. The file may be anything:
 * every offset is compared with its size. No library is used for that: two tables are
 * read, and every build of the command has to say the same. */
#include "cli/driver.h"

#include <elf.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef ElfW(Ehdr) header;
typedef ElfW(Shdr) section;
typedef ElfW(Sym) symbol;
typedef ElfW(Dyn) dynamic;

/* What this program itself is made for. */
#if ULONG_MAX > 0xffffffffUL
enum { OWN_CLASS = ELFCLASS64 };
#else
enum { OWN_CLASS = ELFCLASS32 };
#endif

static int bad(pier__elf *elf, const char *why) {
  snprintf(elf->trouble, sizeof elf->trouble, "%s", why);
  return 0;
}

/* `size` bytes at `offset`; NULL if the file has not so many. */
static const uint8_t *bytes_at(const pier__elf *elf, uint64_t offset, uint64_t size) {
  if (offset > elf->file.size || size > elf->file.size - offset) return NULL;
  return elf->file.data + offset;
}

static int read_header(const pier__elf *elf, header *head) {
  const uint8_t *from = bytes_at(elf, 0, sizeof *head);
  if (from) memcpy(head, from, sizeof *head);
  return from && memcmp(head->e_ident, ELFMAG, SELFMAG) == 0;
}

static int read_section(const pier__elf *elf, const header *head, size_t at, section *out) {
  const uint8_t *from;
  if (at >= head->e_shnum || head->e_shoff > PIER__ELF_BIGGEST) return 0;
  from = bytes_at(elf, (uint64_t)head->e_shoff + at * sizeof *out, sizeof *out);
  if (from) memcpy(out, from, sizeof *out);
  return from != NULL;
}

static int find_section(const pier__elf *elf, const header *head, unsigned type, section *out) {
  size_t at;
  for (at = 0; at < head->e_shnum; at++)
    if (read_section(elf, head, at, out) && out->sh_type == type) return 1;
  return 0;
}

/* The names that belong to a section: a table that ends with a NUL. */
static const char *names_of(const pier__elf *elf, const header *head, const section *of,
                            size_t *size) {
  section names;
  const uint8_t *from;
  if (!read_section(elf, head, of->sh_link, &names) || names.sh_size == 0) return NULL;
  from = bytes_at(elf, names.sh_offset, names.sh_size);
  *size = (size_t)names.sh_size;
  return from && from[names.sh_size - 1] == 0 ? (const char *)from : NULL;
}

static int keep(pier_buffer *list, const char *name) {
  return pier_buffer_append(list, &name, sizeof name);
}

/* ---- The two tables ----------------------------------------------------------------- */

static int take_symbol(pier__elf *elf, const symbol *one, const char *name) {
  unsigned bind = ELF64_ST_BIND(one->st_info);
  if (*name == '\0' || bind == STB_LOCAL) return 0;
  if (one->st_shndx == SHN_UNDEF) return bind == STB_WEAK ? 0 : keep(&elf->wanted, name);
  return 0;
}

static int read_symbols(pier__elf *elf, const header *head) {
  section table;
  size_t size, at, count;
  const uint8_t *from;
  const char *names;
  symbol one;
  if (!find_section(elf, head, SHT_DYNSYM, &table))
    return bad(elf, "it has no table of dynamic symbols");
  from = bytes_at(elf, table.sh_offset, table.sh_size);
  names = names_of(elf, head, &table, &size);
  count = (size_t)table.sh_size / sizeof one;
  if (!from || !names || count > PIER__ELF_SYMBOLS)
    return bad(elf, "its table of dynamic symbols lies outside of it");
  for (at = 0; at < count; at++) {
    memcpy(&one, from + at * sizeof one, sizeof one);
    if (one.st_name < size && take_symbol(elf, &one, names + one.st_name) < 0)
      return PIER_ENOMEM;
  }
  return 0;
}

static int read_needed(pier__elf *elf, const header *head) {
  section table;
  size_t size, at;
  const uint8_t *from;
  const char *names;
  dynamic one;
  if (!find_section(elf, head, SHT_DYNAMIC, &table)) return bad(elf, "it is not dynamic");
  from = bytes_at(elf, table.sh_offset, table.sh_size);
  names = names_of(elf, head, &table, &size);
  if (!from || !names || table.sh_size > PIER__ELF_SYMBOLS * sizeof one)
    return bad(elf, "its dynamic section lies outside of it");
  for (at = 0; at + sizeof one <= table.sh_size; at += sizeof one) {
    memcpy(&one, from + at, sizeof one);
    if (one.d_tag == DT_NULL) break;
    if (one.d_tag == DT_NEEDED && one.d_un.d_val < size &&
        keep(&elf->needed, names + one.d_un.d_val) < 0)
      return PIER_ENOMEM;
  }
  return 0;
}

static int by_name(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int pier__elf_parse(pier__elf *elf) {
  header head;
  int error;
  if (!read_header(elf, &head)) return bad(elf, "it is no ELF file");
  if (head.e_ident[EI_CLASS] != OWN_CLASS || head.e_shentsize != sizeof(section))
    return bad(elf, "it is for a machine of another word size, or cut short");
  if (head.e_type != ET_DYN) return bad(elf, "it is no shared library");
  error = read_symbols(elf, &head);
  if (error == 0 && !elf->trouble[0]) error = read_needed(elf, &head);
  if (elf->wanted.size > 0)
    qsort(elf->wanted.data, pier__elf_count(&elf->wanted), sizeof(const char *), by_name);
  return error;
}

void pier__elf_free(pier__elf *elf) {
  pier_buffer_free(&elf->file);
  pier_buffer_free(&elf->needed);
  pier_buffer_free(&elf->wanted);
}
