#!/bin/sh
# Bad programs on the far end: each gets one clear sentence that names it.
. test/support/tap.sh
peers=$PIER_BUILD/peers

# says NAME PROGRAM STATUS ERR COMMAND...: ERR follows the program's path.
says() {
  program=$peers/$2
  name=$1 wanted=$3 sentence=$4
  shift 4
  gives "$name" "$wanted" '*' "pier $1: $program$sentence" "$PIER" "$@" -- "$program"
}

says "call: half a frame" dies_in_frame 1 \
  ' announced a frame of 100 bytes and wrote 3 of them, then ended with status 5' call x
says "call: half a header" dies_in_header 1 \
  " wrote 2 of the 4 bytes of a frame's header, then was killed by signal 9*" call x
says "call: text" says_hello 1 \
  ' wrote text where a {packet,4} frame was expected: "hello, world\\n"' call x
says "call: a header that promises too much" huge_header 1 \
  ' announced a frame of 4294967295 bytes*' call x
says "call: no answer" says_nothing 1 '*' call --timeout 300 x
says "call: no external term" floods 1 ' answered with 1000 bytes that are no external term*' call x
says "run: half a frame" dies_in_frame 5 \
  ': byte 0 of its output: input ends after 3 of 100 bytes of a frame' run --packet 4
says "run: half a header" dies_in_header 137 \
  ": byte 0 of its output: input ends after 2 of 4 bytes of a frame's header" run --packet 4
gives "one byte at a time is no fault" 0 '{a,"b"}' '' "$PIER" call '{a,"b"}' -- "$peers/slow_echo"
gives "run: the messages before the fault come out" 5 "*{exit_status,5}}*'EXIT'*normal}" '*' \
  "$PIER" run --packet 4 -- "$peers/dies_in_frame"
finish
