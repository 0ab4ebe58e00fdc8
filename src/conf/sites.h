/* SPDX-License-Identifier: MIT
 *
 * sites: which site a host name belongs to.
 * Layer: conf.  Pure.
 */
#ifndef ETAGD_CONF_SITES_H
#define ETAGD_CONF_SITES_H

#include "base/span.h"
#include "conf/conf.h"

/* Exact name first, then the longest "*." wildcard, else sites[0]; NULL when
 * unknown hosts are to be refused (421).  host: without port, any case, p NULL
 * or empty: none given (always sites[0]). */
const struct conf_site *sites_find(const struct conf *c, struct span host);

#endif
