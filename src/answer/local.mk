noinst_LIBRARIES += libanswer.a
libanswer_a_SOURCES = \
	src/answer/answer.c src/answer/answer.h \
	src/answer/answer_parts.c src/answer/answer_parts.h \
	src/answer/explain_field.c src/answer/explain_field.h \
	src/answer/gate.c src/answer/gate.h \
	src/answer/health.c src/answer/health.h \
	src/answer/https.c src/answer/https.h \
	src/answer/listings.c src/answer/listings.h \
	src/answer/making.c src/answer/making.h \
	src/answer/paced.c src/answer/paced.h \
	src/answer/pages.c src/answer/pages.h \
	src/answer/refusal.c \
	src/answer/events.c src/answer/events.h \
	src/answer/txn.c src/answer/txn.h \
	src/answer/upload.c src/answer/upload.h
