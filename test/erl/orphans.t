#!/bin/sh
# kill -9 of the BEAM, of a native owner, of wrappers: nothing that they had started lives
# on. In each of PIER_ROUNDS (2) rounds one BEAM has a program that is busy for a minute,
# with children and with 8 MiB unread, and every program of the table behind `pier wrap`,
# twice: the wrapper of one is killed, the others lose the BEAM. Every process of a port
# has the port's mark in its environment, so that none can hide.
. test/support/tap.sh
rounds=${PIER_ROUNDS:-2}
busy=$PIER_BUILD/test/erl/busy
tab=$(printf '\t')

# NAME COUNT PROGRAM ARGUMENTS, with tabs: what runs behind the wrapper, and how many
# processes that makes at least, wrapper and guard included.
cat >"$scratch/programs" <<TABLE
sleep	3	sleep	1000
an endless writer	3	yes
one that ignores SIGTERM	3	sh	-c	trap "" TERM HUP INT; while :; do sleep 0.1; done
one that forks twice	4	sh	-c	(setsid sleep 1000 <&- >/dev/null 2>&1 &) ; sleep 1000
one with its own session	3	setsid	-w	sleep	1000
TABLE
if command -v fswatch >/dev/null 2>&1; then
  mkdir "$scratch/watched"
  printf 'fswatch\t3\tfswatch\t%s\n' "$scratch/watched" >>"$scratch/programs"
fi

# census: the marks of this test that are alive, with the number of their processes.
census() {
  grep -zhs "^PIER_MARK=$$-" /proc/[0-9]*/environ | tr '\0' '\n' | sed 's/^PIER_MARK=//' | sort | uniq -c |
    awk '{ print $2, $1 }'
}

# started: have all of $scratch/wanted (a mark and a count each) as many processes?
started() {
  census >"$scratch/census"
  awk 'NR == FNR { alive[$1] = $2; next } alive[$1] + 0 < $2 { exit 1 }' "$scratch/census" "$scratch/wanted"
}
gone() { [ -z "$(census)" ]; }
said_beam() { grep -q '^beam ' "$scratch/said"; }

# note NAME: one more of it is gone, unless its mark is in the census.
note() {
  grep -q "^$2 " "$scratch/census" || echo "$1" >>"$scratch/gone"
}

# lines ROUND: the ports of the BEAM, for the script; what to wait for, in $scratch/wanted.
lines() {
  printf '%s-%s-busy\tbusy\t%s\texec sleep 1000\ttrap "" TERM; sleep 1000 & wait; sleep 1000\n' $$ "$1" "$busy"
  echo "$$-$1-busy 6" >"$scratch/wanted"
  number=0
  while IFS=$tab read -r name count rest; do
    number=$((number + 1))
    for what in beam wrapper; do
      printf '%s\traw\t%s\twrap\t--grace\t500\t--\t%s\n' "$$-$1-$what-$number" "$PIER" "$rest"
      echo "$$-$1-$what-$number $count" >>"$scratch/wanted"
    done
  done <"$scratch/programs"
}

# tally ROUND: what is gone now, by name.
tally() {
  until_true 20 gone
  census >"$scratch/census"
  [ ! -s "$scratch/census" ] || sed 's/^/# lives on: /' "$scratch/census"
  note "busy, with children and 8 MiB unread: the BEAM is killed" "$$-$1-busy"
  number=0
  while IFS=$tab read -r name count rest; do
    number=$((number + 1))
    note "wrapped, $name: the BEAM is killed" "$$-$1-beam-$number"
    note "wrapped, $name: the wrapper is killed" "$$-$1-wrapper-$number"
  done <"$scratch/programs"
}

# end_all: what should be gone and is not, before the next round.
end_all() {
  for pid in $(grep -lzs "^PIER_MARK=$$-" /proc/[0-9]*/environ | sed 's|/proc/||; s|/environ||'); do
    kill -9 "$pid" 2>/dev/null
  done
}

beam_round() {
  lines "$1" >"$scratch/lines"
  : >"$scratch/said"
  test/erl/orphans.escript "$scratch/lines" >"$scratch/said" 2>"$scratch/errors" &
  script=$!
  if until_true 30 said_beam && until_true 30 started; then
    for pid in $(sed -n 's/^[0-9]*-[0-9]*-wrapper-[0-9]* //p' "$scratch/said"); do kill -9 "$pid"; done
    kill -9 "$(sed -n 's/^beam //p' "$scratch/said")"
    tally "$1"
  else
    echo "# round $1 did not start"
    comment "$scratch/errors" errors
    comment "$scratch/census" census
    kill -9 $script 2>/dev/null
  fi
  wait $script 2>/dev/null
  end_all
}

# The same program, and a native owner: `pier run` sends what comes through the pipe.
native_round() {
  mkfifo "$scratch/in-$1"
  "$PIER" run --packet 4 --input term --env "PIER_MARK=$$-$1-native" -- "$busy" 'exec sleep 1000' \
    'trap "" TERM; sleep 1000 & wait; sleep 1000' <"$scratch/in-$1" >/dev/null 2>&1 &
  owner=$!
  exec 9>"$scratch/in-$1"
  (
    echo busy.
    cat "$scratch/big"
    : >"$scratch/fed-$1"
  ) >&9 &
  echo "$$-$1-native 6" >"$scratch/wanted"
  if until_true 30 started && until_true 30 [ -e "$scratch/fed-$1" ]; then
    kill -9 $owner
    until_true 20 gone
    census >"$scratch/census"
    note "busy, with children and 8 MiB unread: the native owner is killed" "$$-$1-native"
  fi
  exec 9>&-
  wait $owner 2>/dev/null
  end_all
}

# counted NAME: gone in every round.
counted() {
  is "$1" "$(grep -cxF "$1" "$scratch/gone") of $rounds" "$rounds of $rounds"
}

: >"$scratch/gone"
{
  printf '<<"'
  head -c 8388608 /dev/zero | tr '\0' a
  echo '">>.'
} >"$scratch/big"
round=0
while [ $round -lt "$rounds" ]; do
  round=$((round + 1))
  native_round "native-$round"
  if command -v escript >/dev/null; then beam_round $round; fi
done
counted "busy, with children and 8 MiB unread: the native owner is killed"
if command -v escript >/dev/null; then
  counted "busy, with children and 8 MiB unread: the BEAM is killed"
  while IFS=$tab read -r name count rest; do
    counted "wrapped, $name: the BEAM is killed"
    counted "wrapped, $name: the wrapper is killed"
  done <"$scratch/programs"
else
  skip "kill -9 of the BEAM" "no erl here"
fi
command -v fswatch >/dev/null 2>&1 || skip "wrapped, fswatch" "not installed"
finish
