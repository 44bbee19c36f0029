#!/bin/sh
# The rows of test/driver/steps in the BEAM: what test_steps.c has them be, they are.
. test/support/tap.sh
if ! command -v escript >/dev/null; then
  skip "drivers in the BEAM" "no escript"
  finish
fi
if [ ! -e build/drivers/arith_drv.so ]; then
  skip "drivers in the BEAM" "no erl_driver.h"
  finish
fi
# What the BEAM logs is no TAP.
escript test/driver/steps.escript test/driver/steps/*.steps 2>/dev/null | grep "^[on1#]"
