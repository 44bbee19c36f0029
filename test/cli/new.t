#!/bin/sh
# pier new: what it refuses, and each kind of project, built and tested with a
# staged install and nothing from the net.
. test/support/tap.sh
unset MAKEFLAGS MFLAGS MAKELEVEL MIX_APP_PATH MIX_BUILD_PATH REBAR_BASE_DIR ERL_LIBS
refuses() {
  name=$1 status=$2 said=$3
  shift 3
  gives "$name" "$status" '' "$said" "$PIER" new "$@"
}
dir=$scratch/work
mkdir "$dir" "$dir/full" "$dir/hollow"
touch "$dir/full/file" "$dir/plain"
gives "help" 0 'usage: pier new *--rebar3*--mix*--make*' '' "$PIER" new --help
refuses "no folder" 2 'pier new: no folder given*'
refuses "two folders" 2 'pier new: one folder*' a b
refuses "two kinds" 2 'pier new: --mix and --make: a project is of one kind' --mix --make "$dir/x"
refuses "two kinds, behind the folder" 2 'pier new: --mix and --make: a project is of one kind' "$dir/x" --mix --make
refuses "an unknown kind" 2 '*unknown option --cmake*' --cmake "$dir/x"
refuses "a folder that is not empty" 1 '*/full is there already, and not empty' "$dir/full"
refuses "a file" 1 '*/plain is there already, and no folder' "$dir/plain"
refuses "a folder in none" 1 '*cannot make */none/x: No such file or directory' "$dir/none/x"
refuses "a capital" 2 '*begins with a letter from a to z' "$dir/Fish"
refuses "a dash" 2 '*/fish-tank/: no name for an OTP application: character 5 is none of a to z, 0 to 9, _' "$dir/fish-tank/"
refuses "a digit in front" 2 '*begins with a letter*' "$dir/1fish"
refuses "a word of Erlang" 2 '*/receive: no name for a project: it is a word of Erlang or Elixir' "$dir/receive"
refuses "a name that is taken" 2 '*/stdlib: no name for a project: an application*' "$dir/stdlib"
refuses "a long name" 2 '*at most 60 characters' "$dir/$(printf 'a%.0s' $(seq 61))"
refuses "no name" 2 '*give one with a name' "$dir/.."
is "nothing was written" "$(cd "$dir" && find . | sort | xargs)" ". ./full ./full/file ./hollow ./plain"

stage=$scratch/stage
${MAKE:-make} -s install PREFIX="$stage" >"$scratch/log" 2>&1
report $? "make install"
export PATH="$stage/bin:$PATH" PKG_CONFIG_PATH="$stage/lib/pkgconfig" HOME="$scratch"
export REBAR_OFFLINE=1 REBAR_CACHE_DIR="$scratch/cache" HEX_OFFLINE=1 MIX_HOME="$scratch"

# tested NAME COMMAND...
tested() {
  name=$1
  shift
  (cd "$project" && "$@") >"$scratch/log" 2>&1
  status=$?
  report $status "$name"
  [ $status -eq 0 ] || comment "$scratch/log" "$*"
}
# kind NAME TOOL COMMAND...: a new project, tested by its tool alone and as a whole.
kind() {
  kind=$1 tool=$2
  shift 2
  project=$dir/fish_tank_$kind
  gives "--$kind" 0 "$project is there: *" '' pier new "--$kind" "$project"
  is "--$kind: every name is filled in" "$(grep -r '@[nN]ame@' "$project"; find "$project" -name '*@*')" ""
  if command -v "$tool" >/dev/null; then
    tested "--$kind: $*" "$@"
    tested "--$kind: make check" make check
    if [ -x "$project/priv/fish_tank_$kind" ]; then
      is "--$kind: the program" \
        "$(pier call '{add,1,2}' '{add,1,x}' -- "$project/priv/fish_tank_$kind")" \
        "{ok,3}
{error,{badarg,<<\"element 3 of tuple: expected integer, got atom x\">>}}"
    fi
    tested "--$kind: a second make does nothing" make -q
    is "--$kind: what was built is ignored" "$(cd "$project" && git init -q . 2>/dev/null && git status --porcelain -uall | grep 'priv\|_build\|beam$')" ""
    tested "--$kind: make clean" make clean
  else
    skip "--$kind: tests" "no $tool here"
  fi
}
kind rebar3 rebar3 rebar3 eunit
kind mix mix mix test
kind make erlc make
project=$dir/hollow
tested "an empty folder will do, rebar3 is the default" sh -c 'pier new . 2>&1 | grep name; pier new ../hollow && test -e rebar.config'
finish
