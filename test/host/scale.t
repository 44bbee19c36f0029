#!/bin/sh
# Nothing depends on how many ports, processes, timers, queued commands, suspended callers
# and messages there are: twice as many of them take twice the instructions in all.
. test/support/tap.sh
scale=$(dirname "$PIER")/test/host/scale

if ! valgrind --tool=callgrind --callgrind-out-file=/dev/null true 2>/dev/null; then
  skip "instructions of many" "there is no valgrind to count them"
  finish
  exit
fi
if [ ! -x "$scale" ]; then
  skip "instructions of many" "this build has no linked-in drivers"
  finish
  exit
fi

# counted WORK COUNT: the instructions of all of it.
counted() {
  timeout 100 valgrind --tool=callgrind --callgrind-out-file=/dev/null "$scale" "$1" "$2" \
    >"$scratch/out" 2>&1 || {
    comment "$scratch/out" "output"
    return 1
  }
  sed -n 's/.*Collected : //p' "$scratch/out"
}

# growth WORK COUNT: how many times as much the second COUNT of them costs with the first
# COUNT there; 1.0 where nothing depends on how many there are, 3.0 where all of it does.
growth() {
  none=$(counted "$1" 1) && some=$(counted "$1" "$2") && more=$(counted "$1" $(($2 * 2))) ||
    return 1
  echo "$none $some $more" | awk '{printf "%.2f\n", ($3 - $2) / ($2 - $1)}'
}

flat() {
  times=$(growth "$1" "$2")
  verdict=$(awk -v times="${times:-9}" \
    'BEGIN {print (times >= 0.5 && times <= 1.6) ? "flat" : "grows: " times}')
  is "$1: as much for each of $(($2 * 2)) as for each of $2" "$verdict" flat
}

flat ports 200
flat processes 1000
flat timers 300
flat commands 2000
flat suspended 500
flat messages 2000
finish
