noinst_LIBRARIES += libserve.a
libserve_a_SOURCES = \
	src/serve/accepting.c src/serve/accepting.h \
	src/serve/access.c src/serve/access.h \
	src/serve/addresses.c src/serve/addresses.h \
	src/serve/arrivals.c src/serve/arrivals.h \
	src/serve/balance.c src/serve/balance.h \
	src/serve/budget.c src/serve/budget.h \
	src/serve/conn.c src/serve/conn.h \
	src/serve/control.c src/serve/control.h \
	src/serve/pace.c src/serve/pace.h \
	src/serve/request.c src/serve/request.h \
	src/serve/room.c src/serve/room.h \
	src/serve/send.c src/serve/send.h \
	src/serve/spare.c src/serve/spare.h \
	src/serve/step.c src/serve/step.h \
	src/serve/wheel.c src/serve/wheel.h \
	src/serve/worker.c src/serve/worker.h
