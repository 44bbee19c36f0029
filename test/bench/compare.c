/*
 * compare - what is different between two reports of bench:
 *
 *   compare A.json B.json
 *
 * Ratios between contestants of one run carry over from one run to another, rates only if
 * the machine was as busy. So both are shown: the ratios always, rates where the two runs
 * are of one machine. A change counts where the spreads of the repetitions do not touch.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

static const char *text(const json_t *object, const char *name) {
  const char *value = json_string_value(json_object_get(object, name));
  return value ? value : "";
}

static double number(const json_t *object, const char *name) {
  return json_number_value(json_object_get(object, name));
}

static int same(const json_t *a, const json_t *b, const char *const *names) {
  for (; *names; names++)
    if (strcmp(text(a, *names), text(b, *names)) != 0) return 0;
  return 1;
}

/* The one in the list that has the same texts under these names, or NULL. */
static json_t *find_same(const json_t *list, const json_t *wanted, const char *const *names) {
  json_t *one;
  size_t i;
  json_array_foreach(list, i, one) {
    if (same(one, wanted, names)) return one;
  }
  return NULL;
}

static const char *verdict(const json_t *a, const json_t *b) {
  if (number(b, "least") > number(a, "most")) return "more";
  if (number(b, "most") < number(a, "least")) return "LESS";
  return "";
}

static void print_change(const char *what, const json_t *a, const json_t *b, int digits) {
  double from = number(a, "median"), to = number(b, "median");
  if (!(from > 0)) return;
  printf("    %-30s %12.*f -> %12.*f %+7.1f%%  %s\n", what, digits, from, digits, to,
         (to / from - 1) * 100, verdict(a, b));
}

static void compare_rows(const json_t *a, const json_t *b, int with_rates) {
  static const char *const by_name[] = {"name", NULL}, *const by_pair[] = {"over", "under",
                                                                           NULL};
  json_t *one, *other;
  char what[64];
  size_t i;
  printf("  %s, %s\n", text(a, "section"), text(a, "label"));
  json_array_foreach(json_object_get(a, "ratios"), i, one) {
    other = find_same(json_object_get(b, "ratios"), one, by_pair);
    snprintf(what, sizeof what, "%s/%s", text(one, "over"), text(one, "under"));
    if (other)
      print_change(what, json_object_get(one, "rate"), json_object_get(other, "rate"), 2);
  }
  json_array_foreach(json_object_get(a, "contestants"), i, one) {
    other = with_rates ? find_same(json_object_get(b, "contestants"), one, by_name) : NULL;
    if (other)
      print_change(text(one, "name"), json_object_get(one, "rate"),
                   json_object_get(other, "rate"), 0);
  }
}

static const char *word_of(const json_t *aim) {
  const json_t *met = json_object_get(aim, "met");
  if (!json_is_boolean(met)) return "not measured";
  return json_is_true(met) ? "met" : "NOT MET";
}

static void compare_aims(const json_t *a, const json_t *b) {
  static const char *const names[] = {"section", "row",       "figure", "over",
                                      "under",   "under_row", NULL};
  json_t *one, *other;
  size_t i;
  printf("aims\n");
  json_array_foreach(json_object_get(a, "aims"), i, one) {
    other = find_same(json_object_get(b, "aims"), one, names);
    if (!other || strcmp(word_of(one), word_of(other)) == 0) continue;
    printf("  %s, %s, %s of %s: %s -> %s\n", text(one, "section"), text(one, "row"),
           text(one, "figure"), text(one, "over"), word_of(one), word_of(other));
  }
}

static void print_machine(const char *path, const json_t *report) {
  const json_t *machine = json_object_get(report, "machine");
  printf("%s: %s; %s; %s\n", path, text(machine, "date"), text(machine, "kernel"),
         text(machine, "cpu"));
}

static void compare(const json_t *a, const json_t *b) {
  static const char *const by_place[] = {"section", "row", NULL};
  static const char *const by_machine[] = {"kernel", "cpu", NULL};
  int one_machine =
      same(json_object_get(a, "machine"), json_object_get(b, "machine"), by_machine);
  json_t *row, *other;
  size_t i;
  json_array_foreach(json_object_get(a, "rows"), i, row) {
    other = find_same(json_object_get(b, "rows"), row, by_place);
    if (other) compare_rows(row, other, one_machine);
  }
  compare_aims(a, b);
}

int main(int argc, char **argv) {
  json_t *reports[2] = {NULL, NULL};
  json_error_t fault;
  int status = 0, i;
  if (argc != 3) {
    fprintf(stderr, "usage: compare A.json B.json\n");
    return 2;
  }
  for (i = 0; i < 2 && status == 0; i++) {
    reports[i] = json_load_file(argv[i + 1], 0, &fault);
    if (reports[i]) continue;
    fprintf(stderr, "compare: %s: %s\n", argv[i + 1], fault.text);
    status = 1;
  }
  if (status == 0) {
    print_machine(argv[1], reports[0]);
    print_machine(argv[2], reports[1]);
    compare(reports[0], reports[1]);
  }
  json_decref(reports[0]);
  json_decref(reports[1]);
  return status;
}
