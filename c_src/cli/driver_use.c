/* A driver for a process of the host, or one sentence. */
#include "cli/driver.h"

#include <errno.h>
#include <pier/driver.h>
#include <string.h>
#include <sys/stat.h>

int (*const pier__drivers_enable)(pier_host *host) = pier_driver_enable;

int pier__driver_use(const char *who, pier_process *process, const pier__driver_path *path) {
  const char *file = (const char *)path->path.data;
  pier_diag diag = {0};
  struct stat info;
  int error;
  if (stat(file, &info) < 0)
    return pier__fail(who, errno == ENOENT ? PIER__NOT_FOUND : PIER__CANNOT_EXECUTE, "%s: %s",
                      file, strerror(errno));
  error = pier_driver_load(process, (const char *)path->folder.data,
                           (const char *)path->name.data, &diag);
  if (error == 0) return 0;
  /* The linker's own words begin with the file. */
  if (error == PIER_EDRVOPEN) return pier__fail(who, PIER__CANNOT_EXECUTE, "%s", diag.text);
  return pier__fail(who, PIER__CANNOT_EXECUTE, "%s: %s (%s)", file, diag.text,
                    pier_strerror(error));
}
