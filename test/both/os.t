#!/bin/sh
# One program reports what it finds itself in (descriptors, session, signals, limits,
# directory, environment), opened by the native host and by the BEAM: the reports are
# equal, whatever surroundings the hosts were started in.
. test/support/tap.sh

# equal NAME IDS COMMAND...: before the command that runs both.
equal() {
  name=$1 only=$(for id in $2; do printf -- '--only report.%s ' "$id"; done)
  shift 2
  "$@" "$PIER" scenario --host both --keep-going --jobs 1 $only test/both/os.scn >"$scratch/out" 2>&1 </dev/null
  report $? "$name"
  tail -1 "$scratch/out" | grep -q ' all equal$' || comment "$scratch/out" "$name"
}

# Surroundings, each the whole of a command line before the command that follows.
limited() (umask 027 && ulimit -S -n 300 && ulimit -S -c 0 && ulimit -S -s 4096 && ulimit -f 100000 && "$@")
ignoring() (trap '' HUP INT QUIT USR1 USR2 TTIN TTOU ALRM WINCH 34 64 && "$@")
ignoring_more() (trap '' TERM PIPE SEGV BUS ILL TRAP VTALRM PROF XCPU && "$@")
crowded() ("$@" 3</dev/null 4</dev/null 7>/dev/null 9</dev/null)
surrounded() (A=1 EMPTY='' SPACES=' a  b ' EQUALS='=a=b=' UTF='äß€' LONG=$(printf '%05000d' 7) export A EMPTY SPACES EQUALS UTF LONG && "$@")

if ! command -v erl >/dev/null; then
  skip "reports of a program on both hosts" "no erl here"
  finish
fi
equal "as they are" ""
equal "another umask, lower limits" "default cd shell" limited
equal "signals ignored" "default shell" ignoring
equal "more signals ignored" "default shell" ignoring_more
equal "descriptors open that are nobody's, more variables" "default nouse_stdio environment" crowded surrounded
# The one difference, on purpose: the BEAM passes on what it was started with.
is "signals blocked are not blocked in a program of the native host" \
  "$(env --block-signal=USR1 --block-signal=HUP "$PIER" scenario --only report.in test/both/os.scn |
    sed -n 's/.*ignored[ 0-9]*\(blocked[ 0-9]*\).*/\1/p')" blocked
finish
