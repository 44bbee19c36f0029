# What test/run makes of one file's TAP output. Variables: status (of the
# program), name, count (the file for "passed failed skipped").
# cmocka prints a skipped test as "not ok N # SKIP name".
function fault(text) {
  failed++
  faults = faults "  " name ": " text "\n"
}
{ line[NR] = $0 }
/^1\.\.[0-9]+/ {
  planned++
  plan += substr($1, 4)
  reason = $0
  if (sub(/.*# *(SKIP|skip) */, "", reason)) skipped_all = reason
  next
}
/^(not )?ok([ \t]|$)/ {
  seen++
  if (/# *(SKIP|skip)/) { skipped++; skips = skips "  skipped: " $0 "\n" }
  else if (/^ok/) passed++
  else failed++
}
END {
  if (skipped_all != "") { skipped++; skips = skips "  skipped: " skipped_all "\n" }
  if (status == 124 || status == 137) fault("ran out of time")
  else if (status > 128) fault("was killed by signal " status - 128)
  if (!planned) fault("printed no plan (1..N); status " status)
  else if (seen != plan) fault("planned " plan " checks, did " seen + 0)
  else if (status != 0 && !failed) fault("ended with status " status)
  printf "%s %s %d/%d%s\n", failed ? "FAILED" : "ok    ", name, passed, passed + failed, \
    skipped ? ", " skipped " skipped" : ""
  if (failed) for (i = NR > 80 ? NR - 79 : 1; i <= NR; i++) print "  | " substr(line[i], 1, 300)
  printf "%s%s", faults, skips
  print passed + 0, failed + 0, skipped + 0 >count
}
