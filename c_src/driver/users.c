/* Who has loaded a driver or waits for what becomes of it, and what they are told. */
#include "driver/driver.h"

#include "port/identifier.h"

#include <string.h>

unsigned pier__users_count(const struct pier__driver *driver, enum pier__stake stake) {
  const struct pier__user *user;
  unsigned count = 0;
  for (user = driver->users; user; user = user->next)
    count += user->stake == stake;
  return count;
}

struct pier__user *pier__user_find(const struct pier__driver *driver, pier_pid pid,
                                   enum pier__stake stake) {
  struct pier__user *user = driver->users;
  while (user && !(user->pid.number == pid.number && user->stake == stake))
    user = user->next;
  return user;
}

struct pier__user *pier__user_add(struct pier__driver *driver, pier_pid pid,
                                  enum pier__stake stake) {
  struct pier__user *user = pier_alloc(sizeof *user);
  if (!user) return NULL;
  memset(user, 0, sizeof *user);
  user->pid = pid;
  user->stake = stake;
  if (stake != PIER__LOADED) user->reference = ++driver->drivers->host->last_reference;
  user->next = driver->users;
  driver->users = user;
  return user;
}

void pier__user_remove(struct pier__driver *driver, struct pier__user *user) {
  struct pier__user **at = &driver->users;
  while (*at != user)
    at = &(*at)->next;
  *at = user->next;
  pier_free(user);
}

void pier__users_free(struct pier__driver *driver) {
  while (driver->users)
    pier__user_remove(driver, driver->users);
}

/* ---- Telling ------------------------------------------------------------------------ */

static void put_what(pier_buffer *out, const struct pier__news *news) {
  if (news->failure != 0) {
    pier_write_tuple(out, 2);
    pier_write_atom(out, news->what);
    pier__ddll_put_error(out, news->failure, news->open_error);
  } else {
    pier_write_atom(out, news->what);
  }
}

/* What a function of erl_ddll that waits for the news returns. */
static void put_value(pier_buffer *out, const struct pier__news *news) {
  static const char *const fine[] = {"loaded", "unloaded", "unload_cancelled"};
  size_t i;
  for (i = 0; i < sizeof fine / sizeof fine[0]; i++) {
    if (strcmp(news->what, fine[i]) != 0) continue;
    pier_write_atom(out, "ok");
    return;
  }
  pier_write_tuple(out, 2);
  pier_write_atom(out, "error");
  if (news->failure != 0)
    pier__ddll_put_error(out, news->failure, news->open_error);
  else
    pier_write_atom(out, news->what);
}

void pier__user_tell(pier_process *process, uint64_t reference, const char *driver,
                     const struct pier__news *news) {
  pier_message message = {.kind = PIER_MESSAGE_TERM};
  pier_buffer term = PIER_BUFFER_INIT;
  if (pier__awaits(process, reference)) {
    put_value(&process->pending->value, news);
    pier__pending_finish(process, process->pending->value.error);
    return;
  }
  pier_write_tuple(&term, 5);
  pier_write_atom(&term, news->way);
  pier__put_reference(&term, reference);
  pier_write_atom(&term, "driver");
  if (news->name.size > 0)
    pier_buffer_append(&term, news->name.data, news->name.size);
  else
    pier_write_atom(&term, driver);
  put_what(&term, news);
  message.term = pier_buffer_span(&term);
  if (!term.error) pier__post_to(process, &message);
  pier_buffer_free(&term);
}

/* Those who are told leave the list first: one may come back to it. */
static struct pier__user *take(struct pier__driver *driver, enum pier__stake stake) {
  struct pier__user **at = &driver->users, *user;
  while (*at && (*at)->stake != stake)
    at = &(*at)->next;
  user = *at;
  if (user) *at = user->next;
  return user;
}

void pier__users_tell(struct pier__driver *driver, enum pier__stake stake, const char *way,
                      const char *what) {
  const struct pier__news news = {.way = way, .what = what};
  struct pier__user *user;
  while ((user = take(driver, stake))) {
    pier_process *process = pier__process(driver->drivers->host, user->pid);
    if (process) pier__user_tell(process, user->reference, driver->name, &news);
    pier_free(user);
  }
}

/* ---- Leaving -------------------------------------------------------------------------- */

void pier__driver_abandon(struct pier__driver *driver) {
  if (driver->reload_folder) {
    pier__users_tell(driver, PIER__AWAIT_LOAD, "DOWN", "load_cancelled");
    pier_free(driver->reload_folder);
    driver->reload_folder = NULL;
  }
  driver->state = PIER__DRIVER_UNLOAD;
}

static int forget(struct pier__driver *driver, pier_pid pid) {
  struct pier__user **at = &driver->users, *user;
  int had = 0;
  while ((user = *at)) {
    if (user->pid.number != pid.number) {
      at = &user->next;
      continue;
    }
    *at = user->next;
    pier_free(user);
    had = 1;
  }
  return had;
}

void pier__drivers_forget_process(struct pier__drivers *drivers, pier_pid pid) {
  struct pier__driver *driver;
  unsigned outer = drivers->sweeping;
  drivers->sweeping = 1; /* the list stays as it is */
  for (driver = drivers->first; driver; driver = driver->next) {
    if (driver->state == PIER__DRIVER_PERMANENT || !forget(driver, pid)) continue;
    if (pier__users_count(driver, PIER__LOADED) > 0) continue;
    pier__driver_abandon(driver);
    if (driver->kill_ports && driver->ports > 0)
      pier__driver_end_ports(driver, PIER__DRIVER_FORCE_UNLOAD);
    pier__driver_needed_less(driver);
  }
  drivers->sweeping = outer & 1;
}
