#!/bin/sh
# The scenarios and what is said about them: the documents cite scenarios that
# exist, ids are used once, every rule is proved and has its section.
. test/support/tap.sh
pier=${PIER_BUILD:-build}/pier

sed -n "s/^{scenario, '\([^']*\)'.*/\1/p" test/scenarios/*.scn | sort >"$scratch/ids"
is "scenarios have ids of their own" "$(uniq -d "$scratch/ids")" ""
is "every scenario is found" "$(grep -c '^{scenario,' test/scenarios/*.scn | awk -F: '{n += $2} END {print n}')" \
  "$(wc -l <"$scratch/ids")"

cited=$(sed 's/\[[^]]*\]([^)]*)//g' doc/*.md | grep -oh '\[[a-z]*\.[a-z0-9-]*\]' | tr -d '[]' | sort -u)
echo "$cited" | sort >"$scratch/cited"
is "the documents cite scenarios that exist" "$(comm -23 "$scratch/cited" "$scratch/ids")" ""
report $(($(wc -l <"$scratch/cited") < 200)) "and many of them"

is "every rule is proved by a scenario" "$("$pier" scenario --rules test/scenarios/*.scn 2>&1)" ""
sections=$(sed -n 's/^\([0-9][.0-9]*[0-9]\)\..*/\1/p; s/^\([0-9]\)\..*/\1/p' test/scenarios/rules | sort -u)
missing=$(for section in $sections; do
  grep -Eq "^##+ $section\.? " doc/ports.md || echo "$section"
done)
is "every rule has its section in doc/ports.md" "$missing" ""

sections=$(sed -n 's/^\(d[0-9][a-z]*\)\..*/\1/p' test/scenarios/rules | sort -u)
missing=$(for section in $sections; do
  grep -q "^### $section\. " doc/drivers.md || echo "$section"
done)
is "or, of drivers, in doc/drivers.md" "$missing" ""

for file in test/scenarios/*.scn; do
  name=$(basename "$file" .scn)
  recorded=$(sed -n "s/^{scenario,'\([^']*\)'}.*/\1/p" "test/scenarios/otp25/$name.transcript")
  is "the transcripts of $name are those of its scenarios" "$recorded" \
    "$(sed -n "s/^{scenario, '\([^']*\)'.*/\1/p" "$file")"
done
finish
