#!/bin/sh
# Drivers that go past the end of what they have: with --check-driver valgrind and the
# address sanitizer see it, and name the driver's line.
. test/support/tap.sh
unset LD_PRELOAD DEBUGINFOD_URLS
pier=build/pier
if [ ! -e build/drivers/past_drv.so ]; then
  skip "past the end" "built without erl_driver.h"
  finish
fi

line_of() { grep -n "past: $1 " test/drivers/past_drv.c | cut -d: -f1; }

# names TOOL WHAT REPORT: it has the driver's line.
names() {
  grep -q "past_drv.c:$(line_of "$2")\b" "$3"
  found=$?
  report $found "$1: $2"
  [ $found -eq 0 ] || comment "$3" "it said"
}

# past TOOL FOLDER: each way to do it. $below is what pier runs below.
past() {
  operation=0
  for what in memory moved binary grown command thread job; do
    operation=$((operation + 1))
    timeout 100 $below $pier call --check-driver --control --driver "$2/past_drv" --op $operation \
      '<<"12345">>' >"$scratch/said" 2>&1
    names "$1" $what "$scratch/said"
  done
  printf 'a command of more than 64 bytes, which has a slot of its own in the vector' |
    timeout 100 $below $pier run --check-driver --driver "$2/past_drv" >"$scratch/said" 2>&1
  names "$1" slot "$scratch/said"
}

mkdir "$scratch/drivers"
# made OPTION...: as it is written, no two lines in one.
made() {
  cc -std=c11 -D_GNU_SOURCE -O0 -g "$@" -fPIC -shared -o "$scratch/drivers/past_drv.so" \
    test/drivers/past_drv.c 2>"$scratch/said"
}

if command -v valgrind >/dev/null && made; then
  below='valgrind -q --keep-debuginfo=yes'
  past valgrind "$scratch/drivers"
else
  skip "valgrind" "no valgrind here"
fi

library=$(cc -print-file-name=libasan.so 2>/dev/null)
if [ -e "$library" ] && made -fsanitize=address; then
  below="env LD_PRELOAD=$library ASAN_OPTIONS=detect_leaks=0"
  past "address sanitizer" "$scratch/drivers"
else
  skip "address sanitizer" "no libasan here"
fi
finish
