# install.mk: libraries, headers, command, pkg-config and CMake packages, manual pages.
MANDIR ?= $(PREFIX)/share/man
ROOT = $(DESTDIR)$(LIBDIR)
MAN = $(DESTDIR)$(MANDIR)
# pier new looks for them from the folder of the command.
TEMPLATES = $(abspath $(DESTDIR)$(PREFIX))/share/pier/new
PAGES = $(patsubst include/pier/%.h,pier_%,$(wildcard include/pier/*.h))
TO_INCLUDE = $(shell realpath -m --relative-to=$(LIBDIR) $(INCLUDEDIR))

# libuv as a static library, where it is known under its own name.
UV_STATIC = $(or $(shell $(PKG_CONFIG) --static --libs libuv-static 2>/dev/null),$(UV_LIBS))

# What a static program needs besides is under Libs.private.
FILL = sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' \
  -e 's|@VERSION@|$(VERSION)|' -e 's|@EI_CFLAGS@|$(EI_CFLAGS)|' -e 's|@EI_LIBS@|$(strip $(EI_LIBS))|' \
  -e 's|@EXPORTS@|$(if $(DRIVER_LAYER),-rdynamic)|' -e 's|@UV_STATIC@|$(strip $(UV_STATIC))|' \
  -e 's|@EI_INCLUDE@|$(ERL_EI_INCLUDE_DIR)|' -e 's|@TO_INCLUDE@|$(TO_INCLUDE)|'
PAGE = LC_ALL=C awk -v version=$(VERSION)

.PHONY: install uninstall
install: all ## DESTDIR, PREFIX (/usr/local), LIBDIR, INCLUDEDIR, MANDIR
	$(INSTALL) -d $(DESTDIR)$(PREFIX)/bin $(ROOT)/pkgconfig $(ROOT)/cmake/pier $(DESTDIR)$(INCLUDEDIR)/pier $(MAN)/man1 $(MAN)/man3
	$(INSTALL) $(BUILD)/pier $(DESTDIR)$(PREFIX)/bin
	$(if $(MODULES),$(INSTALL) -d $(DESTDIR)$(PREFIX)/lib/pier/ebin)
	$(if $(MODULES),$(INSTALL) -m 644 $(MODULES) $(ELIXIR_MODULES) $(DESTDIR)$(PREFIX)/lib/pier/ebin)
	$(if $(MODULES),$(INSTALL) -d $(DESTDIR)$(PREFIX)/lib/pier/ebin/native)
	$(if $(MODULES),$(INSTALL) -m 644 $(NATIVE_MODULES) $(DESTDIR)$(PREFIX)/lib/pier/ebin/native)
	cd share/new && find . -type d -exec $(INSTALL) -d $(TEMPLATES)/{} \; -o -exec $(INSTALL) -m 644 {} $(TEMPLATES)/{} \;
	$(INSTALL) -m 644 include/pier.h $(DESTDIR)$(INCLUDEDIR)
	$(INSTALL) -m 644 $(wildcard include/pier/*.h) $(DESTDIR)$(INCLUDEDIR)/pier
	$(INSTALL) -m 644 $(BUILD)/libpier.a $(BUILD)/libpier_host.a $(ROOT)
	for name in pier pier_host; do \
	  $(FILL) tools/pkgconfig/$$name.pc.in >$(ROOT)/pkgconfig/$$name.pc || exit; done
	for name in pierConfig pierConfigVersion; do \
	  $(FILL) tools/cmake/$$name.cmake.in >$(ROOT)/cmake/pier/$$name.cmake || exit; done
	$(INSTALL) -m 644 $(BUILD)/libpier.so.$(SONAME) $(ROOT)/libpier.so.$(VERSION)
	$(INSTALL) -m 644 $(BUILD)/libpier_host.so.$(SONAME) $(ROOT)/libpier_host.so.$(VERSION)
	for lib in libpier libpier_host; do \
	  ln -sf $$lib.so.$(VERSION) $(ROOT)/$$lib.so.$(SONAME) && \
	  ln -sf $$lib.so.$(SONAME) $(ROOT)/$$lib.so || exit; done
	$(PAGE) -f tools/man/roff.awk -f tools/man/command.awk c_src/cli/main.c $(filter-out c_src/cli/main.c,$(CLI_SOURCES)) >$(MAN)/man1/pier.1
	for page in $(PAGES); do \
	  $(PAGE) -v page=$$page -f tools/man/roff.awk -f tools/man/header.awk include/pier/$${page#pier_}.h >$(MAN)/man3/$$page.3 || exit; done
# Programs find the new libraries only once the loader's cache has them; only root may do that.
	@[ -n "$(DESTDIR)" ] || PATH=$$PATH:/usr/sbin:/sbin ldconfig 2>/dev/null || true
uninstall: ## what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/pier $(HEADERS:include/%=$(DESTDIR)$(INCLUDEDIR)/%)
	for lib in libpier libpier_host; do rm -f $(ROOT)/$$lib.a $(ROOT)/$$lib.so $(ROOT)/$$lib.so.*; done
	rm -f $(ROOT)/pkgconfig/pier.pc $(ROOT)/pkgconfig/pier_host.pc
	rm -f $(MAN)/man1/pier.1 $(PAGES:%=$(MAN)/man3/%.3)
	rm -rf $(ROOT)/cmake/pier $(DESTDIR)$(PREFIX)/lib/pier $(DESTDIR)$(PREFIX)/share/pier
	[ ! -d $(DESTDIR)$(INCLUDEDIR)/pier ] || rmdir $(DESTDIR)$(INCLUDEDIR)/pier

