/* SPDX-License-Identifier: MIT
 *
 * etag: entity tags and lists of them (RFC 9110 8.8.3).
 * Layer: http (pure).
 */
#ifndef ETAGD_HTTP_ETAG_H
#define ETAGD_HTTP_ETAG_H

#include <stdbool.h>

#include "base/span.h"
#include "http/head.h"

#define ETAG_BYTES_MAX 64 /* longest tag that etagd makes, quotes and W/ in */

struct etag {
    struct span opaque; /* without quotes; p NULL: there is no tag */
    bool weak;
};

/* text is exactly one entity-tag: W/"..." or "...", "W" in capitals. */
bool etag_parse(struct span text, struct etag *out);

bool etag_strong_eq(struct etag a, struct etag b); /* both strong, same bytes */
bool etag_weak_eq(struct etag a, struct etag b);   /* same bytes */

enum etag_list {
    ETAG_LIST_ABSENT, /* the field is not there */
    ETAG_LIST_ANY,    /* "*" alone */
    ETAG_LIST_MATCH,  /* a member matches */
    ETAG_LIST_NO_MATCH,
    ETAG_LIST_MALFORMED /* a member is no entity-tag (and none before it
                           matched): the field as a whole is a no-match */
};

/* Compares every member of If-Match or If-None-Match with `tag`; a tag whose
 * opaque.p is NULL matches no member (but "*" is still ANY). */
enum etag_list etag_list_match(const struct head *h, enum field_id id,
                               struct etag tag, bool strong);

#endif
