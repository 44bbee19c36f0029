#include "vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int nibble(char c) {
  return c <= '9' ? c - '0' : c - 'a' + 10;
}

pier_span vectors_bytes(const char *hex) {
  uint8_t *bytes = malloc(strlen(hex) / 2 + 1);
  size_t size = 0;
  if (!bytes) abort();
  while (*hex) {
    if (*hex == ' ') {
      hex++;
      continue;
    }
    bytes[size++] = (uint8_t)(nibble(hex[0]) << 4 | nibble(hex[1]));
    hex += 2;
  }
  return pier_span_of(bytes, size);
}

char *vectors_text(const char *field) {
  char *text = malloc(strlen(field) + 1), *to = text;
  if (!text) abort();
  for (; *field; field++) {
    if (*field != '\\') {
      *to++ = *field;
      continue;
    }
    field++;
    *to++ = *field == 'n' ? '\n' : *field == 't' ? '\t' : '\\';
  }
  *to = '\0';
  return text;
}

static void split(vector_row *row, char *line) {
  char *at = line;
  line[strcspn(line, "\n")] = '\0';
  while (at && row->fields < VECTOR_FIELDS) {
    row->field[row->fields++] = at;
    at = strchr(at, '\t');
    if (at) *at++ = '\0';
  }
  row->bytes = vectors_bytes(row->field[0]);
}

static void name_row(vector_row *row, const char *path, size_t number) {
  const char *file = strrchr(path, '/'), *kind = row->field[row->fields - 1];
  size_t size;
  char *name;
  if (!strcmp(kind, "stable") || !strcmp(kind, "unstable")) kind = row->field[row->fields - 2];
  size = strlen(path) + strlen(kind) + 32;
  name = malloc(size);
  if (!name) abort();
  snprintf(name, size, "%s:%zu %s", file ? file + 1 : path, number, kind);
  row->name = name;
}

vector_row *vectors_load(const char *path, size_t *count) {
  FILE *file = fopen(path, "r");
  vector_row *rows = NULL;
  char *line = NULL;
  size_t room = 0, number;
  if (!file) {
    fprintf(stderr, "%s cannot be read\n", path);
    exit(1);
  }
  *count = 0;
  for (number = 1; getline(&line, &room, file) > 0; number++) {
    vector_row *row;
    if (line[0] == '#') continue;
    rows = realloc(rows, (*count + 1) * sizeof *rows);
    if (!rows) abort();
    row = &rows[(*count)++];
    memset(row, 0, sizeof *row);
    split(row, strdup(line));
    name_row(row, path, number);
  }
  free(line);
  fclose(file);
  return rows;
}

void vectors_free(vector_row *rows, size_t count) {
  size_t i;
  for (i = 0; i < count; i++) {
    free((void *)(uintptr_t)rows[i].name);
    free((void *)(uintptr_t)rows[i].field[0]);
    free((void *)(uintptr_t)rows[i].bytes.data);
  }
  free(rows);
}
