UNIT_TESTS += t/unit/board t/unit/observe t/unit/refs
t_unit_board_SOURCES = t/unit/board.c
t_unit_board_LDADD = $(UNIT_LIBS)
t_unit_observe_SOURCES = t/unit/observe.c
t_unit_observe_LDADD = $(UNIT_LIBS)
t_unit_refs_SOURCES = t/unit/refs.c
t_unit_refs_LDADD = $(UNIT_LIBS)
