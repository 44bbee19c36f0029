#!/bin/sh
# Scenarios made at random: whatever three processes do with their ports, right or
# wrong, they see the same on both hosts. `make chance` makes many more.
#   PIER_SCENARIOS  how many in each of four files (6)
#   PIER_SEED       which (1)
#   PIER_KEEP       the folder that the files are put into, to run one again
. test/support/tap.sh
count=${PIER_SCENARIOS:-6}
seed=${PIER_SEED:-1}
folder=${PIER_KEEP:-$scratch}

if ! command -v escript >/dev/null; then
  skip "scenarios made at random" "no erl here"
  finish
  exit 0
fi
for part in 1 2 3 4; do
  escript test/both/chance.escript "$seed$part" "$count" >"$folder/chance$part.scn" ||
    report 1 "file $part of seed $seed"
done
"$PIER" scenario --host both --jobs 4 --keep-going "$folder"/chance?.scn >"$scratch/out" 2>"$scratch/err"
status=$?
report $status "seed $seed: $(tail -n 1 "$scratch/out")"
if [ $status -ne 0 ]; then
  comment "$scratch/out" "standard output"
  comment "$scratch/err" "standard error"
fi
finish
