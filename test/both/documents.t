#!/bin/sh
# The documents' own examples, on the native host and on the BEAM: the owner of
# the port gets the same messages.
. test/support/tap.sh
native=$PIER_BUILD/test/both/native
beam="escript test/both/beam.escript"

# Port numbers, references, process ids and the folder differ from run to run.
plain() {
  sed -e 's/#Port<0\.[0-9]*>/P/g' -e 's/#Ref<[0-9.]*>/R/g' -e 's/{eol,<<"[0-9]*">>}/{eol,<<"PID">>}/' \
    -e "s|$scratch|DIR|g"
}

# example NAME WANTED SCENARIO [ARGUMENT]
example() {
  name=$1 wanted=$2
  shift 2
  got=$("$native" "$@" 2>&1 | plain)
  is "$name: native" "$got" "$wanted"
  rm -f "$scratch/created"
  if command -v escript >/dev/null; then
    is "$name: the BEAM gives the same" "$($beam "$@" 2>&1 | plain)" "$got"
  else
    skip "$name: the BEAM gives the same" "no erl here"
  fi
}

example "cat answers hello, then world; close" '{P,{data,<<"hello">>}}
{P,{data,<<"world">>}}
{'"'EXIT'"',P,normal}
{P,closed}' hello_world
example "echo oops by spawn" '{P,{data,<<"oops\n">>}}
{P,{exit_status,0}}
{'"'EXIT'"',P,normal}' echo_oops
example "byte lists without binary" '{P,{data,"oops\n"}}
{'"'EXIT'"',P,normal}' byte_lists
example "/bin/echo by spawn_executable with one argument" '{P,{data,<<"hello world\n">>}}
{'"'EXIT'"',P,normal}' echo_executable
if command -v fswatch >/dev/null; then
  example "a file watcher: a created file, then the owner's death" '{P,{data,<<"DIR/created">>}}
{'"'DOWN'"',R,port,P,shutdown}
undefined' watcher "$scratch"
else
  skip "a file watcher" "no fswatch here"
fi
example "a shell wrapper ends its program when the port closes" '{P,{data,{eol,<<"PID">>}}}
it runs
{'"'EXIT'"',P,normal}
{P,closed}
it has ended' wrapper test/both/wrapper.sh
finish
