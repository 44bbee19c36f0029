/* Lists of identifiers, in the order of their numbers. */
#include "host/host.h"

#include "port/identifier.h"

#include <stdlib.h>
#include <string.h>

static int compare_keys(const void *a, const void *b) {
  const uint64_t *left = a, *right = b;
  return *left < *right ? -1 : *left > *right;
}

int pier__sorted_keys(const struct pier__table *table, pier_buffer *keys) {
  size_t i;
  for (i = 0; i < table->capacity; i++)
    if (table->slots[i].key != 0)
      pier_buffer_append(keys, &table->slots[i].key, sizeof(uint64_t));
  if (keys->error || keys->size == 0) return keys->error;
  qsort(keys->data, table->count, sizeof(uint64_t), compare_keys);
  return 0;
}

typedef int key_writer(pier_buffer *out, uint64_t key);

static int put_keys(pier_buffer *out, const struct pier__table *table, key_writer *put) {
  pier_buffer keys = PIER_BUFFER_INIT;
  uint64_t key;
  size_t i;
  int error = pier__sorted_keys(table, &keys);
  if (error == 0 && keys.size > 0) pier_write_list(out, table->count);
  for (i = 0; error == 0 && i < keys.size; i += sizeof key) {
    memcpy(&key, keys.data + i, sizeof key);
    error = put(out, key);
  }
  if (error == 0) error = pier_write_nil(out);
  pier_buffer_free(&keys);
  return error;
}

static int put_port_key(pier_buffer *out, uint64_t key) {
  const pier_port port = {key};
  return pier__put_port(out, port);
}

static int put_pid_key(pier_buffer *out, uint64_t key) {
  const pier_pid pid = {key};
  return pier__put_pid(out, pid);
}

static int put_link_key(pier_buffer *out, uint64_t key) {
  return key & 1 ? put_port_key(out, key >> 1) : put_pid_key(out, key >> 1);
}

int pier__put_table(pier_buffer *out, const struct pier__table *table, enum pier__keys keys) {
  static key_writer *const writers[] = {put_port_key, put_pid_key, put_link_key};
  return put_keys(out, table, writers[keys]);
}

size_t pier_ports(const pier_host *host, pier_port *ports, size_t room) {
  size_t i, count = 0;
  for (i = 0; i < host->ports.capacity; i++) {
    if (host->ports.slots[i].key == 0) continue;
    if (count < room) ports[count].number = host->ports.slots[i].key;
    count++;
  }
  if (room > 0) qsort(ports, count < room ? count : room, sizeof *ports, compare_keys);
  return count;
}

int pier__put_watchers(pier_buffer *out, const struct pier__monitors *watchers) {
  uint32_t i;
  if (watchers->count > 0) pier_write_list(out, watchers->count);
  for (i = 0; i < watchers->count; i++)
    pier__put_pid(out, watchers->items[i].watcher);
  return pier_write_nil(out);
}
