# unit tests: serve, master
UNIT_TESTS += t/unit/wheel
t_unit_wheel_SOURCES = t/unit/wheel.c
t_unit_wheel_LDADD = $(UNIT_LIBS)
UNIT_TESTS += t/unit/txn
t_unit_txn_SOURCES = t/unit/txn.c
t_unit_txn_LDADD = $(UNIT_LIBS)
UNIT_TESTS += t/unit/walk
t_unit_walk_SOURCES = t/unit/walk.c
t_unit_walk_LDADD = $(UNIT_LIBS)
UNIT_TESTS += t/unit/marks
t_unit_marks_SOURCES = t/unit/marks.c
t_unit_marks_LDADD = $(UNIT_LIBS)
UNIT_TESTS += t/unit/watch
t_unit_watch_SOURCES = t/unit/watch.c
t_unit_watch_LDADD = $(UNIT_LIBS)

UNIT_TESTS += t/unit/respawn
t_unit_respawn_SOURCES = t/unit/respawn.c
t_unit_respawn_LDADD = $(UNIT_LIBS)
UNIT_TESTS += t/unit/holder
t_unit_holder_SOURCES = t/unit/holder.c
t_unit_holder_LDADD = $(UNIT_LIBS)
UNIT_TESTS += t/unit/userns
t_unit_userns_SOURCES = t/unit/userns.c
t_unit_userns_LDADD = $(UNIT_LIBS)
