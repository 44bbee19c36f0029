#!/bin/sh
# pier scenario: what it refuses, what it says of a difference, what it compares with.
# That the host does what the BEAM does is in test/both/scenarios.t.
. test/support/tap.sh

scenario="$PIER scenario"
s=$scratch

# file NAME STEPS...: a file with one scenario of that name for each of the others.
file() {
  name=$1
  shift
  echo "{pier_scenarios, 1}." >"$s/$name.scn"
  for steps; do
    echo "{scenario, $steps}." >>"$s/$name.scn"
  done
}

gives "no file" 2 "" "pier scenario: no file given *" $scenario
gives "no such file" 2 "" "pier scenario: /no/such: No such file or directory" $scenario /no/such
gives "another host" 2 "" "pier scenario: --host jvm: it is native, beam, serve, both or all" $scenario --host jvm x
gives "no repeats" 2 "" "pier scenario: --repeat 0: not a number from 1 to *" $scenario --repeat 0 x
gives "an unknown option" 2 "" "pier scenario: unknown option --all *" $scenario --all x
gives "an option without its value" 2 "" "pier scenario: option --only needs a value *" $scenario x --only
gives "--help" 0 "pier scenario \[OPTIONS] FILE...*" "" $scenario --help

file wrong "a, #{}, [{ports}]" "b, #{}, [{ports}, {leap, p}]"
gives "a step that is none: file and line" 2 "" \
  "pier scenario: *wrong.scn:3: step 2 leap: there is no such step" $scenario "$s/wrong.scn"
printf '{pier_scenarios, 1}.\n\n{scenario, a,\n #{},\n [}.\n' >"$s/broken.scn"
gives "a term that is none: file and line" 2 "" "pier scenario: *broken.scn:5: *" $scenario "$s/broken.scn"
file one "a, #{rules => ['1']}, [{ports}]"
cp "$s/one.scn" "$s/two.scn"
gives "an id in two files" 2 "" "pier scenario: *two.scn:2: a is in *one.scn too" \
  $scenario "$s/one.scn" "$s/two.scn"
gives "nothing selected" 3 "" "pier scenario: no scenario selected" $scenario --only b "$s/one.scn"
gives "no scenario of that rule" 3 "" "pier scenario: no scenario selected" $scenario --rule 2 "$s/one.scn"
gives "a folder of drivers that is not there" 2 "" \
  "pier scenario: --drivers /no/such: No such file or directory" $scenario --drivers /no/such "$s/one.scn"
file driven "d, #{}, [{program, p, {driver, \"\", nosuch_drv}}, {open, p, p, []}]"
none=$PIER_BUILD/without_drivers/pier
skips="pier scenario: 1 scenario of linked-in drivers skipped: built without erl_driver.h"
gives "no drivers in this command: they are skipped" 0 "{scenario,a}.*" "$skips" \
  "$none" scenario "$s/driven.scn" "$s/one.scn"
gives "nothing but drivers" 3 "" "$skips
pier scenario: no scenario selected" "$none" scenario "$s/driven.scn"
[ ! -d "$PIER_BUILD/../drivers" ] ||
  gives "a driver that is not there" 0 "*{main,{open,p,{error,error,{open_error,'<n>'}}}}.*" "" \
    $scenario "$s/driven.scn"
one="{scenario,a}.
{main,{ports,\[]}}.
'end'."
gives "a transcript" 0 "$one" "" $scenario "$s/one.scn"
gives "--only" 0 "$one" "" $scenario "$s/one.scn" --only a
gives "--rule" 0 "$one" "" $scenario --rule 1 "$s/one.scn"
gives "each run's transcript is one" 0 "$one" "" $scenario --repeat 5 "$s/one.scn"

# transcript NAME WANTED STEPS: what the steps give on the native host, whatever the verdict.
transcript() {
  name=$1 wanted=$2
  file steps "a, #{timeout => 200}, [$3]"
  $scenario "$s/steps.scn" >"$s/out" 2>"$s/err"
  got=$(sed -n '/^{scenario/,/^{mismatch\|^.end/p' "$s/out" | sed '1d; /^.end/d')
  is "$name" "$got" "$wanted"
}

cat="{program, cat, {exec, \"cat\", []}}, {flag, trap_exit, true}, {open, p, cat, [binary]}"
opened="{main,{open,p,ok}}."
transcript "a port that is not bound" "{mismatch,{main,{unbound,p}}}." "{close, p}"
transcript "a name in data" "{mismatch,{main,{unbound,r}}}." "{send, {lit, x}, {a, [{pid, r}]}}"
transcript "a program" "{mismatch,{main,{unbound,x}}}." "{open, p, x, []}"
transcript "a role" "{mismatch,{main,{unbound,r}}}." "{as, r, []}"
transcript "another message" "$opened
{main,{command,p,true}}.
{mismatch,{main,{wanted,{{port,p},{data,<<\"b\">>}},{got,{{port,p},{data,<<\"a\">>}}}}}}." \
  "$cat, {command, p, \"a\"}, {expect, {{port,p}, {data, <<\"b\">>}}}"
transcript "no message" "$opened
{mismatch,{main,{wanted,'_',{got,nothing}}}}." "$cat, {expect, '_', 20}"
transcript "no quiet" "$opened
{main,{close,p,true}}.
{mismatch,{main,{wanted,{quiet,10},{got,{'EXIT',{port,p},normal}}}}}." "$cat, {close, p}, {quiet, 10}"
transcript "a result that is not allowed" "$opened
{mismatch,{main,{wanted,{command,p,<<>>,[badarg]},{got,true}}}}." "$cat, {command, p, <<>>, [badarg]}"
transcript "one that is" "$opened
{main,{command,p,{one_of,[badarg,ok]}}}.
{main,{command,p,{error,error,badarg}}}.
{main,{command,p,{one_of,[badarg]}}}." \
  "$cat, {command, p, <<>>, [badarg, ok]}, {command, p, a}, {command, p, a, [badarg]}"
transcript "too late" "{mismatch,{main,{wanted,{within,10,[{sleep,30}]},{got,late}}}}." \
  "{within, 10, [{sleep, 30}]}"
transcript "too early" "{mismatch,{main,{wanted,{at_least,500,[]},{got,early}}}}." "{at_least, 500, []}"
transcript "in time" "{main,{at_least,10,ok}}.
{main,{within,5000,ok}}." "{within, 5000, [{at_least, 10, [{sleep, 20}]}]}"
transcript "a role that dies of a step, and after" "$opened
{main,{exit_port,p,{dead,boom}}}.
{main,{dead,boom}}.
{main,{dead,boom}}.
{r,{ports,[]}}." \
  "{program, cat, {exec, \"cat\", []}}, {open, p, cat, []}, {role, r},
   {exit_port, p, boom}, {flag, trap_exit, true}, {sleep, 0}, {close, nobody}, {as, r, [{ports}]}"
transcript "a call that does not return" "$opened
{main,{command,p,true}}.
{mismatch,{main,timeout}}." \
  "{program, x, {peer, [{sleep, 1000}]}}, {open, p, x, [{busy_limits_port, {1, 1}}]},
   {command, p, {rep, 200000, 0}}, {command, p, <<>>}"
transcript "a suspended role" "$opened
{main,{command,p,true}}.
{r,{async,{command,p,<<\"x\">>}}}.
{mismatch,{r,pending}}." \
  "{role, r}, {program, x, {peer, [{sleep, 1000}]}}, {open, p, x, [{busy_limits_port, {1, 1}}]},
   {command, p, {rep, 200000, 0}}, {async, r, {command, p, <<\"x\">>}}, {as, r, [{ports}]}"
transcript "and one that goes on" "$opened
{main,{command,p,true}}.
{r,{async,{command,p,<<\"x\">>}}}.
{r,{command,p,true}}." \
  "{role, r}, {program, x, {peer, [{sleep, 100}, {read_eof}]}},
   {open, p, x, [{busy_limits_port, {1, 1}}]},
   {command, p, {rep, 200000, 0}}, {async, r, {command, p, <<\"x\">>}}, {await, r}"

# A difference, in the words of people.
file bad "'some.id', #{}, [{ports}, {ports}, {ports}, {ports}, {expect, x, 1}, {ports}]"
gives "a mismatch" 1 "*
'some.id' (*bad.scn:2): it did not come to its end
  native:
    {main,{ports,\[]}}.
    {main,{ports,\[]}}.
    {main,{ports,\[]}}.
  > {mismatch,{main,{wanted,x,{got,nothing}}}}.
  again: pier scenario --host native --only some.id *bad.scn
1 scenario, 1 not good" "" $scenario "$s/bad.scn"
file random "r, #{repeat => 40}, [{program, x, {sh, \"exit \$((\$\$ % 2))\"}}, {flag, trap_exit, true},
  {open, p, x, [exit_status]}, {flush, 50}]" "t, #{}, [{expect, x, 1}]"
$scenario "$s/random.scn" >"$s/out" 2>&1
is "runs that differ: status" $? 1
like "$(cat "$s/out")" "*
r (*random.scn:2): line 3 differs
  native, * of 40 runs:
*  > {main,{flush,*
  native, * of 40 runs:
*  > {main,{flush,*
2 scenarios, 2 not good; --keep-going shows them all"
report $? "runs that differ: both are shown, one of the two"
$scenario --keep-going --junit "$s/junit.xml" "$s/random.scn" >"$s/out" 2>&1
is "--keep-going shows all" "$(grep -c '^  again' "$s/out")" 2
like "$(cat "$s/junit.xml")" "<?xml*<testsuites>
  <testsuite name=\"*random.scn\" tests=\"2\" failures=\"2\">
    <testcase classname=\"*random.scn\" name=\"r\">
      <failure message=\"*line 3 differs\">*&gt; {main*</failure>
    </testcase>
*</testsuites>"
report $? "--junit"
gives "--junit into no folder" 1 "*" "pier scenario: /no/such/x.xml: No such file or directory" \
  $scenario --junit /no/such/x.xml "$s/one.scn"

# What one scenario does to its process is nothing to the next.
file crash "c, #{}, [{program, x, {sh, \"kill -9 \$PPID\"}}, {open, p, x, []}, {expect, x}]" "d, #{}, []"
gives "a process that crashes" 1 "{scenario,c}.
{mismatch,{main,crashed}}.
{scenario,d}.
'end'.
*" "" $scenario "$s/crash.scn"
mkdir "$s/tmp"
file left "l, #{}, [{program, x, {sh, \"sleep 100000 & echo \$\$ \$! >$s/pids; echo; wait\"}},
  {open, p, x, [{line, 9}]}, {expect, {{port,p}, {data, {eol, []}}}}]"
TMPDIR=$s/tmp $scenario "$s/left.scn" >"$s/out"
is "no folder is left of a run" "$(ls "$s/tmp")" ""
is "its program has run, with a child" "$(wc -w <"$s/pids")" 2
for pid in $(cat "$s/pids"); do kill -0 "$pid" 2>&1; done >"$s/gone"
is "and neither is left" "$(grep -c 'o such process' "$s/gone")" 2

# Rules.
printf '# comment\n1\tthe first\n2\tthe second\n' >"$s/rules"
gives "--rules: one without a scenario" 1 "no scenario: 2	the second" "" $scenario --rules "$s/one.scn"
file three "c, #{rules => ['1', '2', '1.9']}, []"
gives "--rules: one that is not in the list" 1 "no rule: 1.9 of c (*three.scn:2)" "" \
  $scenario --rules "$s/three.scn"
file three "c, #{rules => ['1', '2']}, []"
gives "--rules: all" 0 "" "" $scenario --rules "$s/one.scn" "$s/three.scn"

# A machine without a BEAM: what was recorded takes its place.
mkdir "$s/bin"
for tool in sh cat sleep; do ln -s "$(command -v $tool)" "$s/bin/$tool"; done
without="env PATH=$s/bin"
gives "neither a BEAM nor transcripts" 1 "" \
  "pier scenario: there is no erl in PATH, and nothing was recorded beside the files" \
  $without $scenario --host both "$s/one.scn"
gives "--record is for the BEAM" 1 "" "pier scenario: --record: there is no erl in PATH" \
  $without $scenario --record "$s" "$s/one.scn"
gives "--record takes whole files" 2 "" "pier scenario: --record takes whole files, *" \
  $scenario --record "$s" --only a "$s/one.scn"
mkdir "$s/otp9" "$s/otp25"
echo "nonsense" >"$s/otp9/one.transcript"
printf "{scenario,a}.\n{main,{ports,[]}}.\n'end'.\n%%%% outcome a way left\n" >"$s/otp25/one.transcript"
gives "equal to what was recorded last" 0 \
  "info: a: outcome way left was seen on the BEAM only (native: 1 runs)
1 scenario, all equal (the BEAM's recorded from OTP 25)" "" $without $scenario --host both "$s/one.scn"
printf "{scenario,a}.\n{main,{ports,[p]}}.\n'end'.\n" >"$s/otp25/one.transcript"
gives "a difference" 1 "a (*one.scn:2): line 2 differs
  native:
    {scenario,a}.
  > {main,{ports,\[]}}.
    'end'.
  beam:
    {scenario,a}.
  > {main,{ports,\[p]}}.
    'end'.
  again: pier scenario --host both --repeat 2 --only a *one.scn
1 scenario, 1 not equal (the BEAM's recorded from OTP 25)" "" \
  $without $scenario --host both --repeat 2 "$s/one.scn"
echo "{scenario,b}." >"$s/otp25/one.transcript"
gives "nothing recorded of it" 1 "a (*one.scn:2): there is no transcript from beam
*" "" $without $scenario --host both "$s/one.scn"

# Planted mistakes: each makes exactly the scenarios of its rule fail.
export ASAN_OPTIONS="${ASAN_OPTIONS-}:handle_sigfpe=0:detect_leaks=0"
export PIER_DRIVERS="${PIER_DRIVERS-$PIER_BUILD/../drivers}"
[ -d "$PIER_DRIVERS" ] || PIER_DRIVERS=.
# failing PROGRAM OPTION...: the ids of those that do. Not of races: a mistake shows
# there in some outcomes only, which may not come up. A mistake in drivers shows in
# their scenarios alone.
failing() {
  program=$1
  shift
  "$program" scenario --jobs 8 --keep-going --repeat 1 "$@" $(ls test/scenarios/$those.scn | grep -v /races) |
    sed -n 's/^  again: .* --only \([^ ]*\) .*/\1/p' | sort
}
those='*'
failing "$PIER" >"$s/before"
for script in test/mutants/*.sed; do
  mutant=$PIER_BUILD/mutants/$(basename "$script" .sed)/pier
  rule=$(sed -n 's/^# rule: //p' "$script")
  if [ ! -x "$mutant" ]; then
    skip "$(basename "$script")" "built without erl_driver.h"
    continue
  fi
  those='*'
  grep -q '^# file: c_src/driver/' "$script" && those='drv*'
  $PIER scenario --rule "$rule" --repeat 1 test/scenarios/*.scn |
    sed -n "s/^{scenario,'\{0,1\}\([^']*\)'\{0,1\}}\.$/\1/p" | sort >"$s/named"
  failing "$mutant" | comm -23 - "$s/before" >"$s/failing"
  is "$(basename "$script"): all of $rule fail, and no others" "$(cat "$s/failing")" "$(cat "$s/named")"
  is "$(basename "$script"): there are such" "$(grep -c . "$s/named" | grep -v '^0')" "$(grep -c . "$s/named")"
  $without "$mutant" scenario --host both --jobs 8 --keep-going --repeat 1 --rule "$rule" \
    test/scenarios/*.scn >"$s/out" 2>&1
  is "$(basename "$script"): with what the BEAM did beside it" "$(grep -c '^  beam:' "$s/out")" \
    "$(grep -c . "$s/named")"
done
finish
