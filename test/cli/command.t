#!/bin/sh
# The command itself: help, version, usage.
. test/support/tap.sh

gives "help names the subcommands" 0 "*pier call*pier run*pier term*" "" "$PIER" --help
gives "version" 0 "pier [0-9]*.[0-9]*.[0-9]*" "" "$PIER" --version
gives "no command" 2 "" "pier: no command given: *" "$PIER"
gives "an unknown command is named" 2 "" "pier: unknown command frobnicate *" "$PIER" frobnicate
gives "an unknown option is named" 2 "" "pier: unknown option --frobnicate *" "$PIER" --frobnicate
for command in call run; do
  gives "$command: help" 0 "usage: pier $command *Status: *" "" "$PIER" $command --help
  gives "$command: version" 0 "pier [0-9]*" "" "$PIER" $command --version
  gives "$command: an unknown option is named" 2 "" "pier $command: unknown option --nonsense *" \
    "$PIER" $command --nonsense -- cat
  gives "$command: an unknown option with a value" 2 "" "pier $command: option --nonsense is unknown*" \
    "$PIER" $command --nonsense=1 -- cat
  gives "$command: an unknown short option" 2 "" "pier $command: unknown option -x *" \
    "$PIER" $command -x -- cat
  gives "$command: an option without its value" 2 "" "pier $command: option --packet needs a value*" \
    "$PIER" $command --packet
  for packet in 0 3 8 44 x ""; do
    gives "$command: --packet '$packet'" 2 "" \
      "pier $command: --packet $packet: no such packet size: it is 1, 2 or 4" \
      "$PIER" $command --packet "$packet" -- cat
  done
done
gives "term: help" 0 "usage: pier term *Status: *" "" "$PIER" term --help
gives "term: version" 0 "pier [0-9]*" "" "$PIER" term --version
gives "term: an unknown option is named" 2 "" "pier term: unknown option --nonsense *" \
  "$PIER" term --nonsense a
gives "term: an unknown short option" 2 "" "pier term: unknown option -x *" "$PIER" term -x a
gives "term: an option without its value" 2 "" "pier term: option --from needs a value*" \
  "$PIER" term --from
for arguments in 'call a -- cat' 'term a' 'run -- echo a'; do
  "$PIER" $arguments >&- 2>"$scratch/err" </dev/null
  is "standard output that is closed: pier $arguments" "$?: $(cat "$scratch/err")" \
    "1: pier ${arguments%% *}: cannot write to standard output: Bad file descriptor"
done
finish
