# The application below _build/lib, as code:priv_dir/1 wants it.
ERL ?= erl
ERLC ?= erlc
APP := _build/lib/@name@
export ERL_LIBS := $(CURDIR)/_build/lib:$(shell $(PKG_CONFIG) --variable=erl_libs pier)$(if $(ERL_LIBS),:$(ERL_LIBS))
BEAMS := $(patsubst src/%.erl,$(APP)/ebin/%.beam,$(wildcard src/*.erl))
TESTS := $(patsubst test/%.erl,_build/test/%.beam,$(wildcard test/*.erl))
BEAM_BUILT := $(APP) _build/test

.PHONY: beam beam-check
all: beam
beam: $(BEAMS) $(APP)/ebin/@name@.app $(APP)/priv
$(APP)/ebin/%.beam: src/%.erl
	@mkdir -p $(@D)
	$(ERLC) +debug_info -Werror -o $(@D) $<
$(APP)/ebin/@name@.app: src/@name@.app.src
	@mkdir -p $(@D)
	cp $< $@
$(APP)/priv:
	@mkdir -p $(@D) priv
	ln -sfn ../../../priv $@
_build/test/%.beam: test/%.erl
	@mkdir -p $(@D)
	$(ERLC) +debug_info -Werror -o $(@D) $<
check: beam-check
beam-check: all $(TESTS)
	$(ERL) -noshell -pa _build/test -eval 'halt(case eunit:test([$(TESTS:_build/test/%.beam=%)], [verbose]) of ok -> 0; _ -> 1 end).'
