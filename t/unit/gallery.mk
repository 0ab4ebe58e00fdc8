# unit tests: lifetimes, what was handed out, doubts
UNIT_TESTS += t/unit/lifetime t/unit/past t/unit/lint

t_unit_lifetime_SOURCES = t/unit/lifetime.c
t_unit_lifetime_LDADD = $(UNIT_LIBS)

t_unit_past_SOURCES = t/unit/past.c
t_unit_past_LDADD = $(UNIT_LIBS)

t_unit_lint_SOURCES = t/unit/lint.c
t_unit_lint_LDADD = $(UNIT_LIBS)
