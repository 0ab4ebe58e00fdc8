/* SPDX-License-Identifier: MIT
 *
 * accept: content codings and what the client takes (RFC 9110 12.5.3, 8.4.1).
 * Layer: http (pure).
 */
#ifndef ETAGD_HTTP_ACCEPT_H
#define ETAGD_HTTP_ACCEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "http/head.h"
#include "http/wording.h"

/* Order = the server's preference among equal weights, last one first. */
enum coding {
    CODING_IDENTITY,
    CODING_GZIP,
    CODING_ZSTD,
    CODING_BR,
    CODING_COUNT
};

struct coding_row {
    const char *name;   /* content-coding token; "identity" */
    const char *suffix; /* of a sidecar: ".gz"; "" for identity */
    const char *tag;    /* suffix within the entity tag: "-gz"; "" identity */
};

const struct coding_row *coding_row(enum coding c);

#define CODING_MARK_MAX 4

/* Do a file's first bytes (CODING_MARK_MAX of them, if it has so many) show
 * that it is in this coding?  Brotli has no such mark (RFC 7932): any bytes do.
 */
bool coding_shown(enum coding c, struct span head);

/* Weights in thousandths, 0 = refused; from every Accept-Encoding line.  A
 * malformed member is skipped.  Without the field: identity 1000, others 0
 * (nothing was said, so nothing is assumed).  "x-gzip" is gzip. */
struct accept_codings {
    uint16_t weight[CODING_COUNT];
    bool present; /* the field is there */
};
void accept_codings(struct accept_codings *out, const struct head *h);

/* Best of the `available` ones (bit per enum coding; identity is always set):
 * highest weight, ties by server preference; identity wins only when its weight
 * is higher than every other's, or nothing else is available or accepted.  When
 * even identity is refused and nothing else fits, *refused is true and the
 * result identity: etagd then sends identity (RFC 9110 12.5.3 lets the server
 * disregard the field), and `etagd explain` says so. */
enum coding accept_choose(const struct accept_codings *a, unsigned available,
                          bool *refused);

/* Weight of a media type ("text/html", "application/json") under the Accept
 * field, in thousandths; 1000 without the field (RFC 9110 12.5.1). */
uint16_t accept_media(const struct head *h, struct span type);

/* The language that a page of our own is sent in (RFC 9110 12.5.4, by the
 * look-up of RFC 4647 3.4): the range with the greatest weight that names one
 * of ours, with whatever subtags ("zh-TW" is served zh-CN, which its readers
 * can read, before English); of equal ones the first.  "*" stands for those
 * that nothing else names.  English where nothing fits: the field may be
 * disregarded. */
enum language accept_language(const struct head *h);

#endif
