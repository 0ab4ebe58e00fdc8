noinst_LIBRARIES += libmaster.a
libmaster_a_SOURCES = \
	src/master/generation.c src/master/generation.h \
	src/master/master.c src/master/master.h \
	src/master/opening.c src/master/opening.h \
	src/master/respawn.c src/master/respawn.h
