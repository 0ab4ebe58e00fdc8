# Man pages, units, completions; recipes of packages.  The units' paths are
# those of this installation.
dist_man_MANS = packaging/man/etagd.8 packaging/man/etagd.ini.5
# in Chinese; t/lint/manual.py keeps them in step
zhman1dir = $(mandir)/zh_CN/man1
dist_zhman1_DATA = packaging/man/zh_CN/etagd-lab.1
zhman5dir = $(mandir)/zh_CN/man5
dist_zhman5_DATA = packaging/man/zh_CN/etagd.ini.5
EXTRA_DIST += packaging/man/zh_CN/options.tsv
zhman8dir = $(mandir)/zh_CN/man8
dist_zhman8_DATA = packaging/man/zh_CN/etagd.8

SYSTEMD_UNITS = packaging/systemd/etagd.service \
	packaging/systemd/etagd.socket packaging/systemd/etagd@.service
systemdsystemunit_DATA = $(SYSTEMD_UNITS)
PLACED = packaging/systemd/etagd.tmpfiles packaging/systemd/etagd.logrotate
CLEANFILES += $(SYSTEMD_UNITS) $(PLACED)

bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
dist_zshcompletion_DATA = packaging/completions/_etagd
fishcompletiondir = $(datadir)/fish/vendor_completions.d
dist_fishcompletion_DATA = packaging/completions/etagd.fish

# For Wireshark and tshark: -X lua_script:.../etagd.lua
wiresharkdir = $(pkgdatadir)/wireshark
dist_wireshark_DATA = packaging/wireshark/etagd.lua

EXTRA_DIST += $(SYSTEMD_UNITS:=.in) $(PLACED:=.in) \
	packaging/systemd/etagd.sysusers packaging/completions/etagd.bash \
	packaging/debian packaging/rpm packaging/oci packaging/reproducible \
	packaging/release packaging/tree packaging/monitoring packaging/tls \
	packaging/fleet packaging/version \
	doc/capacity.md doc/capacity.py doc/deploy.md

$(SYSTEMD_UNITS) $(PLACED): Makefile
	$(AM_V_GEN)$(MKDIR_P) packaging/systemd && \
	sed -e 's,@sbindir[@],$(sbindir),g' \
		-e 's,@sysconfdir[@],$(sysconfdir),g' \
		'$(srcdir)/$@.in' > $@.new && mv $@.new $@
packaging/systemd/etagd.service: $(srcdir)/packaging/systemd/etagd.service.in
packaging/systemd/etagd.socket: $(srcdir)/packaging/systemd/etagd.socket.in
packaging/systemd/etagd@.service: $(srcdir)/packaging/systemd/etagd@.service.in
packaging/systemd/etagd.tmpfiles: $(srcdir)/packaging/systemd/etagd.tmpfiles.in
packaging/systemd/etagd.logrotate: $(srcdir)/packaging/systemd/etagd.logrotate.in

# Files that get another name where they belong: a row each.
INSTALL_RENAMED = \
	$(srcdir)/packaging/systemd/etagd.sysusers:$(prefix)/lib/sysusers.d/etagd.conf \
	packaging/systemd/etagd.tmpfiles:$(prefix)/lib/tmpfiles.d/etagd.conf \
	packaging/systemd/etagd.logrotate:$(sysconfdir)/logrotate.d/etagd \
	$(srcdir)/packaging/completions/etagd.bash:$(bashcompletiondir)/etagd

install-data-hook: $(PLACED)
	@for row in $(INSTALL_RENAMED); do \
		from=$${row%%:*}; to="$(DESTDIR)$${row#*:}"; \
		$(MKDIR_P) "$${to%/*}" && \
		echo " $(INSTALL_DATA) $$from $$to" && \
		$(INSTALL_DATA) "$$from" "$$to" || exit 1; done

uninstall-hook:
	@for row in $(INSTALL_RENAMED); do \
		echo " rm -f $(DESTDIR)$${row#*:}"; \
		rm -f "$(DESTDIR)$${row#*:}"; done

# When what is in the tarball was made (see configure.ac).
DIST_TIME = $${SOURCE_DATE_EPOCH:-$$(git -C '$(srcdir)' log -1 --format=%ct \
	2>/dev/null || date -r '$(srcdir)/configure.ac' +%s)}

# What the units are worth, where systemd-analyze is there to tell.
dist_check_SCRIPTS += packaging/systemd/score.sh
TESTS += packaging/systemd/score.sh
check_DATA = $(SYSTEMD_UNITS)
