#!/bin/sh
# The ends of native hosts: killed, with their VM, by a driver that writes where it must not.
. test/support/tap.sh
if ! command -v escript >/dev/null; then
  echo "1..0 # SKIP no erl here"
  exit 0
fi
PIER=$PWD/$PIER
export PIER
# A host of Erlang's modules that are here; they need not be installed.
ERL_FLAGS="-pa $PWD/build/ebin" && export ERL_FLAGS
native() { timeout 120 escript test/erl/native.escript "$@" 2>"$scratch/errors"; }

is "the host is killed in the middle of a conversation" "$(native killed host)" ok
is "the process beside it is killed" "$(native killed guard)" ok
is "the host is stopped" "$(native stopped)" ok
is "two hosts, one of them killed" "$(native two)" ok
# PIER_FRAMES: of each port; check has few of them.
is "200 ports, ${PIER_FRAMES:-50} frames each: none is lost, all are in order" \
  "$(native flood 200 "${PIER_FRAMES:-50}")" ok
is "limits" "$(native limits)" ok
is "polling" "$(native poll)" ok
is "what cannot be started" "$(native no_command)" ok

is "a monitor by name in a VM that has a name" \
  "$(ERL_FLAGS="$ERL_FLAGS -sname pier$$ -dist_listen false -start_epmd false" native named)" ok

# The command that starts the host is the user's: what it does holds for the host's programs.
below() { PIER=$PWD/build/pier native below "$@"; }
if command -v prlimit >/dev/null; then
  is "a limit of the system" "$(below 'ulimit -n' prlimit --nofile=50)" '{0,"50"}'
else
  skip "a limit of the system" "no prlimit here"
fi
if strace -f -o "$scratch/strace" true 2>/dev/null; then
  is "below strace" "$(below 'echo traced' strace -f -o "$scratch/strace")" '{0,"traced"}'
  traced() { grep -q 'execve("/bin/sh", \["/bin/sh", "-c", "echo traced"\]' "$scratch/strace"; }
  until_true 60 traced
  report $? "whose file has the programs of the host"
else
  skip "below strace" "no strace here, or it may trace nothing"
fi
other="setpriv --reuid=65534 --regid=65534 --clear-groups"
if $other test -x "$PWD/build/pier" 2>/dev/null; then
  is "as another user" "$(below 'id -u; id -g' $other)" '{0,"65534\n65534"}'
else
  skip "as another user" "not root, no setpriv, or the other may not read this folder"
fi

# VM NAME: kill -9 of the VM; every process of its host has the mark in its environment.
alive() { grep -lzs "^PIER_MARK=$$\$" /proc/[0-9]*/environ | grep -v "/$$/" | wc -l; }
gone() { [ "$(alive)" -eq 0 ]; }
said_host() { grep -q '^host ' "$scratch/said"; }
PIER_MARK=$$ escript test/erl/native.escript vm >"$scratch/said" 2>&1 &
script=$!
until_true 60 said_host
report $? "a VM with a host and three programs"
[ "$(alive)" -ge 5 ]
report $? "has at least five processes"
for pid in $(grep -lzs "^PIER_MARK=$$\$" /proc/[0-9]*/environ | sed 's|/proc/||; s|/environ||'); do
  case $(readlink "/proc/$pid/exe") in */beam.smp) kill -9 "$pid" ;; esac
done
wait $script 2>/dev/null
until_true 30 gone
report $? "the VM is killed: nothing of it is left"

drivers=$PWD/build/drivers
line=$(grep -n 'the line that reports name' test/drivers/wild_drv.c | cut -d: -f1)
if [ ! -f "$drivers/wild_drv.so" ]; then
  skip "a driver that writes where it must not" "built without drivers"
  finish
fi
is "a driver that writes through a wild pointer ends its host only" \
  "$(PIER=$PWD/build/pier native wild "$drivers" 1)" "{{pier_host,{signal,11}},still,here}"
said=$(native wild "$drivers" 1)
like "$said" "{{pier_host,{*}},still,here}" && grep -q "wild_drv.c:$line" "$scratch/errors"
report $? "with a sanitizer, whose report names the line"
[ $? -eq 0 ] || comment "$scratch/errors" "standard error"
if command -v valgrind >/dev/null; then
  said=$(PIER=$PWD/build/pier native wild "$drivers" 2 valgrind -q --log-file="$scratch/valgrind")
  is "below valgrind a byte too many ends nothing" "$said" "{none,still,here}"
  grep -q "Invalid write of size 1" "$scratch/valgrind" && grep -q "wild_drv.c:$line" "$scratch/valgrind"
  report $? "and the report names the line"
else
  skip "below valgrind" "no valgrind here"
fi
finish
