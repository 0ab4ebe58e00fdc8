/* SPDX-License-Identifier: MIT
 *
 * listing: a directory's names as a page for people or as JSON for programs.
 * Layer: http (pure).
 */
#ifndef ETAGD_HTTP_LISTING_H
#define ETAGD_HTTP_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "http/wording.h"

struct listing_item {
    struct span name; /* valid UTF-8 without '/' */
    bool directory;
    uint64_t size; /* bytes; of files */
    int64_t mtime_s;
    bool undated; /* it is not known */
};

struct listing {
    struct span path; /* decoded request path, '/' first and last */
    const struct listing_item *item;
    size_t n;
    bool cut; /* there are more than these */
};

/* For qsort(): directories first, then by name without case. */
int listing_order(const void *a, const void *b);

/* What storage is enough for either form. */
size_t listing_bytes_max(const struct listing *l);

/* A whole document: no script, no foreign host, names escaped, links
 * percent-encoded. */
void listing_html(struct buf *b, const struct listing *l, enum language in);

/* One object: {"path", "cut", "entries": [{"name", "href", "type", "size",
 * "modified"}]}; RFC 8259. */
void listing_json(struct buf *b, const struct listing *l);

#endif
