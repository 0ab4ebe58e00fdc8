FUZZ_TARGETS += t/fuzz/fuzz_listing
t_fuzz_fuzz_listing_SOURCES = t/fuzz/fuzz_listing.c t/fuzz/fuzz.h $(FUZZ_MAIN)
t_fuzz_fuzz_listing_LDADD = $(FUZZ_LIBS)
t_fuzz_fuzz_listing_LDFLAGS = $(FUZZ_LINK)
