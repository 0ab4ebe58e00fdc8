/* SPDX-License-Identifier: MIT
 *
 * sited: what a site's configuration says of a path, whatever files there are:
 * is it moved, below which root does it lie, is it a part of pages.
 * Layer: files.  Pure.
 */
#ifndef ETAGD_FILES_SITED_H
#define ETAGD_FILES_SITED_H

#include <stdbool.h>

#include "conf/conf.h"

/* The [redirect] that speaks of it, or NULL. */
const struct conf_redirect *sited_redirect(const struct conf_site *site,
                                           struct span path);

/* "/static" where [alias /static/] is. */
bool sited_alias_name(const struct conf_site *site, struct span path);

/* Its name ends with a dot and something other than html or htm: it is asked
 * for by a page, and another page would be no answer. */
bool sited_asset(struct span path);

/* Such a name of which nobody would say that it is a page's: neither as it is
 * nor as a coded form has it, "htm" is in no extension ("x.xhtml", "x.html.br",
 * "x.html~"). */
bool sited_part(struct span path);

/* The root's index, and the rest of the path, which is its name there.  An
 * alias replaces its prefix; the longest one wins. */
unsigned sited_place(const struct conf *conf, const struct conf_site *site,
                     struct span path, struct span *rest);

#endif
