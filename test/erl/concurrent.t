#!/bin/sh
# 100 Erlang processes call one program at once; it answers from four threads, in random
# order: each gets its own answer.
#   PIER_CALLS  how many calls each of them has under way (100)
. test/support/tap.sh
peer=$PIER_BUILD/test/both/peer
TSAN_OPTIONS="log_path=$scratch/race" && export TSAN_OPTIONS
calls=${PIER_CALLS:-100}
all=$((calls * 100))
if ! command -v escript >/dev/null; then
  skip "$all concurrent calls" "no escript"
  finish
fi
for loop in blocking uv poll; do
  is "$all concurrent calls of 100 processes, loop: $loop" \
    "$(timeout 200 escript test/erl/concurrent.escript "$peer" $loop 100 "$calls" 2>&1)" \
    "$all of $all right
in random order"
done
is "no races" "$(cat "$scratch"/race.* 2>/dev/null | head -n 60)" ""
finish
