# fuzz targets: prepare
FUZZ_TARGETS += t/fuzz/fuzz_message
t_fuzz_fuzz_message_SOURCES = t/fuzz/fuzz_message.c $(FUZZ_MAIN)
t_fuzz_fuzz_message_LDADD = $(FUZZ_LIBS)
t_fuzz_fuzz_message_LDFLAGS = $(FUZZ_LINK)
