# unit tests: request heads, framing, targets, tables
UNIT_TESTS += t/unit/head t/unit/method t/unit/status
t_unit_head_SOURCES = t/unit/head.c
t_unit_head_LDADD = $(UNIT_LIBS)
t_unit_method_SOURCES = t/unit/method.c
t_unit_method_LDADD = $(UNIT_LIBS)
t_unit_status_SOURCES = t/unit/status.c
t_unit_status_LDADD = $(UNIT_LIBS)
