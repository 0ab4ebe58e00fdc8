# The lab's helper: its parts, and whole runs with a browser and a capture.
# make check-lab LAB='-k pcapng -x'
EXTRA_DIST += t/lab

check-lab: etagd
	$(LIVE_PYTEST) '$(srcdir)/t/lab' $(LAB)

.PHONY: check-lab
