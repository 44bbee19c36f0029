#!/bin/sh
# Every scenario through `pier serve`: run on the BEAM by its own runner, whose ports are
# those of the native host, and compared with what was recorded from the BEAM's own.
. test/support/tap.sh
files=$(echo test/scenarios/*.scn)
repeat=${REPEAT-"--repeat 1"}
ASAN_OPTIONS="${ASAN_OPTIONS-}:handle_sigfpe=0:detect_leaks=0" && export ASAN_OPTIONS
if ! command -v erl >/dev/null; then
  echo "1..0 # SKIP there is no erl in PATH"
  exit 0
fi
PIER_HOST_TRACE="$scratch/trace" && export PIER_HOST_TRACE
"$PIER" scenario --host beam,serve --recorded --jobs 6 $repeat --keep-going $files >"$scratch/out" 2>"$scratch/err"
status=$?
report $status "through pier serve and what was recorded: $(tail -n 1 "$scratch/out")"
grep '^known: ' "$scratch/out" | sed 's/^/# /'
if [ $status -ne 0 ]; then
  comment "$scratch/out" "standard output"
  comment "$scratch/err" "standard error"
fi
scenarios=$(cat $files | grep -c '^{scenario,')
opened=$(grep -c 'vm> {apply.*,open_port,' "$scratch/trace")
[ "$opened" -ge "$scenarios" ]
report $? "the ports were those of pier serve: $opened opened in $scenarios scenarios"
# Where there is nothing to compare with, the transcripts are printed.
is "one transcript" "$("$PIER" scenario --host serve --only closing.port-close test/scenarios/closing.scn)" \
  "$("$PIER" scenario --host native --only closing.port-close test/scenarios/closing.scn)"
gives "a host there is not" 2 "" "*--host serve,vm: it is native, beam, serve, both or all*" \
  "$PIER" scenario --host serve,vm test/scenarios/end.scn
gives "a poll that is no number" 2 "" "*pier serve: --poll soon*" "$PIER" serve --poll soon
finish
