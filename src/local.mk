include src/base/local.mk
include src/http/local.mk
include src/conf/local.mk
include src/os/local.mk
include src/prepare/local.mk
include src/share/local.mk
include src/files/local.mk
include src/answer/local.mk
include src/serve/local.mk
include src/observe/local.mk
include src/master/local.mk
include src/tool/local.mk

# Link order is layer order: a call against it does not link.
ETAGD_LIBS = libtools.a libmaster.a libobserve.a libserve.a libanswer.a libfiles.a \
	libshare.a libprepare.a libconf.a libos.a libhttp.a libbase.a
ETAGD_SYSTEM_LIBS = $(INIH_LIBS) $(NETTLE_LIBS) $(SECCOMP_LIBS) -lpthread
# What only some processes need (os/library.h).
SOME_LIBS = $(MAGIC_LIBS) $(ZLIB_LIBS) $(BROTLI_LIBS) $(ZSTD_LIBS) $(CRYPT_LIBS)
if !LATE_LIBRARIES
ETAGD_SYSTEM_LIBS += $(SOME_LIBS)
else
# What etagd depends on without being linked to it: see its head.
noinst_PROGRAMS += late-libraries
late_libraries_SOURCES = src/tool/late.c src/prepare/codecs.c src/prepare/magic.c \
	src/os/password.c
late_libraries_CPPFLAGS = $(AM_CPPFLAGS) -DETAGD_LINK_LIBRARIES
late_libraries_LDFLAGS = $(HARDEN_LDFLAGS)
late_libraries_LDADD = libos.a libhttp.a libbase.a $(ETAGD_SYSTEM_LIBS) \
	$(SOME_LIBS)
endif

sbin_PROGRAMS += etagd
etagd_SOURCES = src/main.c
etagd_LDFLAGS = $(HARDEN_LDFLAGS)
etagd_LDADD = $(ETAGD_LIBS) $(ETAGD_SYSTEM_LIBS)
