# file: c_src/driver/select.c
# rule: d1d.stop-select
# a descriptor that is let go is never given back
/^static void stop_select/,/^}/s/^  driver->entry.stop_select(.*$/  (void)fd;/
