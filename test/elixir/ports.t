#!/bin/sh
# One ordinary ExUnit module, test/elixir/port_test.exs, on the BEAM and, with one line
# more, on the native host.
. test/support/tap.sh
if ! command -v elixir >/dev/null; then
  echo "1..0 # SKIP no elixir here"
  exit 0
fi
PIER=$PWD/$PIER
export PIER LC_ALL=C.UTF-8
export HOME="$scratch"

# suite NAME FILE
suite() {
  timeout 300 elixir -pa build/ebin -e 'ExUnit.start(colors: [enabled: false])' -r "$2" \
    </dev/null >"$scratch/out" 2>&1
  status=$?
  report $status "$1: $(grep 'tests, ' "$scratch/out")"
  [ $status -eq 0 ] || comment "$scratch/out" "$1"
}
suite "on the BEAM" test/elixir/port_test.exs
sed 's/^  use ExUnit.Case.*/&\n  @compile {:parse_transform, :pier_transform}/' test/elixir/port_test.exs >"$scratch/native_test.exs"
PIER_HOST_TRACE="$scratch/trace" && export PIER_HOST_TRACE
suite "with the transform" "$scratch/native_test.exs"
opened=$(grep -c 'vm> {apply.*,open_port,' "$scratch/trace")
[ "$opened" -ge 25 ]
report $? "they were ports of the native host: $opened opened"
# Elixir's own module, whichever version is here.
is "Pier.Port has all of Port" "$(elixir -pa build/ebin -e '
  functions = Port.__info__(:functions)
  strange = for {name, arity} <- functions, :pier_transform.redirected(Port, name, arity) != {Pier.Port, name}, do: name
  IO.inspect({functions -- Pier.Port.__info__(:functions), strange})')" "{[], []}"
if command -v mix >/dev/null; then
  is "the sources are formatted" "$(mix format --check-formatted lib/pier/*.ex test/elixir/*.exs 2>&1)" ""
else
  skip "the sources are formatted" "no mix here"
fi
finish
