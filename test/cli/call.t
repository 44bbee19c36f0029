#!/bin/sh
# pier call: terms to a program, answers back, a sentence for what goes wrong.
# `cat` answers every frame with itself.
. test/support/tap.sh
calc=$PIER_BUILD/examples/calc
call="$PIER call"

gives "a term comes back" 0 "hello" "" $call hello -- cat
gives "an answer for each term, in order" 0 "1
{a,\"text\",<<1,2>>}
#{k => \[v,1.5]}" "" $call 1 '{a, "text", <<1,2>>}' '#{k => [v, 1.5]}.' -- cat
gives "a negative number is not an option" 0 "-55" "" $call -55 -- cat
gives "an option, then a negative number" 0 "-7" "" $call --timeout 9000 -7 -- cat
gives "calc adds" 0 "{ok,3}" "" $call '{add,1,2}' -- "$calc"
gives "calc refuses" 0 "{error,*}" "" $call '{frobnicate,1,2}' -- "$calc"
for packet in 1 2 4; do
  gives "--packet $packet" 0 "{packet,$packet}" "" $call --packet $packet "{packet,$packet}" -- cat
done
gives "arguments go through as given" 0 "ok" "" $call ok -- \
  sh -c 'test $# = 3 -a "$1" = "a  b" -a "$2" = "" -a "$3" = "--packet" && exec cat' sh 'a  b' '' --packet
gives "two answers at once serve two terms" 0 "0
1" "" $call a b -- sh -c 'printf "\0\0\0\003\203a\0\0\0\0\003\203a\001"; cat >/dev/null'
gives "an answer in pieces" 0 "7" "" $call a -- sh -c 'printf "\0\0"; sleep 0.1; printf "\0\003\203"; sleep 0.1; printf "a\007"; cat >/dev/null'
gives "standard error is left alone" 0 "a" "careful" $call a -- sh -c 'echo careful >&2; exec cat'

big=$(head -c 100000 /dev/zero | tr '\0' x)
gives "a big term" 0 "\"$big\"" "" $call "\"$big\"" -- cat
gives "too big for the header" 1 "" "pier call: *: cannot be sent in a {packet,1} frame: payload is too big*" \
  $call --packet 1 "\"$big\"" -- cat

echo '{from, "a file"}.' >"$scratch/term"
gives "@FILE" 0 '{from,"a file"}' "" $call "@$scratch/term" -- cat
INPUT='[from,\n input]' gives "@-" 0 '\[from,input]' "" $call @- -- cat
gives "@FILE: no such file" 2 "" "pier call: /no/such/file: No such file or directory" $call @/no/such/file -- cat
gives "@FILE: a directory" 1 "" "pier call: /etc: Is a directory" $call @/etc -- cat
INPUT='\n\n {a,' gives "@-: where it breaks" 2 "" "pier call: -: line 3, column [0-9]*: *
   {a,
  * ^" $call @- -- cat

gives "bad term: where, with a caret" 2 "" "pier call: bad term: line 1, column [0-9]*: *
  {add,1,
  * ^" $call '{add,1,' -- cat
gives "bad term: its own line" 2 "" "pier call: bad term: line 2, column [0-9]*: *
   }}
*^" $call '{add,
 }}' -- cat
gives "all terms are read before anything runs" 2 "" "pier call: bad term: *" \
  $call good '{bad' -- sh -c 'echo ran >&2'
gives "no term" 2 "" "pier call: no TERM given *" $call -- cat
gives "no term, options only" 2 "" "pier call: no TERM given *" $call --packet 4
gives "no program" 2 "" "pier call: no program given *" $call a --
gives "no --" 2 "" "pier call: no program given *" $call a
gives "a time that is no number" 2 "" "pier call: --timeout soon: not a number *" $call --timeout soon a -- cat

gives "no such program" 127 "" "pier call: /no/such/program: No such file or directory" $call a -- /no/such/program
gives "no such program in PATH" 127 "" "pier call: no-such-program: no such program in PATH" $call a -- no-such-program
gives "a directory" 126 "" "pier call: /etc: Is a directory" $call a -- /etc
gives "no permission" 126 "" "pier call: /etc/passwd: Permission denied: it is not executable (chmod +x)" $call a -- /etc/passwd
printf 'no shebang\n' >"$scratch/text"
printf '#! /no/such/shell -x\n' >"$scratch/script"
: >"$scratch/nothing"
chmod +x "$scratch/text" "$scratch/script" "$scratch/nothing"
gives "an empty file" 126 "" "pier call: */nothing: the file is empty" $call a -- "$scratch/nothing"
gives "a text" 126 "" "pier call: */text: a text whose first line is not #!/bin/sh*" $call a -- "$scratch/text"
gives "a script without its interpreter" 126 "" \
  "pier call: */script: its interpreter /no/such/shell: No such file or directory" $call a -- "$scratch/script"
gives "a file of the working directory" 127 "" \
  "pier call: README.md: no such program in PATH; the one here is ./README.md" $call a -- README.md
gives "an option behind a term" 2 "" "pier call: --packet: options come before the first TERM" \
  $call a --packet 2 -- cat
gives "an empty name" 2 "" "pier call: the program's name is empty" $call a -- ""

gives "a program that writes nothing" 1 "" "pier call: sh ended with status 0 before it answered {a,1}" \
  $call '{a,1}' -- sh -c 'head -c 1 >/dev/null'
gives "a program that ends with a status" 1 "" "pier call: sh ended with status 3 before it answered a" \
  $call a -- sh -c 'head -c 1 >/dev/null; exit 3'
gives "a program that does not read" 1 "" "pier call: false ended with status 1 before it answered a" \
  $call a -- false
gives "a program that is killed" 1 "" "pier call: sh was killed by signal 9 (Killed) before it answered a" \
  $call a -- sh -c 'kill -9 $$'
gives "a program that dies in the middle of a frame" 1 "" \
  "pier call: sh announced a frame of 10 bytes and wrote 3 of them, then ended with status 4" \
  $call a -- sh -c 'head -c 1 >/dev/null; printf "\0\0\0\012\203a\001"; exit 4'
gives "a program that dies in the middle of a header" 1 "" \
  "pier call: sh wrote 2 of the 4 bytes of a frame's header, then ended with status 0" \
  $call a -- sh -c 'head -c 1 >/dev/null; printf "\0\0"'
gives "a program that dies after its first answer" 1 "0" "pier call: sh * before it answered b" \
  $call a b -- sh -c 'head -c 1 >/dev/null; printf "\0\0\0\003\203a\0"; exit 5'
gives "a silent program" 1 "" "pier call: sh did not answer a within 100 ms, nor wrote a byte: does it read {packet,4} frames?" \
  $call --timeout 100 a -- sh -c 'cat >/dev/null'
gives "a program that stops in the middle of a frame" 1 "" \
  "pier call: sh announced a frame of 10 bytes and wrote 3 of them, then nothing for 1000 ms" \
  $call --timeout 1000 a -- sh -c 'printf "\0\0\0\012\203a\001"; cat >/dev/null'
for packet in 1 2 4; do
  gives "text instead of frames, packet $packet" 1 "" \
    "pier call: sh wrote text where a {packet,$packet} frame was expected: \"hello, world\\\\n\"*" \
    $call --packet $packet --timeout 2000 a -- sh -c 'echo "hello, world"; cat >/dev/null'
done
gives "text that is a whole frame" 1 "" \
  "pier call: sh wrote text where a {packet,1} frame was expected: *" \
  $call --packet 1 a -- sh -c 'printf "\ntenletters"; cat >/dev/null'
gives "an answer that is no term" 1 "" "pier call: sh answered with 2 bytes that are no external term (byte 0: *): \"hi\"" \
  $call a -- sh -c 'printf "\0\0\0\002hi"; cat >/dev/null'
gives "an answer with bytes left over" 1 "" "pier call: sh answered with 4 bytes that are no external term (byte 3: *): *" \
  $call a -- sh -c 'printf "\0\0\0\004\203a\0\0"; cat >/dev/null'
gives "an empty answer" 1 "" "pier call: sh answered with 0 bytes that are no external term *" \
  $call a -- sh -c 'printf "\0\0\0\0"; cat >/dev/null'
gives "a frame beyond the limit" 1 "" "pier call: sh announced a frame of 4294967295 bytes *: frame is bigger than the limit" \
  $call a -- sh -c 'printf "\377\377\377\377"; cat >/dev/null'
finish
