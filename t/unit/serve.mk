# unit tests: serve, master
UNIT_TESTS += t/unit/wheel
t_unit_wheel_SOURCES = t/unit/wheel.c
t_unit_wheel_LDADD = $(UNIT_LIBS)
