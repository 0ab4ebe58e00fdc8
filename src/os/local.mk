noinst_LIBRARIES += libos.a
libos_a_SOURCES = \
	src/os/channel.c src/os/channel.h \
	src/os/clock.c src/os/clock.h \
	src/os/directory.c src/os/directory.h \
	src/os/file.c src/os/file.h \
	src/os/log.c src/os/log.h \
	src/os/net.c src/os/net.h \
	src/os/poll.c src/os/poll.h \
	src/os/priv.c src/os/priv.h \
	src/os/process.c src/os/process.h \
	src/os/shm.c src/os/shm.h \
	src/os/signals.c src/os/signals.h \
	src/os/tcpinfo.c src/os/tcpinfo.h \
	src/os/wake.c src/os/wake.h \
	src/os/walk.c src/os/walk.h \
	src/os/watch.c src/os/watch.h
