noinst_LIBRARIES += libconf.a
libconf_a_SOURCES = \
	src/conf/accesses.c src/conf/accesses_find.c \
	src/conf/arena.c src/conf/arena.h \
	src/conf/autos.c src/conf/autos.h \
	src/conf/validate.c \
	src/conf/conf.h \
	src/conf/directives.c src/conf/directives.h \
	src/conf/directive_read.c src/conf/directive_rows.c \
	src/conf/dump.c src/conf/dump.h \
	src/conf/faults.c src/conf/faults.h \
	src/conf/hosts.c \
	src/conf/htpasswd.c src/conf/htpasswd.h \
	src/conf/keys.c src/conf/keys.h \
	src/conf/lines.c src/conf/lines.h \
	src/conf/listen.c \
	src/conf/load.c src/conf/load.h \
	src/conf/loader.c src/conf/loader.h \
	src/conf/moved.c \
	src/conf/places.c \
	src/conf/paces.c \
	src/conf/rules.c src/conf/rules.h \
	src/conf/ruleset.c \
	src/conf/rulesum.c \
	src/conf/ruletimes.c \
	src/conf/sections.c \
	src/conf/sites.c src/conf/sites.h \
	src/conf/values.c src/conf/values.h src/conf/values_moved.c \
	src/conf/wide.c src/conf/wide.h
EXTRA_DIST += conf/etagd.ini
