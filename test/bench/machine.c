#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "report.h"

static void read_cpu_model(char *model, size_t size) {
  char line[256];
  FILE *file = fopen("/proc/cpuinfo", "r");
  snprintf(model, size, "unknown CPU");
  while (file && fgets(line, sizeof line, file)) {
    char *value = strstr(line, ": ");
    if (strncmp(line, "model name", 10) != 0 || !value) continue;
    value[strcspn(value, "\n")] = 0;
    snprintf(model, size, "%s", value + 2);
    break;
  }
  if (file) fclose(file);
}

/* The BEAM says its release in its own runs. */
static const char *find_otp(const report *bench) {
  size_t s, row, who, i;
  for (s = 0; s < plan_section_count; s++)
    for (row = 0; row < plan_sections[s].row_count; row++)
      for (who = 0; who < plan_sections[s].contestant_count; who++)
        for (i = 0; i < bench->repetitions; i++) {
          json_t *run = bench->sections[s].cells[row][who].runs[i];
          const char *otp = json_string_value(json_object_get(run, "otp"));
          if (otp) return otp;
        }
  return NULL;
}

json_t *report_machine(const report *bench) {
  struct utsname system;
  char model[128];
  char date[32] = "";
  const char *otp = find_otp(bench);
  time_t now = time(NULL);
  json_t *machine = json_object();
  strftime(date, sizeof date, "%Y-%m-%d %H:%M UTC", gmtime(&now));
  read_cpu_model(model, sizeof model);
  json_object_set_new(machine, "date", json_string(date));
  if (uname(&system) == 0)
    json_object_set_new(
        machine, "kernel",
        json_sprintf("%s %s %s", system.sysname, system.release, system.machine));
  json_object_set_new(machine, "cpu", json_string(model));
  json_object_set_new(machine, "cpus", json_integer(sysconf(_SC_NPROCESSORS_ONLN)));
  json_object_set_new(machine, "otp", otp ? json_string(otp) : json_null());
  return machine;
}
