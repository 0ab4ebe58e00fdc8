# what pages refer to
libhttp_a_SOURCES += \
	src/http/refs.c src/http/refs.h
