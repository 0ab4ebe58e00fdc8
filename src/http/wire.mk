# request heads, framing, targets
libhttp_a_SOURCES += \
	src/http/authority.c \
	src/http/body.c src/http/body.h \
	src/http/fault.c src/http/fault.h \
	src/http/field.c src/http/field.h \
	src/http/forwarded.c src/http/forwarded.h \
	src/http/head.c src/http/head.h \
	src/http/head_use.c \
	src/http/method.c src/http/method.h \
	src/http/proxy.c src/http/proxy.h src/http/proxy_parts.h \
	src/http/proxy_v2.c \
	src/http/scan.h \
	src/http/status.c src/http/status.h \
	src/http/target.c src/http/target.h \
	src/http/target_path.c src/http/target_path.h
