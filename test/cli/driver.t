#!/bin/sh
# Linked-in drivers at the command line: pier driver, pier run --driver, pier call --driver.
. test/support/tap.sh
if [ ! -e build/drivers/arith_drv.so ]; then
  skip "drivers" "built without erl_driver.h"
  finish
fi
drivers=build/drivers
driver="$PIER driver"
run="$PIER run --wait 1000 --driver"
call="$PIER call --driver"

# ---- What it is
gives "a driver that loads" 0 "file        $drivers/arith_drv.so
name        arith_drv
API         3.3
flags       soft_busy
callbacks   start output control call
libraries   *libc.so.6*
needs       driver_alloc driver_alloc_binary *
missing     -
loads here  yes
in the BEAM yes" "" $driver $drivers/arith_drv
gives "with .so" 0 "*loads here  yes*" "" $driver $drivers/arith_drv.so
(cd $drivers && "$OLDPWD/$PIER" driver arith_drv) >"$scratch/here" 2>&1
report $? "without a folder"
gives "other flags and callbacks" 0 "*
flags       port_locking
callbacks   start stop ready_input timeout outputv ready_async flush stop_select
*" "" $driver $drivers/later_drv
gives "what is missing is named" 1 "*
missing     driver_that_is_not_there
loads here  no: *undefined symbol: driver_that_is_not_there
in the BEAM no: {open_error,_}: undefined symbol: driver_that_is_not_there" "" \
  $driver $drivers/missing_drv
gives "no driver_init" 1 "*loads here  no: there is no driver_init (no_driver_init)
in the BEAM no: no_driver_init" "" $driver $drivers/no_init_drv
gives "a version that is none" 1 "*API         none: its entry has no extended marker
*in the BEAM no: driver_incorrect_version" "" $driver $drivers/old_drv
gives "another name" 1 "*name        somebody_else
*in the BEAM no: bad_driver_name" "" $driver $drivers/misnamed_drv
gives "an init that fails" 1 "*in the BEAM no: driver_init_failed" "" \
  $driver $drivers/bad_init_drv
gives "an init that crashes" 1 "*loads here  no: init or finish ended the process *
in the BEAM no, and it takes the BEAM along: init or finish ended the process *" "*" \
  $driver $drivers/crash_init_drv
gives "functions for NIFs" 1 "*missing     enif_*
loads here  no: *
in the BEAM perhaps: the functions for NIFs are there" "" $driver $drivers/nif_drv
cp README.md "$scratch/text_drv.so"
gives "text" 1 "" "pier driver: $scratch/text_drv.so: it is no ELF file" $driver "$scratch/text_drv"
: >"$scratch/empty_drv.so"
gives "nothing" 1 "" "pier driver: $scratch/empty_drv.so: it is no ELF file" \
  $driver "$scratch/empty_drv"
cp "$PIER_BUILD/obj/c_src/cli/main.o" "$scratch/object_drv.so"
gives "an object file" 1 "" "pier driver: *: it is no shared library" $driver "$scratch/object_drv"
head -c 300 $drivers/arith_drv.so >"$scratch/cut_drv.so"
gives "half a library" 1 "" "pier driver: *: it has no table of dynamic symbols" \
  $driver "$scratch/cut_drv"
mkdir "$scratch/folder_drv.so"
gives "a folder" 1 "" "pier driver: *: Is a directory" $driver "$scratch/folder_drv"
gives "no such file" 127 "" "pier driver: /nowhere/x.so: No such file or directory" \
  $driver /nowhere/x
gives "no name" 2 "" "pier driver: $drivers/: a driver is given as DIR/NAME" $driver $drivers/
gives "nothing given" 2 "" "pier driver: no driver given *" $driver
gives "two" 2 "" "pier driver: one driver at a time *" $driver a b
gives "help" 0 "usage: pier driver *Status: *" "" $driver --help
gives "version" 0 "pier [0-9]*" "" $driver --version
gives "an unknown option" 2 "" "pier driver: unknown option --nonsense *" $driver --nonsense

# ---- pier run
closed="{'EXIT',#Port<0.*>,normal}
{#Port<0.*>,closed}"
INPUT='hello\n' gives "run: what goes in comes out" 0 "{#Port<0.*>,{data,<<\"hello\\\\n\">>}}
$closed" "" $run $drivers/arith_drv
INPUT='hello\n' gives "run: --list --line" 0 "{#Port<0.*>,{data,{eol,\"hello\"}}}
$closed" "" $run $drivers/arith_drv --list --line 80
INPUT='a' gives "run: async" 0 "{#Port<0.*>,{data,\"has worked\"}}
$closed" "" $run $drivers/later_drv --list
gives "run: words for start" 0 "{#Port<0.*>,{data,\"arith_drv says\"}}
$closed" "" $run $drivers/arith_drv -- says
INPUT='fail' gives "run: the driver fails" 1 "{'EXIT',#Port<0.*>,failed}" \
  "pier run: $drivers/arith_drv: the port ended with failed" $run $drivers/arith_drv
gives "run: start fails" 1 "" "pier run: $drivers/arith_drv: cannot be opened: arith_drv errno: *" \
  $run $drivers/arith_drv -- errno
gives "run: start refuses" 1 "" "pier run: $drivers/arith_drv: cannot be opened: *" \
  $run $drivers/arith_drv -- badarg
gives "run: no status of a driver" 2 "" "pier run: --driver: no --spawn, --arg0 or --exit-status*" \
  $run $drivers/arith_drv --exit-status
gives "run: no program" 2 "" "pier run: --driver: no --spawn*" $run $drivers/arith_drv --spawn

# ---- pier call
gives "call: port_call" 0 "{a,1}
x" "" $call $drivers/arith_drv '{a,1}' x
gives "call: port_control" 0 '"5"' "" $call $drivers/arith_drv --control --op 1 '[2,3]'
gives "call: garbage" 1 "" "pier call: $drivers/arith_drv: port_call of operation 1 with x: {error,badarg} (the driver has no call*" \
  $call $drivers/arith_drv --op 1 x
gives "call: no iodata" 1 "" "pier call: *: port_control of operation 1 with x: {error,badarg} (no iodata*" \
  $call $drivers/arith_drv --control --op 1 x
gives "call: after a failure" 1 "[[]]" \
  "pier call: *: port_control of operation 5 with \[\]: {error,badarg}*; the port ended with 7" \
  $call $drivers/arith_drv --control --op 5 '[]' '[]'
gives "call: a driver without call" 1 "" "pier call: *{error,badarg} (the driver has no call*" \
  $call $drivers/later_drv x
gives "call: start fails" 1 "" "pier call: *: cannot be opened: arith_drv general: *" \
  $call $drivers/arith_drv x -- general
gives "call: a number that is none" 2 "" "pier call: --op x: not a number from 0 to 4294967295" \
  $call $drivers/arith_drv --op x y
gives "call: --op without a driver" 2 "" "pier call: --op, --control and --check-driver go with --driver" \
  "$PIER" call --op 1 x -- cat
gives "call: no term" 2 "" "pier call: no TERM given *" $call $drivers/arith_drv

# ---- Misuse
INPUT='x' gives "run: what it leaves is told" 0 "$closed" \
  "pier run: driver misuse_drv, in finish: leaves binaries: 1 with 1 bytes, one made in outputv" \
  env ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" $run $drivers/misuse_drv --check-driver
gives "call: a lock that is held" 0 "[[]]" \
  "pier call: driver misuse_drv, #Port<0.1>, in control: returned with mutex big lock held" \
  $call $drivers/misuse_drv --check-driver=0 --control --op 109 '[]'
gives "call: a callback that blocks" 0 "[[]]" \
  "pier call: driver misuse_drv, #Port<0.1>, in control: blocked the host for [0-9]* ms" \
  $call $drivers/misuse_drv --check-driver=50 --control --op 116 '[]'
gives "call: nothing wrong" 0 "[[]]" "" \
  $call $drivers/misuse_drv --check-driver=0 --control --op 99 '[]'
gives "call: it is not asked" 0 "[[]]" "" $call $drivers/misuse_drv --control --op 116 '[]'
gives "a limit that is none" 2 "" "pier run: --check-driver x: not a number *" \
  $run $drivers/misuse_drv --check-driver=x
gives "without a driver" 2 "" "pier run: --check-driver goes with --driver" \
  "$PIER" run --check-driver -- cat

# ---- What does not load
for who in run call; do
  set -- "$PIER" $who --driver
  more=
  [ $who = run ] || more=x
  it="pier $who: $drivers"
  gives "$who: no such file" 127 "" "$it/nosuch.so: No such file or directory" "$@" $drivers/nosuch $more
  gives "$who: no library" 126 "" "pier $who: $scratch/text_drv.so: *" "$@" "$scratch/text_drv" $more
  gives "$who: a symbol is missing" 126 "" "$it/missing_drv.so: undefined symbol: driver_that_is_not_there" \
    "$@" $drivers/missing_drv $more
  gives "$who: no driver_init" 126 "" "$it/no_init_drv.so: there is no driver_init (no_driver_init)" \
    "$@" $drivers/no_init_drv $more
  gives "$who: a wrong version" 126 "" "$it/old_drv.so: *(driver_incorrect_version)" \
    "$@" $drivers/old_drv $more
  gives "$who: another name" 126 "" "$it/misnamed_drv.so: *(bad_driver_name)" \
    "$@" $drivers/misnamed_drv $more
  gives "$who: init fails" 126 "" "$it/bad_init_drv.so: *(driver_init_failed)" \
    "$@" $drivers/bad_init_drv $more
done

# ---- Where there are no drivers
without=$PIER_BUILD/without_drivers/pier
if [ -x "$without" ]; then
  said="this pier was built without linked-in drivers: there was no erl_driver.h"
  gives "without drivers: driver" 1 "" "pier driver: $said" "$without" driver $drivers/arith_drv
  gives "without drivers: run" 1 "" "pier run: $said" "$without" run --driver $drivers/arith_drv
  gives "without drivers: call" 1 "" "pier call: $said" "$without" call --driver $drivers/arith_drv x
  INPUT='x' gives "without drivers: programs" 0 "*data*" "" "$without" run --wait 1000 -- cat
else
  skip "without drivers" "this build has no such command"
fi
finish
