noinst_LIBRARIES += libmaster.a
libmaster_a_SOURCES = \
	src/master/child.c src/master/child.h \
	src/master/asked.c src/master/asked.h \
	src/master/activation.c src/master/activation.h \
	src/master/heartbeat.c src/master/heartbeat.h \
	src/master/boxed.c src/master/boxed.h \
	src/master/console.c src/master/console.h \
	src/master/deafen.c src/master/deafen.h \
	src/master/ending.c src/master/ending.h \
	src/master/generation.c src/master/generation.h \
	src/master/handover.c src/master/handover.h \
	src/master/logform.c src/master/logform.h \
	src/master/master.c src/master/master.h \
	src/master/moves.c src/master/moves.h \
	src/master/opening.c src/master/opening.h \
	src/master/pidfile.c src/master/pidfile.h \
	src/master/records.c src/master/records.h \
	src/master/refused.c src/master/refused.h \
	src/master/published.c src/master/published.h \
	src/master/releases.c src/master/releases.h \
	src/master/remote.c src/master/remote.h \
	src/master/respawn.c src/master/respawn.h \
	src/master/roots.c src/master/roots.h \
	src/master/service.c src/master/service.h \
	src/master/master_state.h \
	src/master/succession.c src/master/succession.h \
	src/master/status_report.c src/master/status_report.h \
	src/master/terminal.c src/master/terminal.h \
	src/master/totals.c \
	src/master/takeover.c src/master/takeover.h \
	src/master/upgrade.c src/master/upgrade.h \
	src/master/ways.c src/master/ways.h
