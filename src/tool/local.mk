noinst_LIBRARIES += libtools.a
libtools_a_SOURCES = \
	src/tool/beside.c src/tool/beside.h \
	src/tool/checkup.c src/tool/checkup.h \
	src/tool/show_budget.c src/tool/show_budget.h \
	src/tool/explain.c src/tool/explain.h \
	src/tool/lab.c src/tool/lab.h \
	src/tool/lint.c src/tool/lint.h \
	src/tool/libraries.c src/tool/libraries.h \
	src/tool/loaded.c src/tool/loaded.h \
	src/tool/mime.c src/tool/mime.h \
	src/tool/packing.c src/tool/packing.h \
	src/tool/passwd.c src/tool/passwd.h \
	src/tool/precompress.c src/tool/precompress.h \
	src/tool/report.c src/tool/report.h \
	src/tool/trial.c src/tool/trial.h \
	src/tool/usage.c src/tool/usage.h \
	src/tool/tree_walk.c src/tool/tree_walk.h
