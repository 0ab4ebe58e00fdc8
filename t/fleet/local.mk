# Several nodes behind HAProxy, Varnish and nginx (what ./quickstart test unpacks
# in build/peers).  The long form prints tables: ETAGD=... t/fleet/run
# make check-fleet LIVE='-k leaving'
EXTRA_DIST += t/fleet

check-fleet: etagd
	$(LIVE_PYTEST) '$(srcdir)/t/fleet' $(LIVE)

.PHONY: check-fleet
