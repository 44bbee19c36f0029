# The bench: `make bench` takes about twelve minutes, `make bench-quick` less than
# one, `make bench-terms` half of one. It needs jansson for the report; without erl the BEAM is left out, and
# the report says so.
BENCH := $(BUILD)/bench
BENCH_SELF := bench command plan plan_aims plan_find run results report report_rows report_aims report_json machine
BENCH_WORK := work sums job clock payload
BENCH_HOSTS := raw pier toy
BENCH_TERMS := terms terms_build terms_walk
# Written for the bench alone; with ei; with pier; with pier on a uv loop.
BENCH_BARE := echo_raw echo_tutorial lines idle nothing
BENCH_EI := caller_ei
BENCH_PIER := echo_pier echo_poll caller_pier calls_pier
BENCH_UV := echo_uv echo_pier_uv caller_pier_uv calls_pier_uv
BENCH_PROGRAMS := $(BENCH_BARE) $(BENCH_EI) cnode $(BENCH_PIER) $(BENCH_UV)
BENCH_BEAM := $(if $(shell command -v erlc),$(BENCH)/bench_beam.beam)
BENCH_OBJ := $(BUILD)/obj/test/bench
# pier serve has its rows too.
BENCH_ALL := $(BUILD)/pier $(MODULES) $(BENCH)/bench $(BENCH)/terms $(BENCH_HOSTS:%=$(BENCH)/host_%) \
  $(BENCH_PROGRAMS:%=$(BENCH)/%) $(BENCH_BEAM) \
  $(if $(DRIVER_LAYER),$(addprefix $(BENCH)/,host_driver bench_drv.so bench_nif.so))

$(BENCH)/bench: $(BENCH_SELF:%=$(BENCH_OBJ)/%.o)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -ljansson
$(BENCH)/compare $(BENCH)/curves: $(BENCH)/%: $(BENCH_OBJ)/%.o
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< -ljansson
$(BENCH)/host_raw: $(BENCH_WORK:%=$(BENCH_OBJ)/%.o) $(BENCH_OBJ)/engine_raw.o $(BENCH_OBJ)/engine_raw_spawn.o
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^
$(BENCH)/host_pier: $(BENCH_WORK:%=$(BENCH_OBJ)/%.o) $(BENCH_OBJ)/engine_pier.o \
    $(BUILD)/libpier_host.a $(BUILD)/libpier.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)
$(BENCH)/growth: $(BENCH_OBJ)/growth.o $(BUILD)/obj/test/support/growth.o \
    $(BUILD)/libpier_host.a $(BUILD)/libpier.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -Wl,--wrap=clock_gettime,--wrap=epoll_wait -o $@ $^ $(LIBS)
# Drivers find the names of the API in the program that loads them.
$(BENCH)/host_driver: $(BENCH_OBJ)/driver.o $(BENCH_OBJ)/sums.o $(BENCH_OBJ)/job.o $(BENCH_OBJ)/clock.o \
    $(BUILD)/libpier_host.a $(BUILD)/libpier.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -rdynamic -o $@ $^ $(LIBS)
$(BENCH)/bench_drv.so $(BENCH)/bench_nif.so: $(BENCH)/%.so: test/bench/programs/%.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) $(CFLAGS) -fPIC -shared $(DRIVER_CFLAGS) -o $@ $<
$(BENCH)/host_toy: $(BENCH_WORK:%=$(BENCH_OBJ)/%.o) $(BENCH_OBJ)/engine_toy.o
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)
$(BENCH)/terms: $(BENCH_TERMS:%=$(BENCH_OBJ)/%.o) $(BENCH_OBJ)/clock.o $(BENCH_OBJ)/job.o $(BUILD)/libpier.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)
# Static, so that neither the dynamic linker nor, in `nothing`, libc's start
# is part of what is measured. What needs libuv is not, and no C node: they ask for names
# of hosts, which glibc can not do statically.
$(BENCH)/nothing: BENCH_LINK := -nostartfiles
$(BENCH_BARE:%=$(BENCH)/%): $(BENCH)/%: $(BENCH_OBJ)/programs/%.o
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -static $(BENCH_LINK) -o $@ $<
$(BENCH_EI:%=$(BENCH)/%): $(BENCH)/%: $(BENCH_OBJ)/programs/%.o
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -static -o $@ $< $(EI_LIBS) -pthread
$(BENCH)/cnode: $(BENCH_OBJ)/programs/cnode.o
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(EI_LIBS) -pthread
$(BENCH_PIER:%=$(BENCH)/%): $(BENCH)/%: $(BENCH_OBJ)/programs/%.o $(BUILD)/libpier.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -static -o $@ $^ $(EI_LIBS) -lz -lm -pthread
$(BENCH_UV:%=$(BENCH)/%): $(BENCH)/%: $(BENCH_OBJ)/programs/%.o $(BUILD)/libpier.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)
# One source for all kinds of caller and of echo.
BENCH_KINDS := calls_pier caller_pier_uv calls_pier_uv echo_pier_uv echo_poll
$(BENCH_OBJ)/programs/%_pier_uv.o: BENCH_KIND += -DCALLER_UV=1 -DECHO_UV=1
$(BENCH_OBJ)/programs/calls_%.o: BENCH_KIND += -DCALLER_MODE=PIER_CALLS
$(BENCH_OBJ)/programs/echo_poll.o: BENCH_KIND += -DECHO_POLL_US=100
$(filter-out %/echo_pier_uv.o %/echo_poll.o,$(BENCH_KINDS:%=$(BENCH_OBJ)/programs/%.o)): test/bench/programs/caller_pier.c
$(BENCH_OBJ)/programs/echo_pier_uv.o $(BENCH_OBJ)/programs/echo_poll.o: test/bench/programs/echo_pier.c
$(BENCH_KINDS:%=$(BENCH_OBJ)/programs/%.o): $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(BASE_FLAGS) $(CFLAGS) $(INCLUDES) $(BENCH_KIND) $(CPPFLAGS) -MMD -MP -c -o $@ $(filter %.c,$^)
$(BENCH)/bench_beam.beam: test/bench/bench_beam.erl
	@mkdir -p $(@D)
	erlc -o $(@D) $<

# The set-up may bring what this file looks for: a make of its own follows.
.PHONY: bench bench-quick bench-terms bench-compare bench-growth bench-doc benched benched-quick benched-terms bench-built plots
bench: ## speed, against a raw host and the BEAM (12 minutes); sets the machine up first
	@CC='$(CC)' $(SETUP) build bench
	@$(MAKE) --no-print-directory benched
bench-quick: ## the same in less than one minute, less steady
	@CC='$(CC)' $(SETUP) build bench
	@$(MAKE) --no-print-directory benched-quick
bench-terms: ## only what is done with terms, against ei and the BEAM (half a minute)
	@CC='$(CC)' $(SETUP) build bench
	@$(MAKE) --no-print-directory benched-terms
bench-compare: $(BENCH)/compare ## what is different between two runs: A=before.json B=after.json
	@$(BENCH)/compare $(A) $(B)
bench-growth: $(BENCH)/growth $(BENCH)/echo_raw $(BENCH)/idle ## is memory flat after millions of frames, ports and messages? (2 minutes)
	@$(BENCH)/growth $(BENCH)/echo_raw $(BENCH)/idle 10000000 100000 1000000 1000 86400 >$(BENCH)/growth.txt; \
	  status=$$?; cat $(BENCH)/growth.txt; exit $$status
bench-doc: plots ## the last full run, its plots and the growth into doc/
	@cp $(BENCH)/performance-*.svg doc/
	@awk -v table=$(BENCH)/bench.txt -v growth=$(BENCH)/growth.txt -f test/bench/doc.awk doc/performance.md >$(BENCH)/performance.md
	@cp $(BENCH)/performance.md doc/performance.md
bench-built: $(BENCH_ALL)
benched: $(BENCH_ALL)
	@$(BENCH)/bench --dir $(BENCH) --json $(BENCH)/bench.json >$(BENCH)/bench.txt && cat $(BENCH)/bench.txt
	@! command -v gnuplot >/dev/null || $(MAKE) --no-print-directory plots
benched-quick: $(BENCH_ALL)
	@$(BENCH)/bench --quick --dir $(BENCH) --json $(BENCH)/bench-quick.json
benched-terms: $(BENCH)/bench $(BENCH)/terms $(BENCH_BEAM)
	@$(BENCH)/bench --only terms --dir $(BENCH) --json $(BENCH)/bench-terms.json
plots: $(BENCH)/curves
	@$(BENCH)/curves $(BENCH)/bench.json hosts size rate >$(BENCH)/sizes.dat
	@$(BENCH)/curves $(BENCH)/bench.json ports ports rate >$(BENCH)/ports.dat
	@$(BENCH)/curves $(BENCH)/bench.json ports ports open_rate >$(BENCH)/opens.dat
	@gnuplot -e "data='$(BENCH)'; out='$(BENCH)'" test/bench/plots.gp

-include $(wildcard $(BENCH_OBJ)/*.d $(BENCH_OBJ)/programs/*.d)
