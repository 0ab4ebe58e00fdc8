# unit tests: request heads, framing, targets, tables
UNIT_TESTS += t/unit/body t/unit/forwarded t/unit/head t/unit/head_use t/unit/method t/unit/proxy \
	t/unit/status t/unit/target
t_unit_body_SOURCES = t/unit/body.c
t_unit_body_LDADD = $(UNIT_LIBS)
t_unit_head_SOURCES = t/unit/head.c
t_unit_head_LDADD = $(UNIT_LIBS)
t_unit_head_use_SOURCES = t/unit/head_use.c
t_unit_head_use_LDADD = $(UNIT_LIBS)
t_unit_method_SOURCES = t/unit/method.c
t_unit_method_LDADD = $(UNIT_LIBS)
t_unit_status_SOURCES = t/unit/status.c
t_unit_status_LDADD = $(UNIT_LIBS)
t_unit_target_SOURCES = t/unit/target.c
t_unit_target_LDADD = $(UNIT_LIBS)
t_unit_forwarded_SOURCES = t/unit/forwarded.c
t_unit_forwarded_LDADD = $(UNIT_LIBS)
t_unit_proxy_SOURCES = t/unit/proxy.c
t_unit_proxy_LDADD = $(UNIT_LIBS)
