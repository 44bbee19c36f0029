#!/bin/sh
# The same program, called by `pier call`, by an escript and by an Elixir script.
. test/support/tap.sh
calc=$PIER_BUILD/examples/calc
sum='{add,1,2}'
product='{mul,123456789012345678901234567890,3}'

native=$("$PIER" call "$sum" "$product" '{divide,1,0}' nonsense -- "$calc")
is "pier call: status" $? 0
is "pier call: the first answer" "$(echo "$native" | head -n 1)" "{ok,3}"
is "pier call: four answers" "$(echo "$native" | wc -l)" 4
if command -v escript >/dev/null; then
  is "an escript with open_port gets the same terms" \
    "$(test/erl/calc.escript "$calc" "$sum" "$product" '{divide,1,0}' nonsense)" "$native"
else
  skip "an escript with open_port gets the same terms" "no erl here"
fi
if command -v elixir >/dev/null; then
  is "an Elixir script, through the OTP application" \
    "$(elixir -pa build/ebin test/erl/calc.exs "$calc" | tr -d ' ' | sed 's/:ok/ok/g; s/^{ok,\(.*\)}$/\1/')" \
    "$(echo "$native" | head -n 2)"
else
  skip "an Elixir script, through the OTP application" "no elixir here"
fi
finish
