# Fuzz targets: t/fuzz/NAME.c defines LLVMFuzzerTestOneInput().  With
# --enable-fuzz each is a libFuzzer program; in any build `make check` replays
# t/fuzz/corpus/NAME/* through the same function by replay.c.
# A fragment appends NAME to FUZZ_TARGETS and three lines for it to its .mk file.
FUZZ_TARGETS =
FUZZ_LIBS = $(ETAGD_LIBS) $(ETAGD_SYSTEM_LIBS)

include t/fuzz/wire.mk
include t/fuzz/meaning.mk
include t/fuzz/answer.mk
include t/fuzz/conf.mk
include t/fuzz/prepare.mk
include t/fuzz/observe.mk
include t/fuzz/conn.mk

check_PROGRAMS += $(FUZZ_TARGETS)
if !ENABLE_FUZZ
TESTS += $(FUZZ_TARGETS)
endif
EXTRA_DIST += t/fuzz/corpus
if ENABLE_FUZZ
FUZZ_LINK = -fsanitize=fuzzer
FUZZ_MAIN =
else
FUZZ_LINK = $(LTO_OFF)
FUZZ_MAIN = t/fuzz/replay.c
endif
AM_TESTS_ENVIRONMENT = srcdir='$(srcdir)'; export srcdir; \
	builddir='$(abs_builddir)'; export builddir;
