/* replay_NAME runs a fuzzer's function over test/fuzz/corpus/NAME, without
 * libFuzzer, and prints TAP. A fuzzer ends the program when something is wrong. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *load(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  uint8_t *data = NULL;
  long length = -1;
  if (file && fseek(file, 0, SEEK_END) == 0) length = ftell(file);
  if (length >= 0) data = malloc(length > 0 ? (size_t)length : 1);
  if (data) {
    rewind(file);
    *size = fread(data, 1, (size_t)length, file);
    if (*size != (size_t)length) abort();
  }
  if (file) fclose(file);
  return data;
}

static int is_kept(const struct dirent *entry) {
  return entry->d_name[0] != '.';
}

/* Every file of the folder; how many there were. */
static int replay(const char *folder) {
  struct dirent **entry;
  int count = scandir(folder, &entry, is_kept, alphasort), i;
  for (i = 0; i < count; i++) {
    char path[4096];
    size_t size = 0;
    uint8_t *data;
    snprintf(path, sizeof path, "%s/%s", folder, entry[i]->d_name);
    data = load(path, &size);
    if (!data) {
      printf("Bail out! cannot read %s\n", path);
      exit(1);
    }
    LLVMFuzzerTestOneInput(data, size);
    printf("ok %d - %s\n", i + 1, path);
    fflush(stdout);
    free(data);
    free(entry[i]);
  }
  if (count >= 0) free(entry);
  return count;
}

int main(int argc, char **argv) {
  const char *name = argc == 1 ? strrchr(argv[0], '_') : NULL;
  char folder[256];
  int count;
  if (!name) {
    fprintf(stderr, "usage: replay_NAME, which takes no arguments\n");
    return 2;
  }
  snprintf(folder, sizeof folder, "test/fuzz/corpus/%s", name + 1);
  count = replay(folder);
  if (count <= 0) {
    printf("Bail out! nothing in %s\n", folder);
    return 1;
  }
  printf("1..%d\n", count);
  return 0;
}
