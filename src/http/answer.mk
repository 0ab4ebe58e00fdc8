# plans, response heads, pages, log lines
libhttp_a_SOURCES += \
	src/http/errorline.c src/http/errorline.h \
	src/http/json.c src/http/json.h \
	src/http/lifetime.c src/http/lifetime.h \
	src/http/listing.c src/http/listing.h \
	src/http/logline.c src/http/logline.h \
	src/http/mask.c src/http/mask.h \
	src/http/page.c src/http/page.h \
	src/http/plan.c src/http/plan.h \
	src/http/reason.c src/http/reason.h \
	src/http/wording.c src/http/wording.h
