# unit tests: prepare
PREPARE_RIG = t/unit/prepare_rig.c t/unit/prepare_rig.h
UNIT_TESTS += t/unit/prepare t/unit/codings t/unit/sandbox t/unit/ask \
	t/unit/client t/unit/changes t/unit/form t/unit/sidecars t/unit/unpack
t_unit_prepare_SOURCES = t/unit/prepare.c $(PREPARE_RIG)
t_unit_prepare_LDADD = $(UNIT_LIBS)
t_unit_form_SOURCES = t/unit/form.c
t_unit_form_LDADD = $(UNIT_LIBS)
t_unit_codings_SOURCES = t/unit/codings.c $(PREPARE_RIG)
t_unit_codings_LDADD = $(UNIT_LIBS)
UNIT_TESTS += t/unit/beneath
t_unit_beneath_SOURCES = t/unit/beneath.c
t_unit_beneath_LDADD = $(UNIT_LIBS)
t_unit_sidecars_SOURCES = t/unit/sidecars.c $(PREPARE_RIG)
t_unit_sidecars_LDADD = $(UNIT_LIBS)
t_unit_unpack_SOURCES = t/unit/unpack.c
t_unit_unpack_LDADD = $(UNIT_LIBS)
t_unit_sandbox_SOURCES = t/unit/sandbox.c
t_unit_sandbox_LDADD = $(UNIT_LIBS)
t_unit_ask_SOURCES = t/unit/ask.c
t_unit_ask_LDADD = $(UNIT_LIBS)
t_unit_client_SOURCES = t/unit/client.c
t_unit_client_LDADD = $(UNIT_LIBS)
t_unit_changes_SOURCES = t/unit/changes.c $(PREPARE_RIG)
t_unit_changes_LDADD = $(UNIT_LIBS)

UNIT_TESTS += t/unit/slab t/unit/rest
t_unit_rest_SOURCES = t/unit/rest.c t/unit/unit.h
t_unit_rest_LDADD = $(UNIT_LIBS)
t_unit_slab_SOURCES = t/unit/slab.c t/unit/unit.h
t_unit_slab_LDADD = $(UNIT_LIBS)

if WITH_SECCOMP
UNIT_TESTS += t/unit/filter
t_unit_filter_SOURCES = t/unit/filter.c
t_unit_filter_LDADD = $(UNIT_LIBS)
endif
