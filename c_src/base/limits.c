#include <pier/base.h>

void pier_limits_init(pier_limits *limits) {
  const size_t mebi = (size_t)1 << 20;
  limits->frame = 64 * mebi;
  limits->depth = 10 * 1000 * 1000;
  limits->nodes = 64 * mebi;
  limits->inflated = 64 * mebi;
  limits->text = 1024 * mebi;
}
