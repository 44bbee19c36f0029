#!/bin/sh
# pier peer: what it does of what it is told.
. test/support/tap.sh
peer="$PIER peer"

gives "no actions" 2 "" "pier peer: no actions given *" $peer
gives "--help" 0 "pier peer ACTIONS*" "" $peer --help
gives "no term" 2 "" "pier peer: line 1, column *" $peer '[{write,'
gives "no list" 2 "" "pier peer: the actions are not a list" $peer '{exit,1}'
gives "no action" 2 "a" "pier peer: no such action: {wait,1}" $peer '[{write,"a"},{wait,1}]'
gives "another kind of argument" 2 "" "pier peer: no such action: {sleep,soon}" $peer '[{sleep,soon}]'
gives "nothing to do" 0 "" "" $peer '[]'
gives "exit" 3 "" "" $peer '[{exit,3},{write,"never"}]'
gives "kill" 137 "" "" $peer '[{kill,9},{write,"never"}]'
gives "write" 0 "abbbc" "" $peer '[{write,["a"|{rep,3,$b}]},{write,<<"c">>}]'
gives "write to another descriptor" 0 "" "oops" $peer '[{write,2,"oops"}]'
gives "line" 0 "one
two" "" $peer '[{line,"one"},{line,"two"}]'
is "frames" "$($peer '[{frame,1,"ab"},{frame,2,""},{frame,4,{rep,3,0}}]' | od -An -tx1)" \
  " 02 61 62 00 00 00 00 00 03 00 00 00"
is "a term" "$($peer '[{term,2,{ok,1}}]' | od -An -tx1 | tr -d '\n')" " 00 09 83 68 02 77 02 6f 6b 61 01"
gives "no such packet" 2 "" "pier peer: no such packet size*" $peer '[{frame,3,"a"}]'
is "random bytes" "$($peer '[{write,{rand,7,32}}]' | od -An -tx1 | tr -d ' \n')" \
  "$(printf '\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0\0' | sha256sum | cut -d' ' -f1)"

INPUT='abcdef' gives "read, echo" 0 "cdef" "" $peer '[{read,2},{echo}]'
INPUT='abcdef' gives "echo some" 0 "ab-ef" "" $peer '[{echo,2},{read,2},{write,"-"},{echo,9}]'
INPUT='a\nb\n' gives "read_line" 0 "b" "" $peer '[{read_line},{echo}]'
INPUT='\000\002abc' gives "read_frame" 0 "c" "" $peer '[{read_frame,2},{echo}]'
INPUT='abc' gives "read_eof" 0 "-" "" $peer '[{read_eof},{write,"-"},{read,1},{echo}]'
is "echo_frames" "$(printf '\002ab\000\001c' | $peer '[{echo_frames,1}]' | od -An -tx1)" " 02 61 62 00 01 63"
gives "close" 0 "" "after" $peer '[{close,stdout},{write,"before"},{write,2,"after"}]'
is "use" "$(printf abc | $peer '[{use,3,4},{echo}]' 3<&0 4>&1 >/dev/null </dev/null)" "abc"
gives "fork and join" 0 "childparent" "" $peer '[{fork,[{write,"child"},{exit,1}]},{join},{write,"parent"}]'
gives "a fork in a fork" 0 "abc" "" \
  $peer '[{fork,[{fork,[{write,"a"}]},{join},{write,"b"}]},{join},{write,"c"}]'
gives "touch and await" 0 "ba" "" env -C "$scratch" "$PWD/$PIER" peer \
  '[{fork,[{await,"there"},{write,"a"}]},{write,"b"},{touch,"there"},{join}]'
(
  $peer '[{line,"up"},{stop},{line,"again"}]' >"$scratch/stopped" &
  echo $! >"$scratch/pid"
)
stopped() {
  grep -q '^State:.T' "/proc/$(cat "$scratch/pid")/status"
}
until_true 10 stopped
report $? "stop"
kill -CONT "$(cat "$scratch/pid")"
until_true 10 grep -q again "$scratch/stopped"
report $? "and goes on"

gives "report" 0 "umask 027
env PIER_X=y z
env PIER_NONE
limit nofile 64 64" "" sh -c 'umask 027; ulimit -n 64; unset PIER_NONE; PIER_X="y z" exec "$@"' sh \
  $peer '[{report,umask},{report,{env,"PIER_X"}},{report,{env,"PIER_NONE"}},{report,{limit,nofile}}]'
gives "report argv" 0 "argv *pier one two" "" $peer '[{report,argv}]' one two
gives "report fds" 0 "fds 0 1 2*" "" $peer '[{report,fds}]'
gives "report fds, one closed" 0 "fds 0 1*" "" $peer '[{close,stderr},{report,fds}]'
gives "no such report" 2 "" "pier peer: no such report" $peer '[{report,weather}]'
finish
