MIX ?= mix
.PHONY: beam-check
check: beam-check
beam-check:
	$(MIX) test
