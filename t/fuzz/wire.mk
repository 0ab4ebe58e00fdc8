# fuzz targets: request heads, framing, targets
FUZZ_TARGETS += t/fuzz/fuzz_head t/fuzz/fuzz_body t/fuzz/fuzz_target \
	t/fuzz/fuzz_forwarded t/fuzz/fuzz_proxy
t_fuzz_fuzz_forwarded_SOURCES = t/fuzz/fuzz_forwarded.c $(FUZZ_MAIN)
t_fuzz_fuzz_forwarded_LDADD = $(FUZZ_LIBS)
t_fuzz_fuzz_forwarded_LDFLAGS = $(FUZZ_LINK)
t_fuzz_fuzz_proxy_SOURCES = t/fuzz/fuzz_proxy.c $(FUZZ_MAIN)
t_fuzz_fuzz_proxy_LDADD = $(FUZZ_LIBS)
t_fuzz_fuzz_proxy_LDFLAGS = $(FUZZ_LINK)
t_fuzz_fuzz_head_SOURCES = t/fuzz/fuzz_head.c $(FUZZ_MAIN)
t_fuzz_fuzz_head_LDADD = $(FUZZ_LIBS)
t_fuzz_fuzz_head_LDFLAGS = $(FUZZ_LINK)
t_fuzz_fuzz_body_SOURCES = t/fuzz/fuzz_body.c $(FUZZ_MAIN)
t_fuzz_fuzz_body_LDADD = $(FUZZ_LIBS)
t_fuzz_fuzz_body_LDFLAGS = $(FUZZ_LINK)
t_fuzz_fuzz_target_SOURCES = t/fuzz/fuzz_target.c $(FUZZ_MAIN)
t_fuzz_fuzz_target_LDADD = $(FUZZ_LIBS)
t_fuzz_fuzz_target_LDFLAGS = $(FUZZ_LINK)
