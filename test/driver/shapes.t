#!/bin/sh
# Every shape of the host has the 112 names of the driver API, and nothing else beside
# pier_*, and drivers find them there.
. test/support/tap.sh
cc=${CC:-cc}
lib=$PWD/build
ei="${ERL_EI_LIBDIR:+-L$ERL_EI_LIBDIR} -lei"
flags="-std=c11 -D_GNU_SOURCE -Iinclude ${ERL_EI_INCLUDE_DIR:+-I$ERL_EI_INCLUDE_DIR} test/driver/shape.c"
names=test/house/driver_api.symbols
if [ ! -e build/drivers/arith_drv.so ]; then
  skip "drivers in every shape of the host" "no erl_driver.h"
  finish
fi

is "the API has 112 names" "$(LC_ALL=C sort -u $names | wc -l | tr -d ' ')" 112
for file in libpier_host.so pier; do
  is "$file exports them, and pier_*" "$(tools/symbols $lib/$file | grep -v '^pier_[a-z]')" "$(cat $names)"
done

# adds NAME COMMAND...
adds() {
  name=$1
  shift
  is "$name" "$("$@" 2>&1)" 5
}
$cc $flags -o "$scratch/shared" -L"$lib" -lpier_host -lpier -Wl,-rpath,"$lib" &&
  adds "the shared library" "$scratch/shared" build/drivers
$cc $flags -rdynamic -o "$scratch/static" "$lib/libpier_host.a" "$lib/libpier.a" $ei -luv -lz -lm -ldl -pthread &&
  adds "the static library" "$scratch/static" build/drivers
missing=$(tools/symbols "$scratch/static" | LC_ALL=C comm -13 - $names)
is "all of it is in the program" "$missing" ""
$cc $flags -o "$scratch/hidden" "$lib/libpier_host.a" "$lib/libpier.a" $ei -luv -lz -lm -ldl -pthread
like "$("$scratch/hidden" build/drivers 2>&1)" "*undefined symbol: *"
report $? "a program that exports nothing is told what is missing"
$cc $flags -DLIBRARY="\"$lib/libpier_host.so\"" -o "$scratch/local" -ldl &&
  adds "the shared library, opened for nobody else to see" \
    env LD_LIBRARY_PATH="$lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" "$scratch/local" build/drivers
is "the command" "$(build/pier call --driver build/drivers/arith_drv --op 1 --control "[2,3]" 2>&1)" '"5"'
finish
