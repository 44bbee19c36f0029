#include <pier/base.h>

#include <stdarg.h>
#include <stdio.h>

int pier_diag_set(pier_diag *diag, int error, size_t offset, const char *format, ...) {
  va_list arguments;
  if (!diag) return error;
  diag->error = error;
  diag->offset = offset;
  diag->line = 0;
  diag->column = 0;
  va_start(arguments, format);
  if (vsnprintf(diag->text, sizeof diag->text, format, arguments) < 0) diag->text[0] = '\0';
  va_end(arguments);
  return error;
}
