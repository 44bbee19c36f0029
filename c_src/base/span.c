#include <pier/base.h>

#include <string.h>

pier_span pier_span_text(const char *text) {
  return pier_span_of(text, text ? strlen(text) : 0);
}
