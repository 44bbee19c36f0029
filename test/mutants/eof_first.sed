# file: c_src/port/port.c
# rule: 5.1.both
# eof comes before exit_status
/^static void finish_open/,/^}/{
  /^  report_end(port);/i\
  if (port->flags & PIER_PORT_EOF && port->flags & PIER_PORT_EXIT_STATUS) tell(port, port->owner, PIER_MESSAGE_EOF);
  s/^    tell(port, port->owner, PIER_MESSAGE_EOF);/    if (!(port->flags \& PIER_PORT_EXIT_STATUS)) tell(port, port->owner, PIER_MESSAGE_EOF);/
}
