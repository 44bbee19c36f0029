#!/bin/sh
# One ordinary EUnit module, test/erl/port_tests.erl, with the ports of the BEAM and, by the
# parse transform alone, with those of the native host.
. test/support/tap.sh
if ! command -v erlc >/dev/null; then
  echo "1..0 # SKIP no erl here"
  exit 0
fi
export PIER PIER_DRIVERS=build/drivers
mkdir "$scratch/pier" "$scratch/beam" "$scratch/native" "$scratch/both"
erlc +debug_info -Werror -o "$scratch/pier" erl_src/*.erl test/erl/eunit_tap.erl || exit 1

# suite NAME FOLDER COMPILER-OPTIONS...: all tests, with no line of their output but failures.
suite() {
  name=$1 folder=$scratch/$2
  shift 2
  erlc -Werror -pa "$scratch/pier" "$@" -o "$folder" test/erl/port_tests.erl
  report $? "$name: compiled"
  timeout 300 erl -noshell -pa "$scratch/pier" "$folder" -eval 'eunit_tap:run([port_tests]).' \
    </dev/null >"$folder/out" 2>"$folder/errors"
  status=$?
  grep -v '^ok ' "$folder/out" | grep -v "^1\.\." | grep -v "^$" | sed 's/^/# /'
  report $status "$name: $(grep -c '^ok ' "$folder/out") tests of $(sed -n 's/^1\.\.//p' "$folder/out") pass"
  [ $status -eq 0 ] || comment "$folder/errors" "standard error"
}
suite "on the BEAM" beam
PIER_HOST_TRACE="$scratch/trace" && export PIER_HOST_TRACE
suite "with the transform" native '+{parse_transform,pier_transform}'
unset PIER_HOST_TRACE
[ "$(grep -c open_port "$scratch/trace")" -gt 50 ]
report $? "they were ports of the native host: $(grep -c open_port "$scratch/trace") opened"
suite "both in turn" both '+{parse_transform,pier_transform}' '+{pier_host,both}'
finish
