# unit tests: lifetimes, what was handed out, doubts
UNIT_TESTS += t/unit/lifetime t/unit/issued t/unit/lint

t_unit_lifetime_SOURCES = t/unit/lifetime.c
t_unit_lifetime_LDADD = $(UNIT_LIBS)

t_unit_issued_SOURCES = t/unit/issued.c
t_unit_issued_LDADD = $(UNIT_LIBS)

t_unit_lint_SOURCES = t/unit/lint.c
t_unit_lint_LDADD = $(UNIT_LIBS)
