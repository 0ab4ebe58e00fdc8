# One cmocka program per module: a fragment appends its name to UNIT_TESTS and
# two lines for it, as for the first one here.
UNIT_TESTS = t/unit/base
UNIT_LIBS = $(ETAGD_LIBS) $(ETAGD_SYSTEM_LIBS) $(SOME_LIBS) $(CMOCKA_LIBS)

t_unit_base_SOURCES = t/unit/base.c t/unit/unit.h
t_unit_base_LDADD = $(UNIT_LIBS)

include t/unit/wire.mk
include t/unit/meaning.mk
include t/unit/answer.mk
include t/unit/conf.mk
include t/unit/prepare.mk
include t/unit/serve.mk
include t/unit/gallery.mk
include t/unit/observe.mk

if HAVE_CMOCKA
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
endif
