noinst_LIBRARIES += libobserve.a
libobserve_a_SOURCES = \
	src/observe/asset.h \
	src/observe/own_host.c src/observe/own_host.h \
	src/observe/history.c src/observe/history.h \
	src/observe/shown.c src/observe/shown.h \
	src/observe/metrics.c src/observe/metrics.h \
	src/observe/numbers.c src/observe/numbers.h \
	src/observe/exposition.c src/observe/exposition.h \
	src/observe/metrics_node.c src/observe/metrics_node.h \
	src/observe/event_text.c src/observe/event_text.h \
	src/observe/observer.c src/observe/observer.h \
	src/observe/route.c src/observe/route.h \
	src/observe/scraper.c src/observe/scraper.h \
	src/observe/screen.c src/observe/screen.h \
	src/observe/seats.c src/observe/seats.h \
	src/observe/observer_state.h \
	src/observe/syn.c src/observe/syn.h \
	src/observe/merge.c src/observe/merge.h \
	src/observe/visitor.c src/observe/visitor.h \
	src/observe/watch_client.c src/observe/watch_client.h
nodist_libobserve_a_SOURCES = src/observe/page.c

# The live page is part of the program: no file is opened for it.
OBSERVE_PAGE = \
	$(srcdir)/src/observe/page/index.html \
	$(srcdir)/src/observe/page/page.css \
	$(srcdir)/src/observe/page/words.js \
	$(srcdir)/src/observe/page/reasons.js \
	$(srcdir)/src/observe/page/freshness.js \
	$(srcdir)/src/observe/page/facts.js \
	$(srcdir)/src/observe/page/model.js \
	$(srcdir)/src/observe/page/guide.js \
	$(srcdir)/src/observe/page/draw.js \
	$(srcdir)/src/observe/page/detail.js \
	$(srcdir)/src/observe/page/loads.js \
	$(srcdir)/src/observe/page/page.js
EXTRA_DIST += $(OBSERVE_PAGE) src/observe/page/embed.sh \
	src/observe/page/package.json
CLEANFILES += src/observe/page.c

src/observe/page.c: $(OBSERVE_PAGE) $(srcdir)/src/observe/page/embed.sh \
		$(srcdir)/www/style.css
	$(AM_V_GEN)$(MKDIR_P) src/observe && \
	sh '$(srcdir)/src/observe/page/embed.sh' '$(srcdir)/www/style.css' \
		$(OBSERVE_PAGE) >$@.tmp && \
	mv $@.tmp $@
