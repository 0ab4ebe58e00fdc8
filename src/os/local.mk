noinst_LIBRARIES += libos.a
libos_a_SOURCES = \
	src/os/beneath.c src/os/beneath.h \
	src/os/box.c src/os/box.h \
	src/os/channel.c src/os/channel.h \
	src/os/clock.c src/os/clock.h \
	src/os/directory.c src/os/directory.h \
	src/os/edit.c src/os/edit.h \
	src/os/file.c src/os/file.h \
	src/os/filter.h \
	src/os/heap.c src/os/heap.h \
	src/os/holder.c src/os/holder.h \
	src/os/helpers.c src/os/helpers.h \
	src/os/inherit.c src/os/inherit.h \
	src/os/landlock.c src/os/landlock.h  \
	src/os/library.c src/os/library.h \
	src/os/log.c src/os/log.h \
	src/os/mapped.c src/os/mapped.h \
	src/os/mounts.c src/os/mounts.h \
	src/os/marks.c src/os/marks.h \
	src/os/net.c src/os/net.h \
	src/os/notify.c src/os/notify.h \
	src/os/password.c src/os/password.h \
	src/os/poll.c src/os/poll.h \
	src/os/pressure.c src/os/pressure.h \
	src/os/priv.c src/os/priv.h \
	src/os/process.c src/os/process.h \
	src/os/replace.c src/os/replace.h \
	src/os/sandbox.c src/os/sandbox.h \
	src/os/secret.c src/os/secret.h \
	src/os/shm.c src/os/shm.h \
	src/os/signals.c src/os/signals.h \
	src/os/tcpinfo.c src/os/tcpinfo.h \
	src/os/title.c src/os/title.h \
	src/os/userns.c src/os/userns.h \
	src/os/wake.c src/os/wake.h \
	src/os/walk.c src/os/walk.h \
	src/os/watch.c src/os/watch.h
if WITH_SECCOMP
libos_a_SOURCES += src/os/filter.c
endif
EXTRA_DIST += src/os/filter.c
