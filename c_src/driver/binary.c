/* Memory and binaries of drivers: from any thread. */
#include "driver/driver.h"

#include "driver/check.h"

#include <string.h>

/* Before every ErlDrvBinary. */
struct box {
  atomic_long references;
  long unused; /* what follows is aligned as malloc aligns */
  ErlDrvBinary binary;
};

/* Not a byte more than is asked for, or nobody sees who writes there. */
static const size_t head = offsetof(struct box, binary) + offsetof(ErlDrvBinary, orig_bytes);
static const size_t biggest = PTRDIFF_MAX / 2;

static struct box *box_of(ErlDrvBinary *binary) {
  return (struct box *)(void *)((char *)binary - offsetof(struct box, binary));
}

void pier__memory_release(void *block, enum pier__memory kind) {
  pier_free(kind == PIER__BINARY ? (void *)box_of(block) : block);
}

/* ---- Memory ------------------------------------------------------------------------- */

void *driver_alloc(ErlDrvSizeT size) {
  void *memory = size > biggest ? NULL : pier_alloc(size);
  if (memory && pier__checking()) pier__check_allocated(memory, PIER__MEMORY, size);
  return memory;
}

void *driver_realloc(void *memory, ErlDrvSizeT size) {
  void *moved;
  if (size > biggest) return NULL;
  if (memory && pier__checking()) {
    if (pier__check_gone(memory, PIER__MEMORY, __func__)) return NULL;
    pier__check_forget(memory);
  }
  moved = pier_realloc(memory, size > 0 ? size : 1);
  if (pier__checking() && (moved || memory))
    pier__check_allocated(moved ? moved : memory, PIER__MEMORY, size);
  return moved;
}

void driver_free(void *memory) {
  if (!memory || !pier__checking())
    pier_free(memory);
  else if (!pier__check_gone(memory, PIER__MEMORY, __func__))
    pier__check_freed(memory, PIER__MEMORY);
}

/* ---- Binaries ------------------------------------------------------------------------ */

ErlDrvBinary *driver_alloc_binary(ErlDrvSizeT size) {
  struct box *box = size > biggest ? NULL : pier_alloc(head + size);
  if (!box) return NULL;
  atomic_init(&box->references, 1);
  box->binary.orig_size = (ErlDrvSInt)size;
  if (pier__checking()) pier__check_allocated(&box->binary, PIER__BINARY, size);
  return &box->binary;
}

ErlDrvBinary *driver_realloc_binary(ErlDrvBinary *binary, ErlDrvSizeT size) {
  struct box *box;
  if (!binary) return driver_alloc_binary(size);
  if (size > biggest) return NULL;
  if (pier__checking()) {
    if (pier__check_gone(binary, PIER__BINARY, __func__)) return NULL;
    pier__check_forget(binary);
  }
  box = pier_realloc(box_of(binary), head + size);
  if (pier__checking()) pier__check_allocated(box ? &box->binary : binary, PIER__BINARY, size);
  if (!box) return NULL;
  box->binary.orig_size = (ErlDrvSInt)size;
  return &box->binary;
}

/* What is gone is counted no more. */
static int is_gone(const ErlDrvBinary *binary, const char *function) {
  return pier__checking() && pier__check_gone(binary, PIER__BINARY, function);
}

static ErlDrvSInt count_down(ErlDrvBinary *binary) {
  ErlDrvSInt left = atomic_fetch_sub(&box_of(binary)->references, 1) - 1;
  if (left > 0) return left;
  if (pier__checking())
    pier__check_freed(binary, PIER__BINARY);
  else
    pier__memory_release(binary, PIER__BINARY);
  return left;
}

void driver_free_binary(ErlDrvBinary *binary) {
  if (binary && !is_gone(binary, __func__)) count_down(binary);
}

ErlDrvSInt driver_binary_get_refc(ErlDrvBinary *binary) {
  return is_gone(binary, __func__) ? 0 : atomic_load(&box_of(binary)->references);
}

ErlDrvSInt driver_binary_inc_refc(ErlDrvBinary *binary) {
  if (is_gone(binary, __func__)) return 0;
  return atomic_fetch_add(&box_of(binary)->references, 1) + 1;
}

ErlDrvSInt driver_binary_dec_refc(ErlDrvBinary *binary) {
  return is_gone(binary, __func__) ? 0 : count_down(binary);
}

ErlDrvBinary *pier__binary_of(const void *data, size_t size) {
  ErlDrvBinary *binary = driver_alloc_binary(size);
  if (binary && size > 0) memcpy(binary->orig_bytes, data, size);
  return binary;
}
