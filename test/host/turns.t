#!/bin/sh
# The system calls of one round trip, of one batch, of doing nothing: what a longer run
# makes more than a shorter one, host and program together.
. test/support/tap.sh
trips=$(dirname "$PIER")/test/host/trips
echo=$(dirname "$PIER")/examples/echo
# Its check for leaks cannot run below strace.
export ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0"

if ! strace -f -c -o "$scratch/probe" true 2>/dev/null; then
  skip "system calls of round trips" "there is no strace, or it may trace nothing"
  finish
  exit
fi

# counted WORK COUNT: "call number" for each system call, of host and program.
counted() {
  timeout 100 strace -f -c -o "$scratch/counts" "$trips" "$1" "$2" "$echo" 2>"$scratch/err" || {
    comment "$scratch/err" "standard error"
    return 1
  }
  awk '$4 ~ /^[0-9]+$/ && $NF != "total" {print $NF, $4}' "$scratch/counts"
}

# more WORK FEW MANY: how many of each call MANY makes more than FEW, for one of them:
# "epoll_wait 1.0 read 2.0 write 2.0". Memory for what is counted here and there, and how
# the program is seen to end, are not of each.
more() {
  counted "$1" "$2" >"$scratch/few" && counted "$1" "$3" >"$scratch/many" || return 1
  awk -v times=$(($3 - $2)) -v least="${LEAST-0.1}" '
    NR == FNR {few[$1] = $2; next}
    {each = ($2 - few[$1]) / times}
    each >= least || each <= -least {printf "%s %.1f\n", $1, each}' \
    "$scratch/few" "$scratch/many" | sort | tr '\n' ' ' | sed 's/ $//'
}

is "a round trip is two writes, two reads and one wait" \
  "$(more serial 20 120)" "epoll_wait 1.0 read 2.0 write 2.0"
is "so is a batch of 64 frames" \
  "$(more batch 20 120)" "epoll_wait 1.0 read 2.0 write 2.0"
is "and a corked port that answers 64 in a turn" \
  "$(more cork 20 120)" "epoll_wait 1.0 read 2.0 write 2.0"
# Of 350 milliseconds: a clock that ticks would show.
is "nothing happens while nothing happens" "$(LEAST=0.02 more idle 50 400)" ""
finish
