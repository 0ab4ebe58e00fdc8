# fuzz targets: conf
FUZZ_TARGETS += t/fuzz/fuzz_conf t/fuzz/fuzz_htpasswd
t_fuzz_fuzz_conf_SOURCES = t/fuzz/fuzz_conf.c $(FUZZ_MAIN)
t_fuzz_fuzz_conf_LDADD = $(FUZZ_LIBS)
t_fuzz_fuzz_conf_LDFLAGS = $(FUZZ_LINK)
t_fuzz_fuzz_htpasswd_SOURCES = t/fuzz/fuzz_htpasswd.c $(FUZZ_MAIN)
t_fuzz_fuzz_htpasswd_LDADD = $(FUZZ_LIBS)
t_fuzz_fuzz_htpasswd_LDFLAGS = $(FUZZ_LINK)
