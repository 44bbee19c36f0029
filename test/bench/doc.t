#!/bin/sh
# The tables of a run go between the marks of doc/performance.md, and nothing else changes.
. test/support/tap.sh

put() {
  awk -v table="$scratch/$1" -v growth="$scratch/$2" -f test/bench/doc.awk "$3"
}
echo "first table" >"$scratch/one"
echo "second table" >"$scratch/two"
echo "so many bytes" >"$scratch/bytes"
put one bytes doc/performance.md >"$scratch/a.md"
is "the table is there once" "$(grep -cx 'first table' "$scratch/a.md")" 1
is "so is the growth" "$(grep -cx 'so many bytes' "$scratch/a.md")" 1
put two none "$scratch/a.md" >"$scratch/b.md"
is "another run takes its place" "$(sed 's/^first table$/second table/' "$scratch/a.md")" "$(cat "$scratch/b.md")"
put none none doc/performance.md >"$scratch/c.md"
is "without a run nothing changes" "$(cat "$scratch/c.md")" "$(cat doc/performance.md)"
finish
