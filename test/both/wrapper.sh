#!/bin/sh
# Runs a program and ends it when standard input closes, as the documentation of
# Elixir's Port advises for programs that do not look at it themselves.
exec 3<&0 </dev/null

"$@" 3<&- &
program=$!

# From here on the shell would only tell of the kill.
exec 2>/dev/null

# A background process loops on standard input; the end of it ends in a kill.
(
  while read -r _; do :; done
  kill -KILL "$program"
) <&3 3<&- >/dev/null &
watcher=$!
exec 3<&-

wait "$program"
status=$?
kill -KILL "$watcher"
exit "$status"
