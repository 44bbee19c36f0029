/* erl_ddll:loaded_drivers and info: of one driver an item or all, or of all. */
#include "driver/driver.h"

#include "port/identifier.h"

#include <string.h>

static const struct pier__driver *driver_of(const struct pier__call *call) {
  const struct pier__drivers *drivers = call->host->drivers;
  const struct pier__driver *driver = NULL;
  pier_buffer name = PIER_BUFFER_INIT;
  if (pier__ddll_name(call, 0, &name) == 0)
    driver = pier__driver_find(drivers, (char *)name.data, strlen((char *)name.data));
  pier_buffer_free(&name);
  return driver;
}

/* From the one that was loaded first; NULL behind the last. */
static const struct pier__driver *after(const struct pier__drivers *drivers,
                                        const struct pier__driver *driver) {
  const struct pier__driver *next = drivers->first;
  if (next == driver) return NULL;
  while (next->next != driver)
    next = next->next;
  return next;
}

int pier__ddll_loaded_drivers(struct pier__call *call) {
  const struct pier__drivers *drivers = call->host->drivers;
  const struct pier__driver *driver = drivers->first ? after(drivers, NULL) : NULL;
  size_t begin, count = 0;
  pier_write_tuple(call->out, 2);
  pier_write_atom(call->out, "ok");
  begin = pier_write_list_begin(call->out);
  for (; driver; driver = after(drivers, driver), count++)
    pier_write_string(call->out, driver->name, strlen(driver->name));
  return pier_write_list_end(call->out, begin, count);
}

/* ---- Items --------------------------------------------------------------------------- */

static int put_boolean(pier_buffer *out, int value) {
  return pier_write_atom(out, value ? "true" : "false");
}

static int matches(const struct pier__user *user, enum pier__stake stake) {
  if (user->stake == PIER__AWAIT_UNLOAD_ONLY) return stake == PIER__AWAIT_UNLOAD;
  return user->stake == stake;
}

static unsigned count_of(const struct pier__user *user, enum pier__stake stake, pier_pid pid) {
  unsigned count = 0;
  for (; user; user = user->next)
    count += matches(user, stake) && user->pid.number == pid.number;
  return count;
}

/* Each process once, the one whose latest entry is the oldest first. The list of users
 * has the latest first, and is short. */
static int put_processes(pier_buffer *out, const struct pier__driver *driver,
                         enum pier__stake stake) {
  size_t begin = pier_write_list_begin(out), count = 0, total = 0, i, at;
  const struct pier__user *user, *earlier;
  for (user = driver->users; user; user = user->next)
    total++;
  for (i = total; i > 0; i--) {
    for (user = driver->users, at = 1; at < i; at++)
      user = user->next;
    for (earlier = driver->users; earlier != user; earlier = earlier->next)
      if (matches(earlier, stake) && earlier->pid.number == user->pid.number) break;
    if (earlier != user || !matches(user, stake)) continue;
    pier_write_tuple(out, 2);
    pier__put_pid(out, user->pid);
    pier_write_int64(out, count_of(driver->users, stake, user->pid));
    count++;
  }
  return pier_write_list_end(out, begin, count);
}

static int put_stake(pier_buffer *out, const struct pier__driver *driver,
                     enum pier__stake stake) {
  if (!driver->library) return pier_write_atom(out, "linked_in_driver");
  if (driver->state == PIER__DRIVER_PERMANENT) return pier_write_atom(out, "permanent");
  return put_processes(out, driver, stake);
}

static int processes(pier_buffer *out, const struct pier__driver *driver) {
  return put_stake(out, driver, PIER__LOADED);
}

static int driver_options(pier_buffer *out, const struct pier__driver *driver) {
  if (!driver->library) return pier_write_atom(out, "linked_in_driver");
  if (driver->kill_ports) {
    pier_write_list(out, 1);
    pier_write_atom(out, "kill_ports");
  }
  return pier_write_nil(out);
}

static int port_count(pier_buffer *out, const struct pier__driver *driver) {
  if (!driver->library) return pier_write_atom(out, "linked_in_driver");
  if (driver->state == PIER__DRIVER_PERMANENT) return pier_write_atom(out, "permanent");
  return pier_write_int64(out, driver->ports);
}

static int linked_in(pier_buffer *out, const struct pier__driver *driver) {
  return put_boolean(out, !driver->library);
}

static int permanent(pier_buffer *out, const struct pier__driver *driver) {
  return put_boolean(out, driver->state == PIER__DRIVER_PERMANENT);
}

static int awaiting_load(pier_buffer *out, const struct pier__driver *driver) {
  return put_stake(out, driver, PIER__AWAIT_LOAD);
}

static int awaiting_unload(pier_buffer *out, const struct pier__driver *driver) {
  return put_stake(out, driver, PIER__AWAIT_UNLOAD);
}

static const struct {
  const char *name;
  int (*put)(pier_buffer *out, const struct pier__driver *driver);
} items[] = {
    {"processes", processes},
    {"driver_options", driver_options},
    {"port_count", port_count},
    {"linked_in_driver", linked_in},
    {"permanent", permanent},
    {"awaiting_load", awaiting_load},
    {"awaiting_unload", awaiting_unload},
};
enum { ITEMS = sizeof items / sizeof items[0] };

static int put_all(pier_buffer *out, const struct pier__driver *driver) {
  size_t i;
  pier_write_list(out, ITEMS);
  for (i = 0; i < ITEMS; i++) {
    pier_write_tuple(out, 2);
    pier_write_atom(out, items[i].name);
    items[i].put(out, driver);
  }
  return pier_write_nil(out);
}

/* All but those that are linked in. */
static int put_drivers(struct pier__call *call) {
  const struct pier__drivers *drivers = call->host->drivers;
  const struct pier__driver *driver = drivers->first ? after(drivers, NULL) : NULL;
  size_t begin = pier_write_list_begin(call->out), count = 0;
  for (; driver; driver = after(drivers, driver)) {
    if (!driver->library) continue;
    pier_write_tuple(call->out, 2);
    pier_write_string(call->out, driver->name, strlen(driver->name));
    put_all(call->out, driver);
    count++;
  }
  return pier_write_list_end(call->out, begin, count);
}

int pier__ddll_info(struct pier__call *call) {
  const struct pier__driver *driver;
  size_t i;
  if (call->count == 0) return put_drivers(call);
  driver = driver_of(call);
  if (!driver) return PIER_EBADARG;
  if (call->count == 1) return put_all(call->out, driver);
  for (i = 0; i < ITEMS; i++)
    if (pier__shape_is_atom(&call->argument[1], items[i].name))
      return items[i].put(call->out, driver);
  return PIER_EBADARG;
}
