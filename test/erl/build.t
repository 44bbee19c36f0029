#!/bin/sh
# rebar3 and mix build the C side by the same make and leave programs in priv/.
# Their own products go to a scratch folder; one after the other, for they share
# the folder that make builds in.
. test/support/tap.sh
unset MAKEFLAGS MFLAGS MAKELEVEL
export HOME="$scratch" REBAR_OFFLINE=1 REBAR_BASE_DIR="$scratch/rebar" HEX_OFFLINE=1
export MIX_BUILD_PATH="$scratch/mix" MIX_HOME="$scratch" REBAR_CACHE_DIR="$scratch/cache"

# quietly NAME COMMAND...
quietly() {
  name=$1
  shift
  "$@" >"$scratch/log" 2>&1
  status=$?
  report $status "$name"
  [ $status -eq 0 ] || comment "$scratch/log" "$*"
}

# priv_calc FOLDER: calls the program that the application there finds in its priv.
priv_calc() {
  erl -noshell -pa "$1/ebin" -eval '
    {ok, _} = pier:start_link(#{name => calc, program => {priv, pier, "calc"}}),
    io:format("~0tp", [pier:call(calc, {add, 1, 2})]),
    halt().'
}

if command -v rebar3 >/dev/null; then
  quietly "rebar3 compile" rebar3 compile
  is "rebar3: the application calls priv/calc" \
    "$(priv_calc "$REBAR_BASE_DIR/default/lib/pier")" "{ok,{ok,3}}"
  quietly "rebar3 eunit" rebar3 eunit
else
  skip "rebar3 compile" "no rebar3 here"
fi
if command -v mix >/dev/null; then
  quietly "mix compile" mix compile
  is "mix: the application calls priv/calc" "$(priv_calc "$MIX_BUILD_PATH/lib/pier")" "{ok,{ok,3}}"
else
  skip "mix compile" "no mix here"
fi
# What `make` has left is what `make demo` shows.
if [ -x build/pier ] && [ -x priv/calc ]; then
  quietly "tools/demo" tools/demo
  if command -v escript >/dev/null; then
    is "tools/demo ends with the comparison" "$(tail -n 1 "$scratch/log")" \
      "Compared with the BEAM: 4 answers of calc and 2 of deflate, as text, byte for byte: equal."
  fi
else
  skip "tools/demo" "nothing was built here"
fi
finish
