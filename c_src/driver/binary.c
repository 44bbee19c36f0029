/* Memory and binaries of drivers: from any thread. */
#include "driver/driver.h"

#include <string.h>

/* Before every ErlDrvBinary. */
struct box {
  atomic_long references;
  long unused; /* what follows is aligned as malloc aligns */
  ErlDrvBinary binary;
};

static const size_t head = offsetof(struct box, binary) + offsetof(ErlDrvBinary, orig_bytes);
static const size_t biggest = PTRDIFF_MAX / 2;

static struct box *box_of(ErlDrvBinary *binary) {
  return (struct box *)(void *)((char *)binary - offsetof(struct box, binary));
}

void *driver_alloc(ErlDrvSizeT size) {
  return size > biggest ? NULL : pier_alloc(size);
}

void *driver_realloc(void *memory, ErlDrvSizeT size) {
  if (size > biggest) return NULL;
  return pier_realloc(memory, size > 0 ? size : 1);
}

void driver_free(void *memory) {
  pier_free(memory);
}

ErlDrvBinary *driver_alloc_binary(ErlDrvSizeT size) {
  struct box *box = size > biggest ? NULL : pier_alloc(head + size + 1);
  if (!box) return NULL;
  atomic_init(&box->references, 1);
  box->binary.orig_size = (ErlDrvSInt)size;
  return &box->binary;
}

ErlDrvBinary *driver_realloc_binary(ErlDrvBinary *binary, ErlDrvSizeT size) {
  struct box *box;
  if (!binary) return driver_alloc_binary(size);
  box = size > biggest ? NULL : pier_realloc(box_of(binary), head + size + 1);
  if (!box) return NULL;
  box->binary.orig_size = (ErlDrvSInt)size;
  return &box->binary;
}

void driver_free_binary(ErlDrvBinary *binary) {
  if (binary && atomic_fetch_sub(&box_of(binary)->references, 1) == 1)
    pier_free(box_of(binary));
}

ErlDrvSInt driver_binary_get_refc(ErlDrvBinary *binary) {
  return atomic_load(&box_of(binary)->references);
}

ErlDrvSInt driver_binary_inc_refc(ErlDrvBinary *binary) {
  return atomic_fetch_add(&box_of(binary)->references, 1) + 1;
}

ErlDrvSInt driver_binary_dec_refc(ErlDrvBinary *binary) {
  ErlDrvSInt left = atomic_fetch_sub(&box_of(binary)->references, 1) - 1;
  if (left == 0) pier_free(box_of(binary));
  return left;
}

ErlDrvBinary *pier__binary_of(const void *data, size_t size) {
  ErlDrvBinary *binary = driver_alloc_binary(size);
  if (binary && size > 0) memcpy(binary->orig_bytes, data, size);
  return binary;
}
