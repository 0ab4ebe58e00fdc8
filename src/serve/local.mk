noinst_LIBRARIES += libserve.a
libserve_a_SOURCES = \
	src/serve/accepting.c src/serve/accepting.h \
	src/serve/access.c src/serve/access.h \
	src/serve/addresses.c src/serve/addresses.h \
	src/serve/answer.c src/serve/answer.h \
	src/serve/answer_parts.h \
	src/serve/asks.c src/serve/asks.h \
	src/serve/audit.c src/serve/audit.h \
	src/serve/balance.c src/serve/balance.h \
	src/serve/blocks.c src/serve/blocks.h \
	src/serve/board.c src/serve/board.h \
	src/serve/budget.c src/serve/budget.h \
	src/serve/cache.c src/serve/entry.h \
	src/serve/conn.c src/serve/conn.h \
	src/serve/control.c src/serve/control.h \
	src/serve/counters.h \
	src/serve/dirs.c src/serve/dirs.h \
	src/serve/explained.c src/serve/explained.h \
	src/serve/facts.c src/serve/facts.h \
	src/serve/find.c src/serve/find.h \
	src/serve/listings.c src/serve/listings.h \
	src/serve/pace.c src/serve/pace.h \
	src/serve/pages.c src/serve/pages.h \
	src/serve/past.c src/serve/past.h \
	src/serve/refusal.c \
	src/serve/request.c src/serve/request.h \
	src/serve/resolve.c src/serve/resolve.h \
	src/serve/room.c src/serve/room.h \
	src/serve/send.c src/serve/send.h \
	src/serve/spare.c src/serve/spare.h \
	src/serve/step.c src/serve/step.h \
	src/serve/tags.c src/serve/tags.h \
	src/serve/tell.c src/serve/tell.h \
	src/serve/txn.c src/serve/txn.h \
	src/serve/wheel.c src/serve/wheel.h \
	src/serve/worker.c src/serve/worker.h
