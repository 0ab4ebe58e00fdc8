# The default site: the lab's page.
wwwdir = $(pkgdatadir)/www
dist_www_DATA = \
	www/index.html www/one.html www/reset.html www/style.css \
	www/logo.svg www/logo.png
wwwlogodir = $(wwwdir)/logo
dist_wwwlogo_DATA = \
	www/logo/no-store.png www/logo/no-cache.png www/logo/fresh.png

# The caching gallery.
wwwlabdir = $(wwwdir)/lab
dist_wwwlab_DATA = \
	www/lab/index.html www/lab/clear.html www/lab/lab.css www/lab/lab.js \
	www/lab/expected.js www/lab/policies.json www/lab/upload.html \
	www/lab/words.js
wwwexercisedir = $(wwwlabdir)/exercise
dist_wwwexercise_DATA = \
	www/lab/exercise/auth.html \
	www/lab/exercise/cache.html \
	www/lab/exercise/conditional.html \
	www/lab/exercise/embedded.html \
	www/lab/exercise/get.html \
	www/lab/exercise/handshake.html \
	www/lab/exercise/http10.html \
	www/lab/exercise/keep-alive.html \
	www/lab/exercise/long.html \
	www/lab/exercise/media.html \
	www/lab/exercise/models.html \
	www/lab/exercise/preconnect.html \
	www/lab/exercise/report.html \
	www/lab/exercise/teardown.html \
	www/lab/exercise/upload.html
wwwlablogodir = $(wwwlabdir)/logo
dist_wwwlablogo_DATA = \
	www/lab/logo/age.png \
	www/lab/logo/changing.png \
	www/lab/logo/date-new.png \
	www/lab/logo/date-old.png \
	www/lab/logo/expires.png \
	www/lab/logo/immutable.png \
	www/lab/logo/inode.png \
	www/lab/logo/late.png \
	www/lab/logo/max-age-5.png \
	www/lab/logo/max-age.png \
	www/lab/logo/mtime-size.png \
	www/lab/logo/must-revalidate.png \
	www/lab/logo/no-cache.png \
	www/lab/logo/no-store.png \
	www/lab/logo/nothing.png \
	www/lab/logo/pragma.png \
	www/lab/logo/private.png \
	www/lab/logo/swr.png \
	www/lab/logo/tag-date.png \
	www/lab/logo/tag-only.png \
	www/lab/logo/vary.png \
	www/lab/logo/weak.png
