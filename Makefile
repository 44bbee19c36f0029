# pier: see README.md; `make help` lists the targets.
CC ?= cc
AR ?= ar
INSTALL ?= install
PKG_CONFIG ?= pkg-config
CLANG_FORMAT ?= clang-format
FUZZ_CC ?= clang
FUZZ_SECONDS ?= 10
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DESTDIR ?=
BUILD ?= build
# mix runs its programs from the priv/ of the application's own folder.
PRIV ?= $(if $(MIX_APP_PATH),$(MIX_APP_PATH)/priv,priv)
CFLAGS ?= -O2 -g
SETUP ?= tools/setup

VERSION := 0.1.0
SONAME := 0

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
  -Wpointer-arith -Wcast-align -Wwrite-strings -Wundef -Wformat=2 -Wvla -Wconversion -Wno-sign-conversion
BASE_FLAGS := -std=c11 -D_GNU_SOURCE -D_REENTRANT -fPIC -fvisibility=hidden -pthread $(WARNINGS)

# ei: mix, Nerves and rebar3 say where it is; Debian has it where the compiler
# looks anyway; only then is erl asked.
ERL_EI_INCLUDE_DIR ?= $(or $(ERL_INTERFACE_INCLUDE_DIR),$(if $(EI_FOLDER),$(EI_FOLDER)/include))
ERL_EI_LIBDIR ?= $(or $(ERL_INTERFACE_LIB_DIR),$(if $(EI_FOLDER),$(EI_FOLDER)/lib))
EI_PLACES := $(ERL_EI_INCLUDE_DIR)$(ERL_EI_LIBDIR)$(CROSSCOMPILE)$(wildcard /usr/include/ei.h)
ifeq ($(EI_PLACES),)
  EI_FOLDER := $(ERLANG_LIB_DIR_erl_interface)
  ifeq ($(EI_FOLDER),)
    EI_FOLDER := $(shell erl -noshell -eval 'io:put_chars(code:lib_dir(erl_interface)),halt().' 2>/dev/null)
  endif
endif
EI_CFLAGS := $(if $(ERL_EI_INCLUDE_DIR),-I$(ERL_EI_INCLUDE_DIR))
EI_LIBS := $(if $(ERL_EI_LIBDIR),-L$(ERL_EI_LIBDIR)) -lei
UV_CFLAGS := $(shell $(PKG_CONFIG) --cflags libuv 2>/dev/null)
UV_LIBS := $(or $(shell $(PKG_CONFIG) --libs libuv 2>/dev/null),-luv)
INCLUDES = -Iinclude -Ic_src $(EI_CFLAGS) $(UV_CFLAGS) $(DRIVER_CFLAGS)
# A program that uses no uv loop does not load libuv.
LIBS := -Wl,--as-needed $(EI_LIBS) $(UV_LIBS) -lz -lm -ldl -pthread

# The API of linked-in drivers: Erlang's own header, or no drivers.
ERL_DRIVER_INCLUDE_DIR ?= $(patsubst %/erl_driver.h,%,$(firstword $(wildcard \
  $(addsuffix /erl_driver.h,$(ERTS_INCLUDE_DIR) /usr/include /usr/lib/erlang/usr/include))))
DRIVER_CFLAGS := $(if $(filter-out /usr/include,$(ERL_DRIVER_INCLUDE_DIR)),-isystem $(ERL_DRIVER_INCLUDE_DIR))
comma := ,
DRIVER_LAYER := $(if $(ERL_DRIVER_INCLUDE_DIR),driver)
# A program takes drivers by exporting the names of their API.
EXPORTS := $(if $(DRIVER_LAYER),-Wl$(comma)--dynamic-list=c_src/driver/exports.list)
PIER_LAYERS := base term frame peer
HOST_LAYERS := port host $(DRIVER_LAYER)
PIER_SOURCES := $(foreach layer,$(PIER_LAYERS),$(wildcard c_src/$(layer)/*.c))
HOST_SOURCES := $(foreach layer,$(HOST_LAYERS),$(wildcard c_src/$(layer)/*.c))
JANSSON_CFLAGS := $(shell $(PKG_CONFIG) --cflags jansson 2>/dev/null)
JANSSON_LIBS := $(shell $(PKG_CONFIG) --libs jansson 2>/dev/null)
# Only the command uses jansson, and does without where it is missing.
NO_JSON := $(if $(JANSSON_LIBS),json_none,json_read json_write)
SCENARIO_SOURCES := $(wildcard c_src/scenario/*.c)
SERVE_SOURCES := $(wildcard c_src/serve/*.c)
# Nor are there drivers without their API.
WITH_DRIVERS := driver driver_elf driver_probe driver_use
NO_DRIVERS := $(if $(DRIVER_LAYER),driver_none,$(WITH_DRIVERS))
CLI_SOURCES := $(filter-out $(NO_JSON:%=c_src/cli/%.c) $(NO_DRIVERS:%=c_src/cli/%.c),$(wildcard c_src/cli/*.c)) $(SCENARIO_SOURCES) $(SERVE_SOURCES)
# So does nettle, for the SHA-256 of scenarios.
NETTLE_LIBS := $(or $(shell $(PKG_CONFIG) --libs nettle 2>/dev/null),-lnettle)
EXAMPLES := $(patsubst c_src/examples/%.c,%,$(wildcard c_src/examples/*.c))
TESTS := $(filter-out $(if $(DRIVER_LAYER),,driver/%),$(patsubst test/%.c,%,$(wildcard test/*/test_*.c)))
DRIVERS := $(if $(DRIVER_LAYER),$(patsubst test/drivers/%.c,%,$(wildcard test/drivers/*.c)))
SCRIPTS := $(sort $(wildcard test/*.t test/*/*.t test/*/*/*.t))
PEERS := $(patsubst test/peers/%.c,%,$(wildcard test/peers/*.c))
FUZZERS := $(filter-out $(if $(JANSSON_LIBS),,json),$(patsubst test/fuzz/fuzz_%.c,%,$(wildcard test/fuzz/fuzz_*.c)))
REPLAYS := $(filter $(FUZZERS:%=fuzz/replay_%),$(patsubst test/fuzz/corpus/%,fuzz/replay_%,$(wildcard test/fuzz/corpus/*)))
SUPPORT_SOURCES := $(wildcard test/support/*.c)
HEADERS := $(wildcard include/*.h include/*/*.h)
FORMATTED = $(shell find c_src include test -name '*.[ch]')

CHECK_FLAGS := -O1 -g -DPIER_DEBUG -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
THREAD_FLAGS := -O2 -g -DPIER_DEBUG -fno-omit-frame-pointer -fsanitize=thread
FUZZ_FLAGS := -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all

.PHONY: all
all: $(BUILD)/libpier.a $(BUILD)/libpier_host.a $(BUILD)/libpier.so $(BUILD)/libpier_host.so
all: $(if $(CLI_SOURCES),$(BUILD)/pier) $(EXAMPLES:%=$(PRIV)/%) ## libraries, command, examples (in priv/)
.DEFAULT_GOAL := all
# Said last, where it is read, and only by who builds.
ifeq ($(DRIVER_LAYER),)
.PHONY: without-drivers
all: without-drivers
without-drivers: $(BUILD)/pier $(EXAMPLES:%=$(PRIV)/%)
	@echo "No erl_driver.h (Debian: erlang-dev; else ERL_DRIVER_INCLUDE_DIR=DIR): built without linked-in drivers."
endif

# The Erlang side, where there is a compiler for it and this machine is to run the command.
ERLC ?= erlc
MODULES := $(if $(CROSSCOMPILE)$(MIX_APP_PATH),,$(if $(shell command -v $(ERLC)),$(patsubst erl_src/%.erl,$(BUILD)/ebin/%.beam,$(wildcard erl_src/*.erl)) $(BUILD)/ebin/pier.app))
# Those of the scenarios that take ports, for the native host as well.
NATIVE_MODULES := $(if $(MODULES),$(patsubst %,$(BUILD)/ebin/native/pier_scenario_%.beam,act ddll role run))
# And Elixir's Port, where there is Elixir.
ELIXIRC ?= elixirc
ELIXIR_MODULES := $(if $(MODULES),$(if $(shell command -v $(ELIXIRC)),$(BUILD)/ebin/Elixir.Pier.Port.beam))
all: $(MODULES) $(NATIVE_MODULES) $(ELIXIR_MODULES)
$(BUILD)/ebin/Elixir.Pier.Port.beam: lib/pier/port.ex $(BUILD)/ebin/pier_host.beam
	$(ELIXIRC) --warnings-as-errors --ignore-module-conflict -pa $(@D) -o $(@D) $<
$(NATIVE_MODULES): $(BUILD)/ebin/native/%.beam: erl_src/%.erl $(BUILD)/ebin/pier_transform.beam
	@mkdir -p $(@D)
	$(ERLC) +debug_info -Werror -pa $(BUILD)/ebin '+{parse_transform,pier_transform}' -o $(@D) $<
$(BUILD)/ebin/pier.app: erl_src/pier.app.src
	@mkdir -p $(@D)
	@cp $< $@
$(BUILD)/ebin/%.beam: erl_src/%.erl
	@mkdir -p $(@D)
	$(ERLC) +debug_info -Werror -o $(@D) $<

# Everything of a variant depends on this file, which is written when a compiler
# or a flag is not what it was. $(1) is the folder, $(2) all of them.
stamp = $(or $(findstring <$(file <$(1)/flags)>,<$(2)>),$(shell mkdir -p $(1))$(file >$(1)/flags,$(2)))

# The same rules serve four variants: build/ as installed, build/check/ with
# sanitizers for the tests, build/thread/ with that of threads, build/fuzz/ for the
# fuzzers. $(1) is the folder,
# $(2) the flags, $(3) the compiler.
define variant
$(1)/obj/%.o: %.c $(1)/flags
	@mkdir -p $$(@D)
	$(3) $$(BASE_FLAGS) $(2) $$(INCLUDES) $$(CPPFLAGS) -MMD -MP -c -o $$@ $$<
$(1)/libpier.a: $(PIER_SOURCES:%.c=$(1)/obj/%.o)
$(1)/libpier_host.a: $(HOST_SOURCES:%.c=$(1)/obj/%.o)
$(1)/libpier.a $(1)/libpier_host.a:
	@rm -f $$@
	$$(AR) rcs $$@ $$^
$(1)/obj/c_src/cli/json_%.o: INCLUDES += $(JANSSON_CFLAGS)
$(1)/pier: $(CLI_SOURCES:%.c=$(1)/obj/%.o) $(1)/libpier_host.a $(1)/libpier.a
	$(3) $(2) $$(LDFLAGS) $$(EXPORTS) -o $$@ $$^ $$(LIBS) $(JANSSON_LIBS) $(NETTLE_LIBS)
$(1)/examples/%: $(1)/obj/c_src/examples/%.o $(1)/libpier.a
	@mkdir -p $$(@D)
	$(3) $(2) $$(LDFLAGS) -o $$@ $$^ $$(LIBS)
endef
ifneq ($(filter-out clean help,$(or $(MAKECMDGOALS),all)),)
  used := $(call stamp,$(BUILD),$(CC) $(BASE_FLAGS) $(CFLAGS) $(CPPFLAGS))
  used := $(call stamp,$(BUILD)/check,$(CC) $(BASE_FLAGS) $(CHECK_FLAGS) $(CPPFLAGS))
  used := $(call stamp,$(BUILD)/thread,$(CC) $(BASE_FLAGS) $(THREAD_FLAGS) $(CPPFLAGS))
  used := $(call stamp,$(BUILD)/fuzz,$(FUZZ_CC) $(BASE_FLAGS) $(FUZZ_FLAGS) $(CPPFLAGS))
endif
$(eval $(call variant,$(BUILD),$(CFLAGS),$(CC)))
$(eval $(call variant,$(BUILD)/check,$(CHECK_FLAGS),$(CC)))
$(eval $(call variant,$(BUILD)/thread,$(THREAD_FLAGS),$(CC)))
$(eval $(call variant,$(BUILD)/fuzz,$(FUZZ_FLAGS),$(FUZZ_CC)))
-include $(shell [ ! -d $(BUILD) ] || find $(BUILD) -name '*.d')

# What is hidden in libpier is hidden from libpier_host too: it takes its own
# copy of those objects from the archive, all public ones from libpier.so.
SHARED := -shared -Wl,--exclude-libs,ALL -Wl,-z,defs
$(BUILD)/libpier.so.$(SONAME): $(PIER_SOURCES:%.c=$(BUILD)/obj/%.o)
	$(CC) $(CFLAGS) $(LDFLAGS) $(SHARED) -Wl,-soname,$(@F) -o $@ $^ $(LIBS)
$(BUILD)/libpier_host.so.$(SONAME): $(HOST_SOURCES:%.c=$(BUILD)/obj/%.o) $(BUILD)/libpier.so $(BUILD)/libpier.a
	$(CC) $(CFLAGS) $(LDFLAGS) $(SHARED) -Wl,-soname,$(@F) -o $@ $^ $(LIBS)
$(BUILD)/libpier.so $(BUILD)/libpier_host.so: %: %.$(SONAME)
	@ln -sf $(<F) $@

$(PRIV)/%: $(BUILD)/examples/%
	@mkdir -p $(@D)
	@cp $< $@

# One test binary per source file; test/support and test/peers serve them all.
CHECK := $(BUILD)/check
$(CHECK)/test/%: $(CHECK)/obj/test/%.o $(SUPPORT_SOURCES:%.c=$(CHECK)/obj/%.o) $(CHECK)/libpier_host.a $(CHECK)/libpier.a
	@mkdir -p $(@D)
	$(CC) $(CHECK_FLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)
# Drivers that the tests load, made as for the BEAM; programs that load some export
# the names of the API.
$(BUILD)/drivers/%.so: test/drivers/%.c $(wildcard test/drivers/*.h)
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) $(CFLAGS) -fPIC -shared $(DRIVER_CFLAGS) -o $@ $<
$(CHECK)/test/driver/% $(BUILD)/thread/test/driver/% $(BUILD)/plain/test/driver/%: LDFLAGS += $(EXPORTS)
# A program for a script.
$(CHECK)/test/driver/erlang: $(CHECK)/obj/test/driver/erlang.o $(CHECK)/libpier_host.a $(CHECK)/libpier.a
	@mkdir -p $(@D)
	$(CC) $(CHECK_FLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)
# Those of the scenarios have these besides.
$(CHECK)/test/scenario/%: $(CHECK)/obj/test/scenario/%.o $(SUPPORT_SOURCES:%.c=$(CHECK)/obj/%.o) \
  $(SCENARIO_SOURCES:%.c=$(CHECK)/obj/%.o) $(CHECK)/libpier_host.a $(CHECK)/libpier.a
	@mkdir -p $(@D)
	$(CC) $(CHECK_FLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS) $(NETTLE_LIBS)
# What the command reads of libraries.
$(CHECK)/test/driver/test_elf: $(CHECK)/obj/c_src/cli/driver_elf.o
# The kept corpus of a fuzzer, without clang.
$(CHECK)/test/fuzz/replay_%: $(CHECK)/obj/test/fuzz/fuzz_%.o $(CHECK)/obj/test/fuzz/replay.o \
  $(SUPPORT_SOURCES:%.c=$(CHECK)/obj/%.o) $(CHECK)/libpier_host.a $(CHECK)/libpier.a
	@mkdir -p $(@D)
	$(CC) $(CHECK_FLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) -lcmocka $(LIBS)
$(CHECK)/peers/%: $(CHECK)/obj/test/peers/%.o
	@mkdir -p $(@D)
	$(CC) $(CHECK_FLAGS) $(LDFLAGS) -o $@ $^
# Planted mistakes: the command with one file of the host changed by a sed script.
MUTANTS := $(patsubst test/mutants/%.sed,$(CHECK)/mutants/%/pier,$(if $(DRIVER_LAYER),$(wildcard test/mutants/*.sed),$(shell grep -L c_src/driver test/mutants/*.sed)))
$(CHECK)/mutants/%/host.c: test/mutants/%.sed $(HOST_SOURCES)
	@mkdir -p $(@D)
	@file=$$(sed -n 's/^# file: //p' $<) && sed -f $< $$file >$@ && ! cmp -s $$file $@ || \
	  { rm -f $@; echo "$<: nothing to change in $$file" >&2; exit 1; }
$(CHECK)/mutants/%/host.o: $(CHECK)/mutants/%/host.c $(CHECK)/flags
	$(CC) $(BASE_FLAGS) $(CHECK_FLAGS) $(INCLUDES) $(CPPFLAGS) -MMD -MP -c -o $@ $<
$(CHECK)/mutants/%/pier: $(CHECK)/mutants/%/host.o $(CLI_SOURCES:%.c=$(CHECK)/obj/%.o) $(CHECK)/libpier_host.a $(CHECK)/libpier.a
	$(CC) $(CHECK_FLAGS) $(LDFLAGS) $(EXPORTS) -o $@ $^ $(LIBS) $(JANSSON_LIBS) $(NETTLE_LIBS)
# The command as it is where there is no erl_driver.h.
$(CHECK)/without_drivers/pier: $(patsubst %.c,$(CHECK)/obj/%.o,$(filter-out $(WITH_DRIVERS:%=c_src/cli/%.c),$(CLI_SOURCES)) c_src/cli/driver_none.c) $(CHECK)/libpier_host.a $(CHECK)/libpier.a
	@mkdir -p $(@D)
	$(CC) $(CHECK_FLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) $(JANSSON_LIBS) $(NETTLE_LIBS)
$(CHECK)/test/both/native $(CHECK)/test/both/calls $(CHECK)/test/both/peer $(CHECK)/test/erl/property_peer $(CHECK)/test/erl/busy $(CHECK)/test/host/trips: $(CHECK)/%: $(CHECK)/obj/%.o $(CHECK)/libpier_host.a $(CHECK)/libpier.a
	@mkdir -p $(@D)
	$(CC) $(CHECK_FLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

.PHONY: tests
tests: $(if $(DRIVER_LAYER),$(CHECK)/test/driver/erlang)
tests: $(TESTS:%=$(CHECK)/test/%) $(REPLAYS:%=$(CHECK)/test/%) $(PEERS:%=$(CHECK)/peers/%) $(EXAMPLES:%=$(CHECK)/examples/%) \
  $(DRIVERS:%=$(BUILD)/drivers/%.so) $(CHECK)/without_drivers/pier \
  $(if $(CLI_SOURCES),$(CHECK)/pier) $(if $(wildcard test/both/native.c),$(CHECK)/test/both/native) \
  $(CHECK)/test/both/calls $(CHECK)/test/both/peer \
  $(CHECK)/test/erl/property_peer $(CHECK)/test/erl/busy $(CHECK)/test/host/trips $(MUTANTS)

# Its instructions are counted, so it is built without sanitizers.
SCALE := $(if $(DRIVER_LAYER),$(CHECK)/test/host/scale)
$(CHECK)/test/host/scale: $(BUILD)/obj/test/host/scale.o $(BUILD)/libpier_host.a $(BUILD)/libpier.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)
tests: $(SCALE)

# The set-up may change what the lines above found (pkg-config, ei), so that
# what comes after it is a make of its own.
.PHONY: check checked
check: ## every test, built with sanitizers; sets the machine up first
	@CC='$(CC)' $(SETUP) build check
	@$(MAKE) --no-print-directory checked
T ?= %
checked: all tests
	@PIER_BUILD=$(CHECK) CC='$(CC)' MAKE='$(MAKE)' test/run \
	  $(filter $(T),$(TESTS:%=$(CHECK)/test/%) $(REPLAYS:%=$(CHECK)/test/%) $(SCRIPTS))

# What has threads, with the thread sanitizer; then without any below valgrind. Not
# test_elf, which has no thread, and test_peer_syscalls, which counts what another program calls.
THREADED := $(filter-out test/driver/test_elf test/peer/test_peer_syscalls,$(filter test/peer/% test/driver/% test/term/test_known,$(TESTS:%=test/%)))
$(BUILD)/thread/test/%: $(BUILD)/thread/obj/test/%.o $(SUPPORT_SOURCES:%.c=$(BUILD)/thread/obj/%.o) $(BUILD)/thread/libpier_host.a $(BUILD)/thread/libpier.a
	@mkdir -p $(@D)
	$(CC) $(THREAD_FLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)
$(BUILD)/plain/test/%: $(BUILD)/obj/test/%.o $(SUPPORT_SOURCES:%.c=$(BUILD)/obj/%.o) $(BUILD)/libpier_host.a $(BUILD)/libpier.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)
.PHONY: check-threads check-valgrind
check-threads check-valgrind: | $(DRIVERS:%=$(BUILD)/drivers/%.so)
check-threads: $(THREADED:%=$(BUILD)/thread/%) $(BUILD)/thread/test/both/calls $(BUILD)/thread/test/both/peer ## the tests of the peer and of drivers with the thread sanitizer
	@PIER_BUILD=$(BUILD)/thread PIER_TIME_LIMIT=600 test/run $(THREADED:%=$(BUILD)/thread/%) test/both/calls.t test/erl/concurrent.t
check-valgrind: $(THREADED:%=$(BUILD)/plain/%) ## the same below valgrind
	@PIER_BUILD=$(BUILD)/plain PIER_TIME_LIMIT=900 PIER_BELOW='valgrind -q --log-file=$(BUILD)/plain/valgrind-%p.log --child-silent-after-fork=yes --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite --show-leak-kinds=definite' test/run $^

# The test of check with much more of everything: with sanitizers, and for the threads.
.PHONY: driver-soak
driver-soak: tests $(BUILD)/thread/test/driver/test_soak ## 100 x 10000 jobs of drivers, 32 x 10000 sends, 100000 select operations, 1000 loads
	PIER_SOAK=1 $(CHECK)/test/driver/test_soak
	PIER_SOAK=1 $(BUILD)/thread/test/driver/test_soak

# Orphans, as in check, with more rounds.
ROUNDS ?= 100
.PHONY: orphans
orphans: all tests ## kill -9 of owners, ROUNDS (100) times: nothing lives on; needs erl for the BEAM
	PIER_BUILD=$(CHECK) PIER_ROUNDS=$(ROUNDS) sh test/erl/orphans.t

# Every combination of options that decides how a port ends, a thousand times each.
# Sanitizers and valgrind exclude each other: for it the test is built as installed.
OPENS ?= 1000
VALGRIND ?= valgrind
.PHONY: matrix valgrind
matrix: $(CHECK)/test/host/test_matrix ## OPENS (1000) ports of each kind opened and closed, with sanitizers
	PIER_OPENS=$(OPENS) $<
valgrind: $(BUILD)/plain/test/host/test_matrix ## the same under valgrind; takes minutes
	PIER_OPENS=$(OPENS) $(VALGRIND) --quiet --leak-check=full --show-leak-kinds=all \
	  --errors-for-leak-kinds=definite,indirect,possible --child-silent-after-fork=yes --error-exitcode=1 $<
$(BUILD)/plain/test/%: $(BUILD)/obj/test/%.o $(SUPPORT_SOURCES:%.c=$(BUILD)/obj/%.o) $(BUILD)/libpier_host.a $(BUILD)/libpier.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)

# The same test as in check, on the command that is installed and with many terms.
.PHONY: roundtrip
roundtrip: $(BUILD)/pier ## 100000 terms of the BEAM through text and JSON and back; needs erl
	PIER_BUILD=$(BUILD) PIER_TERMS=100000 sh test/both/roundtrip.t

.PHONY: demo shown
demo: ## real programs over a port, on the native host and on the BEAM; sets the machine up first
	@CC='$(CC)' $(SETUP) build demo
	@$(MAKE) --no-print-directory --silent shown
shown: all $(if $(wildcard test/both/native.c),$(CHECK)/test/both/native)
	@PIER_BUILD=$(BUILD) tools/demo

$(BUILD)/fuzz/fuzz_%: $(BUILD)/fuzz/obj/test/fuzz/fuzz_%.o $(BUILD)/fuzz/libpier_host.a $(BUILD)/fuzz/libpier.a
	$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LIBS)
$(BUILD)/fuzz/fuzz_scan: $(BUILD)/fuzz/obj/test/support/ei_walk.o
$(BUILD)/fuzz/fuzz_cursor: $(BUILD)/fuzz/obj/test/support/reader_walk.o
# The host of a VM belongs to the command, and so does JSON.
$(BUILD)/fuzz/fuzz_serve: $(SERVE_SOURCES:%.c=$(BUILD)/fuzz/obj/%.o)
$(CHECK)/test/fuzz/replay_serve: $(SERVE_SOURCES:%.c=$(CHECK)/obj/%.o)
FUZZ_JSON := $(patsubst %,obj/c_src/cli/%.o,json_read json_write codec)
$(BUILD)/fuzz/fuzz_json: $(FUZZ_JSON:%=$(BUILD)/fuzz/%)
$(CHECK)/test/fuzz/replay_json: $(FUZZ_JSON:%=$(CHECK)/%)
$(BUILD)/fuzz/fuzz_json $(CHECK)/test/fuzz/replay_json: LIBS += $(JANSSON_LIBS)
.PHONY: scenarios
scenarios: all ## every scenario on both hosts, as often as its races need
	$(BUILD)/pier scenario --host both --jobs 6 --keep-going test/scenarios/*.scn

.PHONY: chance
chance: all ## 400 scenarios made at random (SEED=1) on both hosts; needs erl
	PIER_BUILD=$(BUILD) PIER_SCENARIOS=100 PIER_SEED=$(or $(SEED),1) sh test/both/chance.t

.PHONY: fuzz fuzzed $(FUZZERS:%=fuzz-%)
fuzz: ## every fuzzer, FUZZ_SECONDS (10) each; needs clang
	@CC='$(FUZZ_CC)' $(SETUP) build fuzz
	@$(MAKE) --no-print-directory fuzzed
fuzzed: $(FUZZERS:%=fuzz-%)
# What is found goes to build/; test/fuzz/corpus holds what is worth keeping.
$(FUZZERS:%=fuzz-%): fuzz-%: $(BUILD)/fuzz/fuzz_%
	@mkdir -p $(BUILD)/fuzz/corpus/$* $(BUILD)/fuzz/found
	$< -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=1024 -verbosity=0 -print_final_stats=1 \
	  -artifact_prefix=$(BUILD)/fuzz/found/ $(BUILD)/fuzz/corpus/$* $(wildcard test/fuzz/corpus/$*)

.PHONY: format
format: ## every C file, as .clang-format has it
	$(CLANG_FORMAT) -i $(FORMATTED)

.PHONY: layers symbols
layers: ## are the includes one-way? (part of check)
	@tools/layers
symbols: $(BUILD)/libpier.so $(BUILD)/libpier_host.so ## writes the lists of exported symbols anew
	tools/symbols $(BUILD)/libpier.so >test/house/libpier.symbols
	tools/symbols $(BUILD)/libpier_host.so >test/house/libpier_host.symbols

include tools/install.mk
-include test/bench/bench.mk

# The first time takes a minute: what OTP's own modules do is written down.
.PHONY: dialyze
dialyze: all $(BUILD)/otp.plt ## are the types of the Erlang application right? needs dialyzer
	dialyzer --plt $(BUILD)/otp.plt -Wunmatched_returns -Wunknown $(filter-out %.app $(BUILD)/ebin/pier_scenario%,$(MODULES))
$(BUILD)/otp.plt:
	dialyzer --build_plt --output_plt $@ --apps erts kernel stdlib

.PHONY: clean help
clean: ## build/ and the programs in priv/
	rm -rf $(BUILD)
	rm -f $(EXAMPLES:%=$(PRIV)/%)
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-11s %s\n", $$1, $$2}' Makefile tools/install.mk test/bench/bench.mk
.SECONDARY:
