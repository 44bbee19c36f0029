# The bench: `make bench` takes about three minutes, `make bench-quick` less than
# one, `make bench-terms` half of one. It needs jansson for the report; without erl the BEAM is left out, and
# the report says so.
BENCH := $(BUILD)/bench
BENCH_SELF := bench plan run results report report_json machine
BENCH_HOSTS := raw pier
BENCH_TERMS := terms terms_build terms_walk
BENCH_PROGRAMS := echo_raw echo_tutorial idle nothing
BENCH_ECHO := $(if $(wildcard c_src/examples/echo.c),$(BUILD)/examples/echo)
BENCH_BEAM := $(if $(shell command -v erlc),$(BENCH)/bench_beam.beam)
BENCH_OBJ := $(BUILD)/obj/test/bench
BENCH_ALL := $(BENCH)/bench $(BENCH)/terms $(BENCH_HOSTS:%=$(BENCH)/host_%) \
  $(BENCH_PROGRAMS:%=$(BENCH)/%) $(BENCH_BEAM) $(BENCH_ECHO)

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
$(BENCH)/terms: $(BENCH_TERMS:%=$(BENCH_OBJ)/%.o) $(BENCH_OBJ)/clock.o $(BUILD)/libpier.a
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

# The set-up may bring what this file looks for: a make of its own follows.
.PHONY: bench bench-quick bench-terms benched benched-quick benched-terms
bench: ## speed, against a raw host and the BEAM (3 minutes); sets the machine up first
	@CC='$(CC)' $(SETUP) build bench
	@$(MAKE) --no-print-directory benched
bench-quick: ## the same in less than one minute, less steady
	@CC='$(CC)' $(SETUP) build bench
	@$(MAKE) --no-print-directory benched-quick
bench-terms: ## only what is done with terms, against ei and the BEAM (half a minute)
	@CC='$(CC)' $(SETUP) build bench
	@$(MAKE) --no-print-directory benched-terms
benched: $(BENCH_ALL)
	@$(BENCH)/bench --dir $(BENCH) $(BENCH_ECHO:%=--echo %) --json $(BENCH)/bench.json
benched-quick: $(BENCH_ALL)
	@$(BENCH)/bench --quick --dir $(BENCH) $(BENCH_ECHO:%=--echo %) --json $(BENCH)/bench-quick.json
benched-terms: $(BENCH)/bench $(BENCH)/terms $(BENCH_BEAM)
	@$(BENCH)/bench --only terms --dir $(BENCH) --json $(BENCH)/bench-terms.json

-include $(wildcard $(BENCH_OBJ)/*.d $(BENCH_OBJ)/programs/*.d)
