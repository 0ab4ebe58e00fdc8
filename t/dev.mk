# Targets for work on etagd itself; none of them is needed to build it.

DEV_FILES = find '$(srcdir)/src' '$(srcdir)/t' -name '*.[ch]'
DEV_COMPILE = $(CC) $(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) $(CPPFLAGS) \
	$(AM_CFLAGS) $(CFLAGS)
DEV_INCLUDES = $(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) $(CPPFLAGS)

EXTRA_DIST += t/lint/compile_commands.py
CLEANFILES += compile_commands.json

# For editors and analysers; a link to it is beside the sources.
compile_commands.json: Makefile t/lint/compile_commands.py
	$(AM_V_GEN)'$(PYTHON3)' '$(srcdir)/t/lint/compile_commands.py' \
		'$(srcdir)' $@ $(DEV_COMPILE)

format:
	$(DEV_FILES) | xargs clang-format -i

format-check:
	$(DEV_FILES) | xargs clang-format --dry-run -Werror

# make cover (in a folder configured with --enable-coverage): what the unit
# tests and the corpus reach.  COVER_CHECK=1: too little is an error.  A failed
# CHECK() is a bug of ours, so its other branch counts for nothing.
COVER = gcovr --root '$(srcdir)' --object-directory . \
	--filter '.*/src/http/' --filter 'src/http/' \
	--exclude-unreachable-branches \
	--exclude-branches-by-pattern '.*CHECK\(.*'
COVER_LIMITS = --fail-under-line 98 --fail-under-branch 92
cover:
	@case '$(MODE_FLAGS)' in *--coverage*) ;; *) \
		echo 'first: configure --enable-coverage' >&2; exit 1;; esac
	find . -name '*.gcda' -exec rm -f {} +
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(UNIT_TESTS) $(FUZZ_TARGETS)'
	@echo 'Lines:' && $(COVER)
	@echo 'Branches:' && limits= && \
	if test '$(COVER_CHECK)' = 1; then limits='$(COVER_LIMITS)'; fi && \
	$(COVER) --branches --print-summary $$limits

# Every analyser that is installed; a finding is an error.
analyze: analyze-gcc analyze-clang-tidy analyze-cppcheck

analyze-gcc:
	@echo 'gcc -fanalyzer'; bad=0; \
	for f in `find '$(srcdir)/src' -name '*.c'`; do \
		gcc -fanalyzer -Werror -O1 -fno-diagnostics-show-caret -std=gnu11 $(DEV_INCLUDES) -c $$f \
			-o analyze.o || bad=1; \
	done; rm -f analyze.o; exit $$bad

analyze-clang-tidy: compile_commands.json
	@echo 'clang-tidy'; \
	find '$(srcdir)/src' -name '*.c' | xargs -P 2 -n 8 clang-tidy -p . \
		--quiet --warnings-as-errors='*' --extra-arg=-Wno-unknown-warning-option

# A descriptor that is returned counts as lost with cppcheck, so no leaks.
analyze-cppcheck:
	@echo 'cppcheck'; \
	cppcheck --quiet --suppress=resourceLeak --std=c11 --error-exitcode=1 --inline-suppr \
		--enable=warning,performance,portability \
		--suppress=missingIncludeSystem --library=gnu -j 2 \
		$(DEV_INCLUDES) '$(srcdir)/src'

.PHONY: format format-check cover analyze analyze-gcc analyze-clang-tidy \
	analyze-cppcheck
