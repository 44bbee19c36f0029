#include <pier/base.h>

const char *pier_version(void) {
  return PIER_VERSION;
}
