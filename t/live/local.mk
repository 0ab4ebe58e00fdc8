# The built server over real sockets, and in a browser.  Not part of make
# check, which needs no network; quickstart test runs all of it.
# make check-live LIVE='-k ranges -x'
EXTRA_DIST += t/conftest.py t/live t/browser

LIVE_ENV = ETAGD='$(abs_builddir)/etagd' PYTHONDONTWRITEBYTECODE=1
LIVE_PYTEST = $(LIVE_ENV) '$(PYTHON3)' -m pytest -q -p no:cacheprovider

check-live: etagd
	$(LIVE_PYTEST) '$(srcdir)/t/live' $(LIVE)

check-browser: etagd
	$(LIVE_PYTEST) '$(srcdir)/t/browser' $(LIVE)

.PHONY: check-live check-browser
