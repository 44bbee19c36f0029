/* What the drivers of the scenarios share: saying things in text. */
#ifndef DRIVE_H
#define DRIVE_H

#include <erl_driver.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The entry of a driver of the current version; the callbacks come before. */
#define DRIVE_AS(called)                                                                       \
  .driver_name = (called), .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,                    \
  .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,                                             \
  .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION

static inline ErlDrvEvent drive_event(int fd) {
  return (ErlDrvEvent)(long)fd;
}

static inline int drive_fd(ErlDrvEvent event) {
  return (int)(long)event;
}

/* As data of the port. */
__attribute__((format(printf, 2, 3))) static inline int drive_say(ErlDrvPort port,
                                                                  const char *format, ...) {
  char text[256];
  va_list arguments;
  int size;
  va_start(arguments, format);
  size = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return driver_output(port, text, (ErlDrvSizeT)size);
}

/* As the answer of control, which has room for 64 bytes. */
__attribute__((format(printf, 2, 3))) static inline ErlDrvSSizeT
drive_tell(char **answer, const char *format, ...) {
  va_list arguments;
  int size;
  va_start(arguments, format);
  size = vsnprintf(*answer, 64, format, arguments);
  va_end(arguments);
  return size;
}

#endif
