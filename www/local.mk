# The default site: the lab's page.
wwwdir = $(pkgdatadir)/www
dist_www_DATA = \
	www/index.html www/one.html www/reset.html www/style.css \
	www/logo.svg www/logo.png
wwwlogodir = $(wwwdir)/logo
dist_wwwlogo_DATA = \
	www/logo/no-store.png www/logo/no-cache.png www/logo/fresh.png
