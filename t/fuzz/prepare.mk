# fuzz targets: prepare
FUZZ_TARGETS += t/fuzz/fuzz_message
t_fuzz_fuzz_message_SOURCES = t/fuzz/fuzz_message.c $(FUZZ_MAIN)
t_fuzz_fuzz_message_LDADD = $(FUZZ_LIBS)
t_fuzz_fuzz_message_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += t/fuzz/fuzz_answer
t_fuzz_fuzz_answer_SOURCES = t/fuzz/fuzz_answer.c t/fuzz/fuzz.h $(FUZZ_MAIN)
t_fuzz_fuzz_answer_LDADD = $(FUZZ_LIBS)
t_fuzz_fuzz_answer_LDFLAGS = $(FUZZ_LINK)
