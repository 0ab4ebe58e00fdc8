noinst_LIBRARIES += libobserve.a
libobserve_a_SOURCES =
