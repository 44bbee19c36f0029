#!/bin/sh
# The house itself: layers, exported names, what is installed, a second make,
# the format of the sources, the set-up step without apt-get.
. test/support/tap.sh
make=${MAKE:-make}
lib=build

violations=$(tools/layers)
report $? "includes point one way"
printf '%s' "$violations" | sed 's/^/# /'

# plant NAME FILE INCLUDE: a copy of the sources with one more include.
plant() {
  rm -rf "$scratch/copy"
  mkdir "$scratch/copy"
  cp -R c_src include "$scratch/copy"
  echo "#include $3" >>"$scratch/copy/$2"
  said=$(tools/layers "$scratch/copy")
  status=$?
  like "$said" "$2:*" && [ $status -eq 1 ]
  report $? "the layer check sees $1"
}
plant "base including term" c_src/base/error.c '"term/scan.h"'
plant "frame including its sibling" c_src/frame/header.c '<pier/term.h>'
plant "port including host" c_src/port/iodata.c '"host/spawn.h"'
plant "the command looking inside" c_src/cli/main.c '"base/table.h"'
plant "an example looking inside" c_src/examples/echo.c '"peer/core.h"'
plant "ei.h in another public header" include/pier/frame.h '<ei.h>'
plant "libuv in the port" c_src/port/iodata.c '<uv.h>'

for name in libpier libpier_host; do
  is "$name.so exports what test/house/$name.symbols lists" \
    "$(tools/symbols $lib/$name.so)" "$(cat test/house/$name.symbols)"
  # libpier_host.so also has the names that Erlang's drivers need.
  other=$(tools/symbols $lib/$name.so | grep -v '^pier_[a-z]' | grep -vxF -f test/house/driver_api.symbols)
  is "$name.so exports only pier_*" "$other" ""
  soname=$(readelf -d $lib/$name.so | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
  is "$name.so has a soname" "$soname" "$name.so.0"
done
# Where archives meet, the linker takes the first of two and says nothing.
for file in c_src/*/*.c; do
  case $file in
  c_src/examples/* | c_src/cli/json_none.c | c_src/cli/driver_none.c) ;;
  *) nm -g --defined-only "$lib/obj/${file%.c}.o" 2>/dev/null ;;
  esac
done | awk 'NF == 3 { print $3 }' | sort >"$scratch/names"
[ "$(grep -c '^pier_' "$scratch/names")" -gt 100 ]
report $? "the objects have names"
is "no name is there twice" "$(uniq -d "$scratch/names")" ""
needed=$(readelf -d $lib/libpier.so | grep -c 'NEEDED.*libei')
is "ei is inside libpier.so" "$needed" 0

for header in include/pier.h include/pier/*.h; do
  echo "#include <${header#include/}>" >"$scratch/one.c"
  ${CC:-cc} -std=c11 -Wall -Wextra -Wpedantic -Werror -Iinclude \
    ${ERL_EI_INCLUDE_DIR:+-I"$ERL_EI_INCLUDE_DIR"} -fsyntax-only "$scratch/one.c" 2>"$scratch/cc"
  report $? "$header stands alone"
  sed 's/^/# /' "$scratch/cc"
done

again=$($make -n all tests 2>&1 | grep -v 'Nothing to be done')
is "a second make does nothing" "$again" ""

# Another version formats otherwise; .clang-format is for this one.
if ${CLANG_FORMAT:-clang-format} --version 2>/dev/null | grep -q 'version 14\.'; then
  ${CLANG_FORMAT:-clang-format} --dry-run -Werror $(find c_src include test -name '*.[ch]') \
    2>"$scratch/format"
  report $? "the sources are formatted (make format)"
  grep error "$scratch/format" | sed 's/^/# /' | head -20
else
  skip "the sources are formatted" "no clang-format 14"
fi

long=$(find c_src include -name '*.[ch]' | xargs wc -l | awk '$2 != "total" && $1 > 400 {print $2, $1}')
is "no file is over 400 lines" "$long" ""

is "the set-up is silent when nothing is missing" "$(tools/setup build check 2>&1)" ""
# A machine with a shell and little else.
mkdir "$scratch/bin"
for tool in sh awk tr sed id mktemp rm cat env; do ln -s "$(command -v $tool)" "$scratch/bin/$tool"; done
gives "the set-up lists what is missing and stops with 2" 2 'setup: missing: *gcc*libuv1-dev*' \
  '*no apt-get*' env PATH="$scratch/bin" "$scratch/bin/sh" tools/setup build
gives "the set-up knows its groups" 2 '' '*no such group: nonsense*' tools/setup nonsense
finish
