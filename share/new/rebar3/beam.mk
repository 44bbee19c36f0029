REBAR3 ?= rebar3
.PHONY: beam-check
check: beam-check
beam-check: all
	$(REBAR3) eunit
