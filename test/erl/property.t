#!/bin/sh
# Thousands of terms asked of pier and of the BEAM. PIER_PROPERTY_TERMS of them
# for each property (600), from PIER_PROPERTY_SEED (1).
if ! command -v erlc >/dev/null; then
  echo "1..0 # SKIP no erl here"
  exit 0
fi
scratch=$(mktemp -d "${TMPDIR:-/tmp}/pier-test.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
erlc -Werror -o "$scratch" test/erl/property_*.erl || exit 1
erl -noshell -pa "$scratch" -eval \
  "property_check:run(\"${PIER_BUILD:-build/check}/test/erl/property_peer\", ${PIER_PROPERTY_TERMS:-600})."
