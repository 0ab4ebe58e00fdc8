# unit tests: conf
UNIT_TESTS += t/unit/conf t/unit/directives t/unit/basic t/unit/htpasswd \
	t/unit/rules t/unit/sites
t_unit_conf_SOURCES = t/unit/conf.c
t_unit_conf_LDADD = $(UNIT_LIBS)
t_unit_basic_SOURCES = t/unit/basic.c
t_unit_basic_LDADD = $(UNIT_LIBS)
t_unit_htpasswd_SOURCES = t/unit/htpasswd.c
t_unit_htpasswd_LDADD = $(UNIT_LIBS)
t_unit_directives_SOURCES = t/unit/directives.c
t_unit_directives_LDADD = $(UNIT_LIBS)
t_unit_rules_SOURCES = t/unit/rules.c
t_unit_rules_LDADD = $(UNIT_LIBS)
t_unit_sites_SOURCES = t/unit/sites.c
t_unit_sites_LDADD = $(UNIT_LIBS)
EXTRA_DIST += t/unit/data/conf
