# What goes wrong, under load: the short form of every scenario.  The long one:
# ETAGD=... t/fault/run --long; beside other servers: t/fault/compare.
# make check-fault LIVE='-k reload'
EXTRA_DIST += t/fault

check-fault: etagd
	$(LIVE_PYTEST) '$(srcdir)/t/fault' $(LIVE)

.PHONY: check-fault
