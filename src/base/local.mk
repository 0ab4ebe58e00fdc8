noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	src/base/apart.h \
	src/base/buf.c src/base/buf.h \
	src/base/built.c src/base/built.h \
	src/base/chars.c src/base/chars.h \
	src/base/check.c src/base/check.h \
	src/base/cmdline.c src/base/cmdline.h \
	src/base/hash.h \
	src/base/ip.c src/base/ip.h \
	src/base/list.h \
	src/base/logentry.h \
	src/base/num.c src/base/num.h \
	src/base/plural.h \
	src/base/sip.c src/base/sip.h \
	src/base/slots.c src/base/slots.h \
	src/base/span.c src/base/span.h \
	src/base/suggest.c src/base/suggest.h \
	src/base/sum.c src/base/sum.h \
	src/base/uninit.h \
	src/base/words.c src/base/words.h
