noinst_LIBRARIES += libfiles.a
libfiles_a_SOURCES = \
	src/files/about.h \
	src/files/aside.c src/files/aside.h \
	src/files/asks.c src/files/asks.h \
	src/files/audit.c src/files/audit.h \
	src/files/blocks.c src/files/blocks.h \
	src/files/cache.c src/files/cache.h \
	src/files/dirs.c src/files/dirs.h \
	src/files/drops.c src/files/drops.h \
	src/files/entry.c src/files/entry.h \
	src/files/facts.c src/files/facts.h \
	src/files/files.c src/files/files.h \
	src/files/find.c src/files/find.h \
	src/files/follow.c src/files/follow.h \
	src/files/forms.c src/files/forms.h \
	src/files/heat.c src/files/heat.h \
	src/files/keep.c src/files/keep.h \
	src/files/lookup.c src/files/lookup.h \
	src/files/names.c src/files/names.h \
	src/files/policy.c src/files/policy.h \
	src/files/previous.c src/files/previous.h \
	src/files/resolve.c src/files/resolve.h \
	src/files/siblings.c src/files/siblings.h \
	src/files/tags.c src/files/tags.h \
	src/files/warm.c src/files/warm.h \
	src/files/sited.c src/files/sited.h \
	src/files/view.c src/files/view.h
