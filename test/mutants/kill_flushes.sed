# file: c_src/port/port.c
# rule: 5.4.kill
# exit(P,kill) leaves the queue to be written
/^void pier__port_exit/,/^}/s/terminate(port, reason, discard)/terminate(port, reason, 0 \&\& discard)/
