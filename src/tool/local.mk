noinst_LIBRARIES += libtool.a
libtool_a_SOURCES = \
	src/tool/check.c src/tool/check.h \
	src/tool/lint.c src/tool/lint.h \
	src/tool/walk.c src/tool/walk.h
