#!/bin/sh
# The drivers that Erlang comes with, as they were built for the BEAM: the trace drivers
# and the scanners of H.248 do in the native host what they do there.
. test/support/tap.sh
native=$PIER_BUILD/test/driver/erlang
beam=test/driver/erlang.escript
folder() {
  for found in /usr/lib/erlang/lib/"$1"-*/priv/lib; do
    [ -e "$found/$2.so" ] && echo "$found" && return
  done
}
if [ ! -x "$native" ]; then
  skip "Erlang's drivers" "built without erl_driver.h"
  finish
fi
traces=$(folder runtime_tools trace_file_drv)
scanners=$(folder megaco megaco_flex_scanner_drv)
command -v escript >/dev/null && erl=yes || erl=

# same NAME FILE OTHER: the same bytes, and some.
same() {
  [ -s "$2" ] && cmp "$2" "$3" >"$scratch/cmp" 2>&1
  report $? "$1"
  [ -s "$scratch/cmp" ] && sed 's/^/# /' "$scratch/cmp"
  rm -f "$scratch/cmp"
}

for driver in "$traces:trace_file_drv" "$traces:trace_ip_drv" "$scanners:megaco_flex_scanner_drv" \
  "$scanners:megaco_flex_scanner_drv_mt"; do
  case $driver in
  :*) skip "${driver#:} loads" "it is not installed (erlang-runtime-tools, erlang-megaco)" ;;
  *) gives "${driver##*:} loads" 0 "*loads here  yes
in the BEAM yes" "" "$PIER" driver "${driver%:*}/${driver##*:}" ;;
  esac
done

if [ -z "$traces" ] || [ -z "$erl" ]; then
  skip "traces" "no trace drivers or no BEAM (erlang-runtime-tools, erlang-base)"
else
  escript $beam trace "$scratch/beam.trace" >"$scratch/said" 2>&1
  report $? "dbg traces into a file" && [ ! -s "$scratch/said" ] || comment "$scratch/said" dbg
  gives "the native host writes its records" 0 "[1-9]*" "" \
    "$native" trace "$traces" "trace_file_drv n $scratch/native.trace" "$scratch/beam.trace"
  same "the file is the same as dbg's" "$scratch/beam.trace" "$scratch/native.trace"

  escript $beam wrap "$scratch/beam.trace" "$scratch/wrapped" >/dev/null 2>&1
  report $? "the BEAM writes files that wrap"
  name=$scratch/wnative
  gives "and so does the native host" 0 "[1-9]*" "" "$native" trace "$traces" \
    "trace_file_drv w 1000 3 0 ${#name} n $name.log" "$scratch/beam.trace"
  (cd "$scratch" && ls wrapped* | sed 's/wrapped//') >"$scratch/names.beam"
  (cd "$scratch" && ls wnative* | sed 's/wnative//') >"$scratch/names.native"
  same "as many files" "$scratch/names.beam" "$scratch/names.native"
  for file in "$scratch"/wrapped*; do
    same "the same in each" "$file" "$scratch/wnative${file#"$scratch/wrapped"}"
  done

  printf 'what a client of a trace gets' >"$scratch/message"
  escript $beam ip "$traces" "$scratch/message" >"$scratch/ip.beam" 2>/dev/null
  timeout 60 "$native" ip "$traces" "$scratch/message" >"$scratch/ip.native"
  same "a client over a socket gets the same" "$scratch/ip.beam" "$scratch/ip.native"
fi

# The first message of RFC 3525, appendix I, and one with what a scanner may get wrong.
cat >"$scratch/h248.1" <<'M'
MEGACO/1 [124.124.124.222]
Transaction = 9998 {
    Context = - {
        ServiceChange = ROOT {Services {
            Method = Restart,
            ServiceChangeAddress = 55555, Profile = ResGW/1}
        }
    }
}
M
cat >"$scratch/h248.2" <<'M'
!/2 <mg.example.net>:2944
T=10001{C=1{MF=A4444{M{ST=1{O{MO=SR,tdmc/ec=ON},L{
v=0
c=IN IP4 $
m=audio $ RTP/AVP 4
}}}, E=2222{al/of{strict=state}}},AV=ROOT{AT{M,E,DM=dialplan00{([0-9xSL*#].|11[-]x)}}}}}
; a comment
X-unknown="quoted, with {braces}"
M
if [ -z "$scanners" ] || [ -z "$erl" ]; then
  skip "scanners" "no scanners or no BEAM (erlang-megaco, erlang-base)"
else
  gives "what a scanner leaves is told" 0 "[[]]" \
    "pier call: driver megaco_flex_scanner_drv_mt, *: leaves memory: blocks: 1 with * bytes, one made in *" \
    env ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" "$PIER" call --check-driver --driver \
    "$scanners/megaco_flex_scanner_drv_mt" --control --op 115 '"MEGACO/1"'
  for message in 1 2; do
    for name in megaco_flex_scanner_drv megaco_flex_scanner_drv_mt; do
      escript $beam scan "$scanners" $name "$scratch/h248.$message" >"$scratch/tokens.beam" 2>&1
      # They leave some memory of their own at the end, also to the BEAM.
      ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" "$native" scan "$scanners" $name "$scratch/h248.$message" >"$scratch/tokens.native" 2>&1
      same "$name: message $message has the same tokens" "$scratch/tokens.beam" \
        "$scratch/tokens.native"
      like "$(cat "$scratch/tokens.native")" "{tokens,[[]{*"
      report $? "$name: message $message has tokens"
    done
  done
  INPUT= gives "megaco_flex_scanner:scan takes it for what it is" 0 "[1-9]* 1 *" "" \
    escript $beam tokens "$scratch/h248.1"
fi
finish
