FUZZ_TARGETS += t/fuzz/fuzz_listing
t_fuzz_fuzz_listing_SOURCES = t/fuzz/fuzz_listing.c t/fuzz/fuzz.h $(FUZZ_MAIN)
t_fuzz_fuzz_listing_LDADD = $(FUZZ_LIBS)
t_fuzz_fuzz_listing_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += t/fuzz/fuzz_mask
t_fuzz_fuzz_mask_SOURCES = t/fuzz/fuzz_mask.c $(FUZZ_MAIN)
t_fuzz_fuzz_mask_LDADD = $(FUZZ_LIBS)
t_fuzz_fuzz_mask_LDFLAGS = $(FUZZ_LINK)
