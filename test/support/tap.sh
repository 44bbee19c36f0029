# test/support/tap.sh - sourced by the shell tests: checks that print TAP.
# The plan is printed by `finish`; a test that stops before it has none.

: "${PIER_BUILD:=build/check}"
PIER=$PIER_BUILD/pier
# The BEAM takes the encoding of file names and arguments from the locale.
export LC_ALL=C.UTF-8
scratch=$(mktemp -d "${TMPDIR:-/tmp}/pier-test.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
checks=0
failures=0

# report STATUS NAME: one line of TAP; STATUS 0 is ok.
report() {
  checks=$((checks + 1))
  if [ "$1" -eq 0 ]; then
    echo "ok $checks - $2"
  else
    failures=$((failures + 1))
    echo "not ok $checks - $2"
  fi
}

# skip NAME REASON
skip() {
  checks=$((checks + 1))
  echo "ok $checks - $1 # SKIP $2"
}

# comment FILE TITLE: the file as comments.
comment() {
  echo "# $2:"
  sed 's/^/#   /' "$1"
}

# is NAME GOT WANTED
is() {
  if [ "$2" = "$3" ]; then
    report 0 "$1"
  else
    report 1 "$1"
    printf '%s\n' "$2" >"$scratch/is.got"
    printf '%s\n' "$3" >"$scratch/is.wanted"
    comment "$scratch/is.got" got
    comment "$scratch/is.wanted" wanted
  fi
}

# like TEXT PATTERN: a shell pattern, the whole text.
like() {
  case $1 in
  $2) return 0 ;;
  esac
  return 1
}

# gives NAME STATUS OUT ERR COMMAND...: runs it with $INPUT (printf's format) as
# standard input; OUT and ERR are shell patterns for all it wrote.
gives() {
  name=$1 wanted_status=$2 wanted_out=$3 wanted_err=$4
  shift 4
  printf "${INPUT-}" | "$@" >"$scratch/out" 2>"$scratch/err"
  status=$?
  if [ "$status" = "$wanted_status" ] && like "$(cat "$scratch/out")" "$wanted_out" &&
    like "$(cat "$scratch/err")" "$wanted_err"; then
    report 0 "$name"
  else
    report 1 "$name"
    echo "# status $status, wanted $wanted_status"
    comment "$scratch/out" "standard output"
    comment "$scratch/err" "standard error"
    printf '%s\n' "$wanted_out" >"$scratch/wanted"
    comment "$scratch/wanted" "wanted on standard output"
    printf '%s\n' "$wanted_err" >"$scratch/wanted"
    comment "$scratch/wanted" "wanted on standard error"
  fi
}

# until_true SECONDS COMMAND...: 0 as soon as it succeeds.
until_true() {
  tries=$(($1 * 20))
  shift
  while [ "$tries" -gt 0 ]; do
    "$@" && return 0
    sleep 0.05
    tries=$((tries - 1))
  done
  return 1
}

finish() {
  echo "1..$checks"
  [ "$failures" -eq 0 ]
  exit
}
