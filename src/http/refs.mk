# what pages, style sheets and scripts refer to
libhttp_a_SOURCES += \
	src/http/refs.c src/http/refs.h src/http/refs_parts.h \
	src/http/refs_html.c src/http/refs_css.c src/http/refs_js.c \
	src/http/refs_language.c src/http/refs_list.c
