#!/bin/sh
# The Erlang side's EUnit tests, compiled into a folder of their own.
if ! command -v erlc >/dev/null; then
  echo "1..0 # SKIP no erl here"
  exit 0
fi
export PIER_BUILD="${PIER_BUILD:-build/check}"
scratch=$(mktemp -d "${TMPDIR:-/tmp}/pier-test.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
erlc +debug_info -Werror -o "$scratch" erl_src/*.erl test/erl/*.erl || exit 1
erl -noshell -pa "$scratch" -eval 'eunit_tap:run([pier_frames_tests,pier_tests,pier_call_tests,pier_scenario_tests,pier_transform_tests]).'
