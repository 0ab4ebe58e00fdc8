# fuzz targets: conf
FUZZ_TARGETS += t/fuzz/fuzz_conf
t_fuzz_fuzz_conf_SOURCES = t/fuzz/fuzz_conf.c $(FUZZ_MAIN)
t_fuzz_fuzz_conf_LDADD = $(FUZZ_LIBS)
t_fuzz_fuzz_conf_LDFLAGS = $(FUZZ_LINK)
