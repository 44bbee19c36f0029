#!/bin/sh
# Every scenario on the native host: as on the BEAM, and as it was recorded from it;
# so that what was recorded is what the BEAM does. The first of the two looks for
# leaks as well.
# `make scenarios` does the same with as many repeats as the races need.
. test/support/tap.sh
files=$(echo test/scenarios/*.scn)
repeat=${REPEAT-"--repeat 1"}
# The scripted programs say which signals they ignore; the sanitizer's own handler
# is not their owner's doing.
export ASAN_OPTIONS="${ASAN_OPTIONS-}:handle_sigfpe=0"

# equal NAME COMMAND...: its last line says so; else what it said is shown.
equal() {
  name=$1
  shift
  "$@" >"$scratch/out" 2>"$scratch/err"
  status=$?
  report $status "$name: $(tail -n 1 "$scratch/out")"
  if [ $status -ne 0 ]; then
    comment "$scratch/out" "standard output"
    comment "$scratch/err" "standard error"
  fi
}

count=$(grep -ch '^{scenario,' $files | awk '{n += $1} END {print n}')
[ "$count" -ge 200 ]
report $? "there are at least 200 scenarios: $count"
is "every rule has one" "$($PIER scenario --rules $files)" ""

if command -v erl >/dev/null; then
  equal "the native host and the BEAM" "$PIER" scenario --host both --jobs 6 $repeat --keep-going $files
else
  skip "the native host and the BEAM" "there is no erl in PATH"
fi

export ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0"
equal "the native host and what was recorded" \
  "$PIER" scenario --host both --recorded --jobs 6 $repeat --keep-going $files
polled=$(for name in busy data end packet ownership stream; do echo "test/scenarios/$name.scn"; done)
equal "the same with a host that polls before it sleeps" \
  "$PIER" scenario --host both --recorded --poll 50 --jobs 6 $repeat --keep-going $polled

finish
