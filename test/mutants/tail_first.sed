# file: c_src/port/port.c
# rule: 4.3.status
# the last part of a line comes before exit_status
/^static void report_end/,/^}/s/^  if (port->flags/  flush_input(port);\
  if (port->flags/
