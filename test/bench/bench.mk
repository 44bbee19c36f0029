# The bench: `make bench` takes about two minutes, `make bench-quick` half of
# one. It needs jansson for the report; without erl the BEAM is left out, and
# the report says so.
BENCH := $(BUILD)/bench
BENCH_SELF := bench plan run results report report_json machine
BENCH_HOSTS := raw pier
BENCH_PROGRAMS := echo_raw echo_tutorial idle nothing
BENCH_ECHO := $(if $(wildcard c_src/examples/echo.c),$(BUILD)/examples/echo)
BENCH_BEAM := $(if $(shell command -v erlc),$(BENCH)/bench_beam.beam)
BENCH_OBJ := $(BUILD)/obj/test/bench
BENCH_ALL := $(BENCH)/bench $(BENCH_HOSTS:%=$(BENCH)/host_%) \
  $(BENCH_PROGRAMS:%=$(BENCH)/%) $(BENCH_BEAM) $(BENCH_ECHO)

.PHONY: bench-needs
bench-needs:
	@echo '#include <jansson.h>' | $(CC) $(CPPFLAGS) -E -x c - >/dev/null 2>&1 || \
	  { echo 'make bench: jansson is missing; install libjansson-dev'; exit 2; }
$(BENCH_SELF:%=$(BENCH_OBJ)/%.o): | bench-needs
$(BENCH)/bench: $(BENCH_SELF:%=$(BENCH_OBJ)/%.o)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -ljansson
$(BENCH)/host_raw: $(BENCH_OBJ)/work.o $(BENCH_OBJ)/clock.o $(BENCH_OBJ)/engine_raw.o
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^
$(BENCH)/host_pier: $(BENCH_OBJ)/work.o $(BENCH_OBJ)/clock.o $(BENCH_OBJ)/engine_pier.o \
    $(BUILD)/libpier_host.a $(BUILD)/libpier.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)
# Static, so that neither the dynamic linker nor, in `nothing`, libc's start
# is part of what is measured.
$(BENCH)/nothing: BENCH_LINK := -nostartfiles
$(BENCH_PROGRAMS:%=$(BENCH)/%): $(BENCH)/%: $(BENCH_OBJ)/programs/%.o
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -static $(BENCH_LINK) -o $@ $<
$(BENCH)/bench_beam.beam: test/bench/bench_beam.erl
	@mkdir -p $(@D)
	erlc -o $(@D) $<

.PHONY: bench bench-quick
bench: $(BENCH_ALL)
	$(BENCH)/bench --dir $(BENCH) $(BENCH_ECHO:%=--echo %) --json $(BENCH)/bench.json
bench-quick: $(BENCH_ALL)
	$(BENCH)/bench --quick --dir $(BENCH) $(BENCH_ECHO:%=--echo %) --json $(BENCH)/bench-quick.json

-include $(wildcard $(BENCH_OBJ)/*.d $(BENCH_OBJ)/programs/*.d)
