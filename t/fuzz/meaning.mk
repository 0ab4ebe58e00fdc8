# fuzz targets: meaning
FUZZ_TARGETS += t/fuzz/fuzz_date
t_fuzz_fuzz_date_SOURCES = t/fuzz/fuzz_date.c t/fuzz/fuzz.h $(FUZZ_MAIN)
t_fuzz_fuzz_date_LDADD = $(FUZZ_LIBS)
t_fuzz_fuzz_date_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += t/fuzz/fuzz_cond
t_fuzz_fuzz_cond_SOURCES = t/fuzz/fuzz_cond.c t/fuzz/fuzz.h $(FUZZ_MAIN)
t_fuzz_fuzz_cond_LDADD = $(FUZZ_LIBS)
t_fuzz_fuzz_cond_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += t/fuzz/fuzz_range
t_fuzz_fuzz_range_SOURCES = t/fuzz/fuzz_range.c t/fuzz/fuzz.h $(FUZZ_MAIN)
t_fuzz_fuzz_range_LDADD = $(FUZZ_LIBS)
t_fuzz_fuzz_range_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += t/fuzz/fuzz_accept
t_fuzz_fuzz_accept_SOURCES = t/fuzz/fuzz_accept.c t/fuzz/fuzz.h $(FUZZ_MAIN)
t_fuzz_fuzz_accept_LDADD = $(FUZZ_LIBS)
t_fuzz_fuzz_accept_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += t/fuzz/fuzz_media
t_fuzz_fuzz_media_SOURCES = t/fuzz/fuzz_media.c t/fuzz/fuzz.h $(FUZZ_MAIN)
t_fuzz_fuzz_media_LDADD = $(FUZZ_LIBS)
t_fuzz_fuzz_media_LDFLAGS = $(FUZZ_LINK)
