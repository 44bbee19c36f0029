#!/bin/sh
# The projects in examples/, tested by their own tools, offline, against what was built.
. test/support/tap.sh
unset MAKEFLAGS MFLAGS MAKELEVEL MIX_APP_PATH
mkdir -p "$scratch/libs/pier" "$scratch/home"
ln -s "$PWD/build/ebin" "$scratch/libs/pier/ebin"
export ERL_LIBS="$scratch/libs" PIER_EXAMPLES="$PWD/$PIER_BUILD/examples" PIER="$PWD/$PIER"
export HOME="$scratch/home" HEX_OFFLINE=1 MIX_HOME="$scratch/home" MIX_BUILD_PATH="$scratch/mix"
export REBAR_OFFLINE=1 REBAR_CACHE_DIR="$scratch/home" REBAR_BASE_DIR="$scratch/rebar"

# project NAME TOOL COMMAND...
project() {
  folder=$1 tool=$2
  shift 2
  name="examples/$folder: $*"
  if ! command -v "$tool" >/dev/null; then
    skip "$name" "no $tool here"
    return
  fi
  (cd "examples/$folder" && "$@") >"$scratch/log" 2>&1
  status=$?
  report $status "$name"
  [ $status -eq 0 ] || comment "$scratch/log" "$*"
}
project elixir mix mix test
project elixir mix mix format --check-formatted
project rebar3 rebar3 rebar3 eunit
# Without pier they say so.
export ERL_LIBS= PKG_CONFIG=false
for tool in mix rebar3; do
  if command -v $tool >/dev/null; then
    folder=$tool
    [ $tool = rebar3 ] || folder=elixir
    said=$(cd examples/$folder && $tool compile 2>&1)
    like "$said" '*pier is not installed: neither ERL_LIBS nor pkg-config has it*'
    report $? "$tool: pier is not installed"
  else
    skip "$tool: pier is not installed" "no $tool here"
  fi
done
is "nothing is left in the examples" "$(cd examples && find . -name _build -o -name '*.lock' -o -name priv -o -name ebin -o -name '*.crashdump')" ""
finish
