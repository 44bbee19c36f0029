#!/bin/sh
# Every example, started with standard input, output or error closed: without its
# owner's ends it says so in one line and ends with status 1, else it works.
. test/support/tap.sh
printf '\000\000\000\002\203j' >"$scratch/frame"

# start PROGRAM CLOSED: with the descriptors in CLOSED closed; asks [], which is answered by an error or an echo.
start() {
  set -- "$1" "$2" "exec \"\$0\" $(echo "$2" | sed 's/0/<\&- /; s/1/>\&- /; s/2/2>\&-/')"
  # Pipes, as an owner gives them.
  {
    cat "$scratch/frame" | timeout -k 1 20 sh -c "$3" "$1" 2>"$scratch/err"
    echo $? >"$scratch/status"
  } | cat >"$scratch/out"
  return "$(cat "$scratch/status")"
}

for program in "$PIER_BUILD"/examples/*; do
  [ -x "$program" ] || continue
  name=${program##*/}
  for closed in "" 2 0 1 02 12 01 012; do
    start "$program" "$closed"
    status=$?
    case $closed in
    "" | 2)
      [ -s "$scratch/out" ] && [ "$status" = 0 ]
      report $? "$name: works with descriptors \"$closed\" closed"
      ;;
    *2)
      is "$name: refuses without \"$closed\", in silence" "$status$(cat "$scratch/out" "$scratch/err")" 1
      ;;
    *)
      is "$name: says what is closed of \"$closed\"" "$status $(cat "$scratch/out" "$scratch/err")" \
        "1 $name: descriptor $(echo "$closed" | cut -c 1), the owner's end, can not be used: Bad file descriptor"
      ;;
    esac
  done
done
finish
