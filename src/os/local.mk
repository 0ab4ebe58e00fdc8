noinst_LIBRARIES += libos.a
libos_a_SOURCES = \
	src/os/channel.c src/os/channel.h \
	src/os/log.c src/os/log.h
