# SPDX-License-Identifier: MIT
# `etagd lab`: a program in Python that lies beside its modules.
labhelperdir = $(libexecdir)/etagd
labmodulesdir = $(labhelperdir)/etagdlab
LAB_MODULES = \
	lab/etagdlab/__init__.py \
	lab/etagdlab/annotate.py \
	lab/etagdlab/answers.py \
	lab/etagdlab/answers_auth.py \
	lab/etagdlab/bpf.py \
	lab/etagdlab/browser.py \
	lab/etagdlab/capture.py \
	lab/etagdlab/cdp.py \
	lab/etagdlab/children.py \
	lab/etagdlab/cli.py \
	lab/etagdlab/course.py \
	lab/etagdlab/diff.py \
	lab/etagdlab/drawing.py \
	lab/etagdlab/driving.py \
	lab/etagdlab/editing.py \
	lab/etagdlab/evidence.py \
	lab/etagdlab/exercises.py \
	lab/etagdlab/experiment.py \
	lab/etagdlab/faults.py \
	lab/etagdlab/fields.py \
	lab/etagdlab/firefox.py \
	lab/etagdlab/freshness.py \
	lab/etagdlab/graphs.py \
	lab/etagdlab/http1.py \
	lab/etagdlab/ini.py \
	lab/etagdlab/judging.py \
	lab/etagdlab/ledger.py \
	lab/etagdlab/marionette.py \
	lab/etagdlab/mask.py \
	lab/etagdlab/matrix.py \
	lab/etagdlab/measures.py \
	lab/etagdlab/notes.py \
	lab/etagdlab/options.py \
	lab/etagdlab/packets.py \
	lab/etagdlab/part_http.py \
	lab/etagdlab/part_packets.py \
	lab/etagdlab/part_questions.py \
	lab/etagdlab/part_setup.py \
	lab/etagdlab/part_tcp.py \
	lab/etagdlab/part_visits.py \
	lab/etagdlab/pcapng.py \
	lab/etagdlab/pieces.py \
	lab/etagdlab/reaper.py \
	lab/etagdlab/report.css \
	lab/etagdlab/report.py \
	lab/etagdlab/rights.py \
	lab/etagdlab/rows.py \
	lab/etagdlab/scenario.py \
	lab/etagdlab/server.py \
	lab/etagdlab/shared.py \
	lab/etagdlab/source.py \
	lab/etagdlab/streams.py \
	lab/etagdlab/talk.py \
	lab/etagdlab/tcpfacts.py \
	lab/etagdlab/tcpstates.py \
	lab/etagdlab/timewait.py \
	lab/etagdlab/tools.py \
	lab/etagdlab/verify.py \
	lab/etagdlab/words.py \
	lab/etagdlab/zh_exercises.py \
	lab/etagdlab/zh_fields.py \
	lab/etagdlab/zh_notes.py \
	lab/etagdlab/zh_options.py \
	lab/etagdlab/zh_setup.py \
	lab/etagdlab/zh_tcp.py
dist_labmodules_DATA = $(LAB_MODULES) www/style.css www/lab/policies.json
labconfdir = $(pkgdatadir)/conf
dist_labconf_DATA = conf/lab.ini
# The exercises: an ini each, beside a page each in www/lab/exercise.
labexercisedir = $(labconfdir)/exercise
dist_labexercise_DATA = \
	conf/exercise/auth.ini \
	conf/exercise/auth.users \
	conf/exercise/cache.ini \
	conf/exercise/conditional.ini \
	conf/exercise/embedded.ini \
	conf/exercise/get.ini \
	conf/exercise/handshake.ini \
	conf/exercise/http10.ini \
	conf/exercise/keep-alive.ini \
	conf/exercise/long.ini \
	conf/exercise/media.ini \
	conf/exercise/models.ini \
	conf/exercise/preconnect.ini \
	conf/exercise/report.ini \
	conf/exercise/teardown.ini \
	conf/exercise/upload.ini
EXTRA_DIST += lab/etagd-lab doc/lab-report.png
dist_man_MANS += packaging/man/etagd-lab.1

# Installed under another name than in the tree.
install-exec-hook: install-lab-helper
install-lab-helper:
	$(MKDIR_P) '$(DESTDIR)$(labhelperdir)'
	$(INSTALL_SCRIPT) '$(srcdir)/lab/etagd-lab' '$(DESTDIR)$(labhelperdir)/lab'
uninstall-hook: uninstall-lab-helper
uninstall-lab-helper:
	rm -f '$(DESTDIR)$(labhelperdir)/lab'

# In a build folder the program finds the helper through a link beside it.
noinst_SCRIPTS = etagd-lab
CLEANFILES += etagd-lab
etagd-lab:
	$(AM_V_GEN)$(LN_S) '$(abs_top_srcdir)/lab/etagd-lab' $@

.PHONY: install-lab-helper uninstall-lab-helper
