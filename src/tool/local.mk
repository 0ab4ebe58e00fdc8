noinst_LIBRARIES += libcommand.a
libcommand_a_SOURCES = src/tool/lab.c src/tool/lab.h
libcommand_a_CPPFLAGS = $(AM_CPPFLAGS) \
	-DETAGD_LIBEXECDIR='"$(libexecdir)/etagd"'
