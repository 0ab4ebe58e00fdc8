/* SPDX-License-Identifier: MIT
 *
 * policy: asks the rules.
 * Layer: files.
 */
#include "files/policy.h"

#include <string.h>

#include "conf/rules.h"
#include "files/entry.h"
#include "files/files.h"

void policy_apply(const struct files *fs, struct entry *e)
{
    const struct conf_site *site = &fs->conf->sites[e->site];
    struct span host = span_str(site->hosts);
    struct policy p;

    rules_resolve(fs->conf, host, span_of(e->path, e->path_n),
                  span_trim(span_of(e->type, strcspn(e->type, ";"))), 200, &p);
    e->etag_scheme = p.etag;
    e->expires = p.expires;
    e->expires_s = p.expires_s;
    e->clock_s = p.clock_s;
    int64_t mtime_s = e->version.mtime_ns / 1000000000;
    e->modified_s = COND_NO_DATE;
    /* 0 and 1 are what build systems write that have no dates at all */
    if (mtime_s > 1)
        /* RFC 9110 8.8.2.1: never later than the Date of the message */
        e->modified_s =
            (mtime_s < fs->now->second ? mtime_s : fs->now->second) + p.clock_s;
    e->source.last_modified = COND_NO_DATE;
    if (p.last_modified && e->modified_s != COND_NO_DATE) {
        int64_t shown = mtime_s + p.last_modified_s;
        e->source.last_modified =
            (shown < fs->now->second ? shown : fs->now->second) + p.clock_s;
    }
}
