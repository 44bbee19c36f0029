#!/bin/sh
# pier run: standard input to any program, the messages of its owner printed.
. test/support/tap.sh
# Patience for slow machines; -1 waits for the program's own end.
run="$PIER run --wait 1000"
closed="{'EXIT',#Port<0.*>,normal}
{#Port<0.*>,closed}"
status() {
  printf '%s' "{#Port<0.*>,{exit_status,$1}}
{'EXIT',#Port<0.*>,normal}"
}

INPUT='hello\n' gives "cat answers, then the port is closed" 0 "{#Port<0.*>,{data,<<\"hello\\\\n\">>}}
$closed" "" $run -- cat
INPUT='hello\n' gives "the wait by default" 0 "*data*$closed" "" "$PIER" run cat
INPUT='hello\n' gives "without --" 0 "{#Port<0.*>,{data,<<\"hello\\\\n\">>}}
$closed" "" $run cat
INPUT='hello\n' gives "--list" 0 "{#Port<0.*>,{data,\"hello\\\\n\"}}
$closed" "" $run --list -- cat
INPUT='hello\n' gives "--list, then --binary" 0 "{#Port<0.*>,{data,<<\"hello\\\\n\">>}}
$closed" "" $run --list --binary -- cat
gives "no input" 0 "$closed" "" $run -- cat
gives "a program that ends by itself" 0 "$(status 0)" "" $run --wait -1 -- true
gives "its status" 3 "$(status 3)" "" $run --wait -1 -- sh -c 'exit 3'
gives "its signal" 137 "$(status 137)" "" $run --wait -1 -- sh -c 'kill -9 $$'
INPUT='x' gives "its status after the port was closed" 7 "{#Port<0.*>,{data,<<\"x\">>}}
$closed" "" $run -- sh -c 'cat; exit 7'
gives "a program that does not look at its input is waited for" 6 "$closed" \
  "pier run: sh (process [0-9]*) runs on after the port was closed" \
  "$PIER" run --wait 0 -- sh -c 'exec >/dev/null; sleep 1.5; exit 6'
gives "--no-exit-status" 0 "{'EXIT',#Port<0.*>,normal}" "" \
  $run --wait -1 --no-exit-status -- sh -c 'exit 3'
gives "--in: the port lasts until the program ends" 4 "{#Port<0.*>,{data,<<\"late\\\\n\">>}}
$(status 4)" "" $run --wait 1 --in -- sh -c 'sleep 0.2; echo late; exit 4'
INPUT='to the end' gives "--out: nothing comes, all is written" 0 "$closed" "" \
  $run --out -- sh -c "cat >$scratch/written"
is "--out: what the program got" "$(cat "$scratch/written")" "to the end"
gives "--eof" 2 "{#Port<0.*>,{exit_status,2}}
{#Port<0.*>,eof}
$closed" "" $run --wait -1 --eof -- sh -c 'exit 2'
gives "--eof --no-exit-status" 0 "{#Port<0.*>,eof}
$closed" "" $run --wait -1 --eof --no-exit-status -- sh -c 'exit 2'

INPUT='one\ntwo' gives "--line" 0 "{#Port<0.*>,{data,{eol,<<\"one\">>}}}
{#Port<0.*>,{exit_status,0}}
{#Port<0.*>,{data,{noeol,<<\"two\">>}}}
{'EXIT',#Port<0.*>,normal}" "" $run --wait -1 --line 80 -- head -c 7
INPUT='abcdef\n' gives "--line shorter than the line" 0 "{#Port<0.*>,{data,{noeol,<<\"abcd\">>}}}
{#Port<0.*>,{data,{eol,<<\"ef\">>}}}
$closed" "" $run --line 4 -- cat
INPUT='hello' gives "--packet 4" 0 "{#Port<0.*>,{data,<<\"hello\">>}}
$closed" "" $run --packet 4 -- cat
INPUT='hello' gives "--packet 2, --stream" 0 "{#Port<0.*>,{data,<<\"hello\">>}}
$closed" "" $run --packet 2 --stream -- cat
INPUT='one\ntwo\n\nthree' gives "--input line: a frame for each" 0 "{#Port<0.*>,{data,<<\"one\">>}}
{#Port<0.*>,{data,<<\"two\">>}}
{#Port<0.*>,{data,<<>>}}
{#Port<0.*>,{data,<<\"three\">>}}
$closed" "" $run --packet 1 --input line -- cat
INPUT='1. {2, "c. d", $. , %% not. here\n 3}.\n[1,2]' gives "--input term: a frame for each" 0 \
  "{#Port<0.*>,{data,<<131,97,1>>}}
{#Port<0.*>,{data,<<131,104,4,97,2,107,0,4,99,46,32,100,97,46,97,3>>}}
{#Port<0.*>,{data,<<131,107,0,2,1,2>>}}
$closed" "" $run --packet 2 --input term -- cat
INPUT='a.\n{b,\n' gives "--input term: where it breaks" 1 "*" \
  "pier run: standard input, line [23], column [0-9]*: *" $run --packet 2 --input term -- cat
INPUT='{add,1,2}.' gives "terms to calc" 0 "{#Port<0.*>,{data,<<131,*>>}}
$closed" "" $run --packet 4 --input term -- "$PIER_BUILD/examples/calc"

gives "--stderr-to-stdout" 0 "{#Port<0.*>,{data,<<\"oops\\\\n\">>}}
$(status 0)" "" $run --wait -1 --stderr-to-stdout -- sh -c 'echo oops >&2'
gives "standard error is left alone" 0 "$(status 0)" "oops" $run --wait -1 -- sh -c 'echo oops >&2'
INPUT='x' gives "--nouse-stdio" 0 "{#Port<0.*>,{data,<<\"x\">>}}
$closed" "" $run --nouse-stdio -- sh -c 'cat <&3 >&4'
gives "--cd" 0 "{#Port<0.*>,{data,<<\"/\\\\n\">>}}
$(status 0)" "" $run --wait -1 --cd / -- pwd
gives "--env sets, and takes away" 0 "{#Port<0.*>,{data,<<\"a b,unset\\\\n\">>}}
$(status 0)" "" $run --wait -1 --env 'PIER_X=a b' --env HOME -- sh -c 'echo "$PIER_X,${HOME-unset}"'
gives "--arg0" 0 "{#Port<0.*>,{data,<<\"other\\\\n\">>}}
$(status 0)" "" $run --wait -1 --arg0 other -- sh -c 'echo $0'
gives "--spawn: a command line for the shell" 0 "{#Port<0.*>,{data,<<\"oops\\\\n\">>}}
$(status 0)" "" $run --wait -1 --spawn -- 'echo oops'
gives "arguments go through as given" 0 "{#Port<0.*>,{data,<<\"\[a  b]\[]\[--list]\[\*]\">>}}
$(status 0)" "" $run --wait -1 -- sh -c 'printf "[%s]" "$@"' sh 'a  b' '' --list '*'

gives "--line 0" 2 "" "pier run: --line 0: not a number from 1 to *" $run --line 0 -- cat
gives "--input with another word" 2 "" "pier run: --input bytes: it is raw, line or term" $run --input bytes -- cat
gives "--wait with another word" 2 "" "pier run: --wait soon: not a number *" $run --wait soon -- cat
gives "--spawn with arguments" 2 "" "pier run: --spawn takes the whole command *" $run --spawn -- echo oops
gives "no program" 2 "" "pier run: no program given *" $run
gives "no program after --" 2 "" "pier run: no program given *" $run --
gives "no such program" 127 "" "pier run: /no/such/program: No such file or directory" $run -- /no/such/program
gives "no such program in PATH" 127 "" "pier run: no-such-program: no such program in PATH" $run -- no-such-program
gives "a directory" 126 "" "pier run: /etc: Is a directory" $run -- /etc
gives "no permission" 126 "" "pier run: /etc/passwd: Permission denied: it is not executable (chmod +x)" $run -- /etc/passwd
gives "a program that is a file's child" 126 "" "pier run: /etc/passwd/x: Not a directory" $run -- /etc/passwd/x

INPUT='%0300d' gives "a command too big for the packet header" 1 "{'EXIT',#Port<0.*>,einval}" \
  "pier run: cat: the port ended with einval" $run --packet 1 -- cat
head -c 3000000 /dev/zero | $run --wait -1 -- sh -c 'head -c 3000000 | wc -c' >"$scratch/out"
is "three megabytes to a program" "$(grep -c '<<"3000000\\n">>' "$scratch/out")" 1
head -c 3000000 /dev/urandom | od -An -tx1 >"$scratch/lines"
$run --packet 4 --input line -- cat <"$scratch/lines" >"$scratch/out"
is "a line of output for each line of a file" "$(grep -c data "$scratch/out")" "$(wc -l <"$scratch/lines")"
$run --wait -1 -- true >/dev/full 2>"$scratch/err"
is "standard output that is full: status" $? 1
is "standard output that is full: a sentence" "$(cat "$scratch/err")" \
  "pier run: cannot write to standard output: No space left on device"
"$PIER" run cat <&- >"$scratch/out" 2>&1
is "standard input that is closed is empty: status" $? 0
is "standard input that is closed is empty" "$(grep -c . "$scratch/out")" 2
{
  $run --in -- sh -c 'exec yes 2>/dev/null' 2>"$scratch/err"
  echo $? >"$scratch/status"
} | head -n 1 >"$scratch/out"
is "a reader that goes away ends it: status" "$(cat "$scratch/status")" 141
is "a reader that goes away ends it quietly" "$(cat "$scratch/err")" ""
finish
