#!/bin/sh
# Terms that the BEAM makes by chance and writes in both forms: through text and
# through JSON they come back byte for byte, and file:consult/1 reads the text as
# the same terms. The seed decides which ones they are.
#   PIER_TERMS  how many (1500)
#   PIER_SEED   which (1)
. test/support/tap.sh
term="$PIER term"
count=${PIER_TERMS:-1500}
seed=${PIER_SEED:-1}

# same NAME WANTED GOT: two files.
same() {
  cmp "$2" "$3" >"$scratch/cmp" 2>&1
  report $? "$1"
  sed 's/^/# /' "$scratch/cmp"
}

if ! command -v escript >/dev/null; then
  skip "terms of the BEAM through text and JSON" "no escript"
  finish
fi
beam() {
  escript test/both/terms.escript "$@" 2>&1
}
is "the BEAM writes $count terms of seed $seed" "$(beam write "$count" "$seed" "$scratch")" ""
[ "$failures" -eq 0 ] || finish
for style in w tw tp pretty; do
  text=$scratch/text_$style
  (echo '%% coding: utf-8' && $term --from packet4 --style $style "$scratch/old") >"$text"
  $term --to packet4 "$text" >"$scratch/back"
  same "text ($style) and back, atoms as in OTP 25" "$scratch/old" "$scratch/back"
  $term --utf8-atoms --to packet4 "$text" >"$scratch/back"
  same "text ($style) and back, atoms as in OTP 26" "$scratch/new" "$scratch/back"
done
number=$($term --from packet4 --check "$scratch/new" | grep -c '^ok$')
is "file:consult/1 reads the texts as the same $number terms" \
  "$(beam compare "$scratch/new" "$scratch/text_w" "$scratch/text_tp" "$scratch/text_pretty")" "$number equal
$number equal
$number equal"
for kind in "" _other; do
  $term --from packet4 --to json "$scratch/old$kind" >"$scratch/json"
  $term --from packet4 --to json "$scratch/new$kind" >"$scratch/json_new"
  same "JSON does not know how atoms were written$kind" "$scratch/json" "$scratch/json_new"
  $term --from json --to packet4 "$scratch/json" >"$scratch/back"
  same "JSON and back, atoms as in OTP 25$kind" "$scratch/old$kind" "$scratch/back"
  $term --from json --to packet4 --utf8-atoms "$scratch/json" >"$scratch/back"
  same "JSON and back, atoms as in OTP 26$kind" "$scratch/new$kind" "$scratch/back"
  $term --from packet4 --to packet4 --utf8-atoms "$scratch/old$kind" >"$scratch/back"
  same "--utf8-atoms makes the one the other$kind" "$scratch/new$kind" "$scratch/back"
  $term --from packet4 --to packet4 --normal "$scratch/old$kind" >"$scratch/back"
  same "--normal as well$kind" "$scratch/new$kind" "$scratch/back"
  $term --from packet4 --to packet4 --compressed "$scratch/old$kind" |
    $term --from packet4 --to packet4 >"$scratch/back"
  same "compressed and back$kind" "$scratch/old$kind" "$scratch/back"
  $term --from packet4 --to base64 "$scratch/new$kind" | $term --from base64 --to packet4 >"$scratch/back"
  same "base64 and back$kind" "$scratch/new$kind" "$scratch/back"
done
finish
