#!/bin/sh
# pier wrap: data untouched, status passed on, and nothing left alive when the
# owner, the wrapper or the guard is gone. Every process of a case carries a
# mark in its environment, so that none can hide.
. test/support/tap.sh
wrap="$PIER wrap"
owner=

# marked: the pids of the processes of this case.
marked() {
  grep -lzsx "PIER_MARK=$mark" /proc/[0-9]*/environ | sed 's|/proc/||; s|/environ||' | sort -n
}
alive() {
  for pid in $(marked); do
    case $(cut -d ' ' -f 3 "/proc/$pid/stat" 2>/dev/null) in
    Z | '') ;;
    *) echo "$pid" ;;
    esac
  done
}
none() { [ -z "$(alive)" ]; }
at_least() { [ "$(alive | wc -l)" -ge "$1" ]; }

# open_port COUNT COMMAND...: an owner with a port that runs COMMAND, which makes
# COUNT processes, the wrapper and its guard included.
open_port() {
  count=$1
  shift
  cases=$((${cases:-0} + 1))
  mark=$$-$cases
  mkfifo "$scratch/in-$cases"
  "$PIER" run --wait 0 --env "PIER_MARK=$mark" -- "$@" <"$scratch/in-$cases" >"$scratch/messages" 2>&1 &
  owner=$!
  exec 9>"$scratch/in-$cases"
  until_true 20 at_least "$count" || echo "# only $(alive | wc -l) processes started"
}

# gone NAME: nothing of the case lives on.
gone() {
  until_true 20 none
  report $? "$1"
  none || {
    ps -o pid,ppid,stat,args $(alive) | sed 's/^/# /'
    kill -9 $(alive)
  }
  kill -9 "$owner" 2>/dev/null
  exec 9>&-
  wait "$owner" 2>/dev/null
}

# ends NAME COUNT PROG...: PROG under the wrapper, ended in every way there is.
ends() {
  name=$1 count=$2
  shift 2
  open_port "$count" $wrap --grace 400 -- "$@"
  kill -9 "$owner"
  gone "$name: the owner is killed"
  open_port "$count" $wrap --grace 400 -- "$@"
  exec 9>&-
  gone "$name: the port is closed"
  open_port "$count" $wrap --grace 400 -- "$@"
  kill -9 "$(marked | head -n 1)"
  gone "$name: the wrapper is killed"
  open_port "$count" $wrap --grace 400 -- "$@"
  kill -9 "$(marked | sed -n 2p)"
  gone "$name: the guard is killed"
  open_port "$count" $wrap --grace 400 -- "$@"
  kill -TERM "$(marked | head -n 1)"
  gone "$name: the wrapper is asked to end"
}

INPUT='to the program' gives "data passes" 0 "to the program" "" $wrap cat
head -c 3000000 /dev/urandom >"$scratch/data"
$wrap -- cat <"$scratch/data" >"$scratch/copy"
is "megabytes pass" "$(cmp "$scratch/data" "$scratch/copy" && echo same)" same
gives "a status" 3 "" "" $wrap -- sh -c 'exit 3'
gives "a signal" 137 "" "" $wrap -- sh -c 'kill -9 $$'
gives "arguments as they are" 0 "\[a  b]\[]\[--all]" "" $wrap -- sh -c 'printf "[%s]" "$@"' sh 'a  b' '' --all
gives "options after the program are the program's" 0 "--grace" "" $wrap echo --grace
gives "no program" 2 "" "pier wrap: no program given *" $wrap
gives "no such program" 127 "" "pier wrap: no-such-program: no such program in PATH" $wrap no-such-program
gives "a directory" 126 "" "pier wrap: /etc: Is a directory" $wrap /etc
gives "a file that is no program" 126 "" "pier wrap: *: a text whose first line is not *" $wrap "$(
  echo text >"$scratch/text"
  chmod +x "$scratch/text"
  echo "$scratch/text"
)"
gives "--grace with a word" 2 "" "pier wrap: --grace soon: not a number *" $wrap --grace soon -- cat
gives "--signal with another word" 2 "" "pier wrap: --signal STOPIT: no such signal*" $wrap --signal STOPIT -- cat
gives "--watch of a closed descriptor" 2 "" "pier wrap: --watch 77: this descriptor is not open" $wrap --watch 77 -- cat
gives "an unknown option" 2 "" "pier wrap: unknown option --wait*" $wrap --wait -- cat
gives "--help" 0 "usage: pier wrap*" "" $wrap --help

gives "what the first process leaves is ended" 4 "" "" $wrap -- sh -c 'sleep 1000 & exit 4'
INPUT='' gives "--all waits for it" 4 "late" "" $wrap --all --grace 20000 -- sh -c '(sleep 0.3; echo late) & exit 4'
INPUT='' gives "it may end by itself" 0 "done" "" $wrap --grace 20000 -- sh -c 'cat; sleep 0.2; echo done'
INPUT='' gives "the signal of choice" 0 "INT" "" $wrap --grace 600 --signal int -- \
  sh -c 'trap "echo INT; exit 0" INT; trap "" TERM; while :; do sleep 0.05; done'
INPUT='' gives "a stopped program is woken to end" 143 "" "" $wrap --grace 400 -- sh -c 'kill -STOP $$'
# The program goes on only when its reader has seen the end of its output.
mkfifo "$scratch/open"
sleep 60 >"$scratch/open" &
$wrap -- sh -c "exec >&-; until [ -e $scratch/end-seen ]; do sleep 0.05; done; exit 6" <"$scratch/open" | {
  cat
  : >"$scratch/end-seen"
}
kill $!
report 0 "the end of its output is seen while the program lives"

ends "sleep" 3 sleep 1000
ends "an endless writer" 3 sh -c 'exec yes'
ends "a writer that minds no SIGPIPE" 3 sh -c 'trap "" PIPE TERM INT; while :; do echo x 2>/dev/null; done'
ends "one that ignores SIGTERM" 3 sh -c 'trap "" TERM HUP INT; while :; do sleep 0.1; done'
ends "one with children" 6 sh -c 'sleep 1000 & (sleep 1000 & sleep 1000) & wait'
ends "one that forks twice" 3 sh -c '(setsid sleep 1000 <&- >/dev/null 2>&1 &) ; sleep 1000'
ends "one that starts its own session" 3 setsid -w sleep 1000
ends "one that is stopped" 3 sh -c 'kill -STOP $$'
if command -v fswatch >/dev/null 2>&1; then
  ends "fswatch" 3 fswatch "$scratch"
else
  skip "fswatch" "not installed"
fi

# Megabytes that nobody reads stand before the end of the port.
open_port 3 $wrap --grace 400 -- sleep 1000
head -c 60000 /dev/zero >&9
kill -9 "$owner"
gone "with unread data in the pipe"

finish
