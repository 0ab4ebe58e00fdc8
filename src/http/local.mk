noinst_LIBRARIES += libhttp.a
libhttp_a_SOURCES =
include src/http/wire.mk
include src/http/meaning.mk
include src/http/answer.mk
include src/http/refs.mk
