# dates, tags, conditions, ranges, codings, media types
libhttp_a_SOURCES += \
	src/http/basic.c src/http/basic.h \
	src/http/date.c src/http/date.h \
	src/http/moment.h \
	src/http/declared.c src/http/declared.h \
	src/http/etag.c src/http/etag.h \
	src/http/cond.c src/http/cond.h \
	src/http/range.c src/http/range.h \
	src/http/accept.c src/http/accept.h \
	src/http/media.c src/http/media.h src/http/media_rows.c \
	src/http/media_rows.h \
	src/http/utf8.c src/http/utf8.h
