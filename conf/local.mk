EXTRA_DIST += conf/lab.ini conf/lab-prefork.ini

# An administrator's etagd.ini is never overwritten, and never removed once it
# differs from ours.
etagdconfdir = $(sysconfdir)/etagd
install-data-local:
	$(MKDIR_P) '$(DESTDIR)$(etagdconfdir)'
	test -e '$(DESTDIR)$(etagdconfdir)/etagd.ini' || \
	$(INSTALL_DATA) '$(srcdir)/conf/etagd.ini' \
		'$(DESTDIR)$(etagdconfdir)/etagd.ini'

uninstall-local:
	if cmp -s '$(srcdir)/conf/etagd.ini' \
		'$(DESTDIR)$(etagdconfdir)/etagd.ini'; then \
		rm -f '$(DESTDIR)$(etagdconfdir)/etagd.ini'; fi
	-rmdir '$(DESTDIR)$(etagdconfdir)' 2>/dev/null
