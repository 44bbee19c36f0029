#!/bin/sh
# The peer library, on its three loops, under the native host and under the BEAM: the
# same answers, and those that test/both/calls.terms says.
. test/support/tap.sh
peer=$PIER_BUILD/test/both/peer
TSAN_OPTIONS="log_path=$scratch/race" && export TSAN_OPTIONS
calls=$PIER_BUILD/test/both/calls
terms=test/both/calls.terms

# same NAME WANTED GOT: two files.
same() {
  diff "$2" "$3" >"$scratch/diff" 2>&1
  report $? "$1"
  cut -c1-200 "$scratch/diff" | head -n 20 | sed 's/^/# /'
}

"$calls" expected $terms >"$scratch/expected" || report 1 "the file of dialogues"
for loop in blocking uv poll; do
  timeout 120 "$calls" answered $terms "$peer" $loop >"$scratch/native" 2>&1
  same "the native host, loop: $loop" "$scratch/expected" "$scratch/native"
  if command -v escript >/dev/null; then
    timeout 120 escript test/both/calls.escript $terms "$peer" $loop >"$scratch/beam" 2>&1
    same "the BEAM, loop: $loop" "$scratch/expected" "$scratch/beam"
  else
    skip "the BEAM, loop: $loop" "no escript"
  fi
done
is "no races" "$(cat "$scratch"/race.* 2>/dev/null | head -n 60)" ""
finish
