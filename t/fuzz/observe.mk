FUZZ_TARGETS += t/fuzz/fuzz_refs
t_fuzz_fuzz_refs_SOURCES = t/fuzz/fuzz_refs.c $(FUZZ_MAIN)
t_fuzz_fuzz_refs_LDADD = $(FUZZ_LIBS)
t_fuzz_fuzz_refs_LDFLAGS = $(FUZZ_LINK)
