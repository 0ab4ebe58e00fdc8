# unit tests: prepare
UNIT_TESTS += t/unit/prepare
t_unit_prepare_SOURCES = t/unit/prepare.c t/unit/prepare_media.c \
	t/unit/prepare_rig.c t/unit/prepare_rig.h
t_unit_prepare_LDADD = $(UNIT_LIBS) -lbrotlidec
