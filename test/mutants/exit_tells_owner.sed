# file: c_src/driver/failure.c
# rule: d6.exit
# driver_exit tells the owner as well
/^int driver_exit/,/^}/s/^  pier__port_unlink_owner(.*$//
