#!/bin/sh
# The drivers in examples/drivers, and the sessions that doc/drivers-guide.md shows of
# them, run again: what is shown comes, in that order.
. test/support/tap.sh
unset MAKEFLAGS MFLAGS MAKELEVEL
if [ ! -e build/drivers/arith_drv.so ]; then
  skip "the guide to drivers" "built without erl_driver.h"
  finish
fi
cp -r examples/drivers "$scratch/drivers"
root=$PWD
mkdir "$scratch/bin"
ln -s "$root/build/pier" "$scratch/bin/pier"
PATH=$scratch/bin:$PATH
export PATH
unset LD_PRELOAD DEBUGINFOD_URLS

# Each command of the guide becomes a file, what is shown of it another.
awk -v to="$scratch/step" '
  /^```console$/ { inside = 1; next }
  /^```$/ { inside = 0 }
  !inside { next }
  /^\$ / {
    file = sprintf("%s.%02d", to, ++count)
    print substr($0, 3) >(file ".command")
    printf "" >(file ".shown")
    next
  }
  { print >(file ".shown") }' doc/drivers-guide.md

# The shown lines are found one after the other; "..." is anything.
cat >"$scratch/compare.awk" <<'A'
function fits(line, shown,   count, part, i, at) {
  count = split(shown, part, /[.][.][.]/)
  for (i = 1; i <= count; i++) {
    if (part[i] == "") continue
    at = index(line, part[i])
    if (at == 0) return 0
    line = substr(line, at + length(part[i]))
  }
  return 1
}
FILENAME == ARGV[1] { shown[++wanted] = $0; next }
got < wanted && fits($0, shown[got + 1]) { got++ }
END { if (got < wanted) { print "missing: " shown[got + 1]; exit 1 } }
A

usable() {
  case $1 in
  gdb) gdb -q -batch -ex run -ex quit true 2>/dev/null | grep -q 'exited normally' ;;
  *) command -v "$1" >/dev/null ;;
  esac
}

for command in "$scratch"/step.*.command; do
  step=${command%.command}
  name=$(cut -c1-70 "$command")
  case "$(cat "$command")" in
  "gdb "*) tool=gdb ;;
  *"valgrind "*) tool=valgrind ;;
  "make test"*) tool=erl ;;
  *) tool=sh ;;
  esac
  if ! usable $tool; then
    skip "$name" "no $tool here, or it may not look at programs"
    continue
  fi
  (cd "$scratch/drivers" && timeout 100 sh "$command") >"$step.out" 2>"$step.err" </dev/null
  # What is said on standard error comes between the rest as it likes.
  ok=1
  for way in "$step.out $step.err" "$step.err $step.out"; do
    cat $way >"$step.all"
    awk -f "$scratch/compare.awk" "$step.shown" "$step.all" >"$step.missing" && ok=0 && break
  done
  report $ok "$name"
  [ $ok -eq 0 ] || { comment "$step.missing" "not there" && comment "$step.all" "it said"; }
done

# A clean driver gives no report.
run="pier run --check-driver=0 --wait 1000 --driver $scratch/drivers/priv"
INPUT='[1,2]' gives "sum_drv is clean" 0 "{ok,3}" "" \
  pier call --check-driver=0 --driver "$scratch/drivers/priv/sum_drv" --op 1 '[1,2]'
INPUT='100' gives "primes_drv is clean" 0 "*100 25*" "" $run/primes_drv
INPUT='some text' gives "pipe_drv is clean" 0 "*some text*" "" $run/pipe_drv
INPUT='2' gives "ticks_drv is clean" 0 "*{tick,#Port<0.1>,2}*" "" $run/ticks_drv
finish
