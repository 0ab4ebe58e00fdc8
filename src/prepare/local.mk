noinst_LIBRARIES += libprepare.a
libprepare_a_SOURCES = \
	src/prepare/ask.c src/prepare/ask.h \
	src/prepare/client.c src/prepare/client.h \
	src/prepare/codecs.c src/prepare/codecs.h \
	src/prepare/coder.c src/prepare/coder.h \
	src/prepare/compress.c src/prepare/compress.h \
	src/prepare/agenda.c src/prepare/agenda.h \
	src/prepare/queues.c src/prepare/queues.h \
	src/prepare/reads.c src/prepare/reads.h \
	src/prepare/digest.c src/prepare/digest.h \
	src/prepare/form.c src/prepare/form.h \
	src/prepare/item.c src/prepare/item.h \
	src/prepare/job.c src/prepare/job.h \
	src/prepare/magic.c src/prepare/magic.h \
	src/prepare/memo.c src/prepare/memo.h \
	src/prepare/message.h \
	src/prepare/naming.c src/prepare/naming.h \
	src/prepare/peer.c src/prepare/peer.h \
	src/prepare/preparer.c src/prepare/preparer.h \
	src/prepare/rest.c src/prepare/rest.h \
	src/prepare/reading.c src/prepare/reading.h \
	src/prepare/seals.h \
	src/prepare/slab.c src/prepare/slab.h \
	src/prepare/sums.c src/prepare/sums.h \
	src/prepare/unpack.c src/prepare/unpack.h \
	src/prepare/version.c src/prepare/version.h
