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

enum listing_key { LISTING_NAME, LISTING_SIZE, LISTING_DATE, LISTING_KEYS };

/* What files are sorted by; zero: by their names. */
struct listing_order {
    enum listing_key key;
    bool down; /* Z first, the largest, the latest */
};

/* Values of struct listing_order, as a number. */
#define LISTING_ORDERS (2 * LISTING_KEYS)

struct listing {
    struct span path;           /* decoded request path, '/' first and last */
    struct listing_order order; /* of `item` */
    const struct listing_item *item;
    size_t n;
    bool cut; /* there are more than these */
};

/* Of a query: sort=name, size or date; order=desc.  The first of each counts,
 * and what is not known changes nothing. */
struct listing_order listing_order_of(struct span query);

/* As for qsort(): directories first, always by name; files of one size or date
 * by theirs (without case, then with it). */
typedef int listing_compare(const void *a, const void *b);
listing_compare *listing_compare_of(struct listing_order order);

/* Sorts n of them a bit at a time, as what takes long must not be done at once:
 * zero *s first, then call it until it says that all is sorted, which is then
 * in *item.  `spare` has room for as many. */
struct listing_sort {
    size_t width, at;
};
bool listing_sort_some(struct listing_sort *s, struct listing_item **item,
                       struct listing_item **spare, size_t n,
                       listing_compare *by);

/* What storage is enough for either form. */
size_t listing_bytes_max(const struct listing *l);

/* A whole document: no script, no foreign host, names escaped, links
 * percent-encoded. */
void listing_html(struct buf *b, const struct listing *l, enum language in);

/* One object: {"path", "cut", "entries": [{"name", "href", "type", "size",
 * "modified"}]}; RFC 8259. */
void listing_json(struct buf *b, const struct listing *l);

/* The same in parts, of which each has up to `most` items, from `at` on.  True:
 * that was the last one. */
bool listing_html_part(struct buf *b, const struct listing *l, enum language in,
                       size_t at, size_t most);
bool listing_json_part(struct buf *b, const struct listing *l, size_t at,
                       size_t most);

#endif
