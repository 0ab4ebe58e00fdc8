# fuzz target: whole connections.  The sim_*.c stand in for parts of src/os.
FUZZ_TARGETS += t/fuzz/fuzz_conn
t_fuzz_fuzz_conn_SOURCES = t/fuzz/fuzz_conn.c t/fuzz/sim.h \
	t/fuzz/sim_conf.h t/fuzz/sim_world.h t/fuzz/sim_body.c t/fuzz/sim_conf.c \
	t/fuzz/sim_aside.c t/fuzz/sim_files.c \
	t/fuzz/sim_log.c t/fuzz/sim_moves.c t/fuzz/sim_net.c t/fuzz/sim_people.c \
	t/fuzz/sim_reader.c t/fuzz/sim_request.c t/fuzz/sim_script.c \
	t/fuzz/sim_told.c t/fuzz/sim_world.c $(FUZZ_MAIN)
t_fuzz_fuzz_conn_LDADD = $(FUZZ_LIBS)
t_fuzz_fuzz_conn_LDFLAGS = $(FUZZ_LINK) -Wl,--wrap=close \
	-Wl,--wrap=getrandom -Wl,--wrap=txn_pool_free
