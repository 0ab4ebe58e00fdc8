noinst_LIBRARIES += libshare.a
libshare_a_SOURCES = \
	src/share/attempts.c src/share/attempts.h \
	src/share/board.c src/share/board.h \
	src/share/counters.h \
	src/share/issued.c src/share/issued.h \
	src/share/standing.h \
	src/share/tallies.c src/share/tallies.h
