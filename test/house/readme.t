#!/bin/sh
# The snippets of the README and of doc/, taken out of them, compiled against an
# installed pier and run.
. test/support/tap.sh
stage=$scratch/stage
prefix=$stage/usr
make -s install DESTDIR="$stage" PREFIX=/usr >"$scratch/install" 2>&1
report $? "make install into a scratch DESTDIR"

PKG_CONFIG_PATH=$prefix/lib/pkgconfig
PKG_CONFIG_SYSROOT_DIR=$stage
LD_LIBRARY_PATH=$prefix/lib
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR LD_LIBRARY_PATH

# snippet NAME [DOCUMENT]: the fence that follows its comment.
snippet() {
  awk -v mark="<!-- snippet: $1 -->" '
    $0 == mark { wanted = 1; next }
    wanted && /^```/ { if (inside) exit; inside = 1; next }
    inside { print }' "${2:-README.md}" >"$scratch/$1"
  [ -s "$scratch/$1" ]
  report $? "${2:-README.md} has $1"
}

# compile NAME PACKAGES
compile() {
  ${CC:-cc} -std=${std:-c11} -Wall -Wextra -Werror "$scratch/$1.c" \
    $(pkg-config --cflags --libs $2) -o "$scratch/$1" 2>"$scratch/cc"
  status=$?
  report $status "$1.c compiles with pkg-config $2"
  [ $status -eq 0 ] || comment "$scratch/cc" "${CC:-cc}"
}

for name in adder.c caller.c caller.escript caller.exs; do snippet $name; done
is "adder.c is the example of that name" "$(cat "$scratch/adder.c")" \
  "$(cat c_src/examples/adder.c)"
compile adder pier
compile caller pier_host
gives "pier call" 0 '{ok,3}' '' "$prefix/bin/pier" call '{add,1,2}' -- "$scratch/adder"
gives "the caller in C" 0 3 '' "$scratch/caller" "$scratch/adder"
gives "the caller in C, no such program" 1 '' '*No such file*' "$scratch/caller" /no/such/file
snippet reader.c doc/terms.md
compile reader pier
gives "the reader" 0 'Ada: 3.5' '' "$scratch/reader" '#{name => "Ada", items => [{tea, 2}, {milk, 1.5}]}'
gives "the reader, a price that is none" 1 '' \
  'byte 35: value of key items, element 2 of list, element 2 of tuple: expected number, got atom none' \
  "$scratch/reader" '#{name => "Ada", items => [{tea, 2}, {milk, none}]}'
snippet test_adder.c
compile test_adder "pier_host cmocka"
(cd "$scratch" && ./test_adder >test.out 2>&1)
report $? "a program tested with cmocka and the native host alone"
snippet loop.c doc/host.md
std=gnu11 compile loop "pier_host libuv"
gives "two ports and a timer in a libuv loop" 0 "$(printf 'down: 1\ndown: 2\ndown: 3\nup: 1\nup: 2\nup: 3')" '' \
  sh -c '"$1" | sort' sh "$scratch/loop"
if command -v escript >/dev/null; then
  chmod +x "$scratch/caller.escript"
  gives "the caller in Erlang" 0 '{ok,3}' '' "$scratch/caller.escript" "$scratch/adder"
else
  skip "the caller in Erlang" "no erl here"
fi
if command -v elixir >/dev/null; then
  gives "the caller in Elixir" 0 '{:ok, 3}' '*' \
    env ERL_LIBS="$prefix/lib" elixir "$scratch/caller.exs" "$scratch/adder"
else
  skip "the caller in Elixir" "no elixir here"
fi
${CC:-cc} -std=c11 "$scratch/adder.c" -o "$scratch/adder-static" \
  $(pkg-config --cflags pier) "$prefix/lib/libpier.a" -lei -lz -lm -pthread 2>"$scratch/cc"
status=$?
report $status "a port program on the blocking loop needs no libuv"
[ $status -eq 0 ] || comment "$scratch/cc" "${CC:-cc}"
finish
