# pier: see README.md; `make help` lists the targets.
CC ?= cc
AR ?= ar
PKG_CONFIG ?= pkg-config
PREFIX ?= /usr/local
DESTDIR ?=
BUILD ?= build
CFLAGS ?= -O2 -g

VERSION := 0.1.0
SONAME := 0

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
  -Wpointer-arith -Wcast-align -Wwrite-strings -Wundef -Wformat=2 -Wvla -Wconversion -Wno-sign-conversion
BASE_FLAGS := -std=c11 -D_GNU_SOURCE -D_REENTRANT -fPIC -fvisibility=hidden -pthread $(WARNINGS)
INCLUDES := -Iinclude -Ic_src $(if $(ERL_EI_INCLUDE_DIR),-I$(ERL_EI_INCLUDE_DIR))
EI_LIBS := $(if $(ERL_EI_LIBDIR),-L$(ERL_EI_LIBDIR)) -lei
UV_LIBS = $(shell $(PKG_CONFIG) --libs libuv)
LIBS = $(EI_LIBS) $(UV_LIBS) -lz -lm -pthread

PIER_LAYERS := base term frame peer
HOST_LAYERS := port host driver
PIER_SOURCES := $(foreach layer,$(PIER_LAYERS),$(wildcard c_src/$(layer)/*.c))
HOST_SOURCES := $(foreach layer,$(HOST_LAYERS),$(wildcard c_src/$(layer)/*.c))
CLI_SOURCES := $(wildcard c_src/cli/*.c)
EXAMPLES := $(patsubst c_src/examples/%.c,%,$(wildcard c_src/examples/*.c))
TESTS := $(patsubst test/%.c,%,$(foreach layer,base term frame peer port host,$(wildcard test/$(layer)/test_*.c)))
PEERS := $(patsubst test/peers/%.c,%,$(wildcard test/peers/*.c))
SUPPORT_SOURCES := $(wildcard test/support/*.c)

# The same rules serve two variants: build/ as installed, build/check/ with
# sanitizers for the tests. $(1) is the folder, $(2) the flags.
define variant
$(1)/obj/%.o: %.c
	@mkdir -p $$(@D)
	$$(CC) $$(BASE_FLAGS) $(2) $$(INCLUDES) $$(CPPFLAGS) -MMD -MP -c -o $$@ $$<
$(1)/libpier.a: $(PIER_SOURCES:%.c=$(1)/obj/%.o)
$(1)/libpier_host.a: $(HOST_SOURCES:%.c=$(1)/obj/%.o)
$(1)/libpier.a $(1)/libpier_host.a:
	@rm -f $$@
	$$(AR) rcs $$@ $$^
$(1)/pier: $(CLI_SOURCES:%.c=$(1)/obj/%.o) $(1)/libpier_host.a $(1)/libpier.a
	$$(CC) $(2) $$(LDFLAGS) -o $$@ $$^ $$(LIBS)
$(1)/examples/%: $(1)/obj/c_src/examples/%.o $(1)/libpier.a
	@mkdir -p $$(@D)
	$$(CC) $(2) $$(LDFLAGS) -o $$@ $$^ $$(LIBS)
-include $(patsubst %.c,$(1)/obj/%.d,$(PIER_SOURCES) $(HOST_SOURCES) $(CLI_SOURCES))
endef
CHECK_FLAGS := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
$(eval $(call variant,$(BUILD),$(CFLAGS)))
$(eval $(call variant,$(BUILD)/check,$(CHECK_FLAGS)))

.PHONY: all
all: $(BUILD)/libpier.a $(BUILD)/libpier_host.a $(BUILD)/pier $(EXAMPLES:%=priv/%)
.DEFAULT_GOAL := all

priv/%: $(BUILD)/examples/%
	@mkdir -p priv
	cp $< $@

# One test binary per source file; test/support and test/peers serve them all.
$(BUILD)/check/test/%: $(BUILD)/check/obj/test/%.o $(SUPPORT_SOURCES:%.c=$(BUILD)/check/obj/%.o) $(BUILD)/check/libpier_host.a $(BUILD)/check/libpier.a
	@mkdir -p $(@D)
	$(CC) $(CHECK_FLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)
$(BUILD)/check/peers/%: $(BUILD)/check/obj/test/peers/%.o
	@mkdir -p $(@D)
	$(CC) $(CHECK_FLAGS) $(LDFLAGS) -o $@ $^

.PHONY: tests
tests: $(TESTS:%=$(BUILD)/check/test/%) $(PEERS:%=$(BUILD)/check/peers/%) $(EXAMPLES:%=$(BUILD)/check/examples/%)
.SECONDARY:
