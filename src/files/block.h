/* SPDX-License-Identifier: MIT
 *
 * block: a response head ready to send.
 * Layer: files.
 * The heads of files that one set of rules is for differ in a few values: the
 * tag, the file's date and its length.  So a head is kept once for all of
 * them, and has the values of the one that was sent last.
 */
#ifndef ETAGD_FILES_BLOCK_H
#define ETAGD_FILES_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* Where the parts of a head are.
 *   status line | Server, Date | Content-Type | fields  | Content-Length |
 *   0             common_at      type_at        fields_at length_at
 *   connection fields, empty line |
 *   connection_at                 bytes
 * And its values; 0: it has none of that kind, or one that stays. */
struct block_shape {
    uint16_t common_at, type_at, fields_at, length_at, connection_at, bytes;
    uint16_t date_at;             /* of DATE_BYTES */
    uint16_t expires_at;          /* the same: Expires by the clock */
    uint16_t expires_modified_at; /* the same: by the file's time */
    uint16_t modified_at;         /* the same: Last-Modified */
    uint16_t tag_at, tag_n;
    uint16_t digits_at, digits_n; /* of Content-Length */
};

struct block {
    struct block_shape shape;
    const void *filled; /* whose values it has (an address, never followed);
                           NULL: nobody's */
    int64_t second;     /* wall clock second that the dates are of */
    int64_t modified;   /* and Last-Modified */
    struct block *next; /* in its bucket */
    uint64_t hash;
    size_t refs;
    char text[]; /* shape.bytes; behind it as many, without values */
};

#define BLOCK_BUCKETS 256 /* of sets of rules, types and lengths of numbers */

struct block_table {
    struct block *bucket[BLOCK_BUCKETS];
    size_t n, bytes;
};

struct block_values {
    struct span tag;
    const char *date;                            /* DATE_BYTES */
    int64_t expires, expires_modified, modified; /* seconds */
    uint64_t length;
};

/* *at becomes the head of that shape and text, whose values don't matter and
 * are lost; what it was before is dropped.  by: whose head it is, with whose
 * values it may be filled: they may be others now.  NULL, and false: no memory.
 */
bool block_keep(struct block_table *t, struct block **at, const void *by,
                const struct block_shape *shape, char *text);

/* It may be NULL, and is afterwards. */
void block_drop(struct block_table *t, struct block **at, const void *by);

/* Puts values into it; all that it has a place for. */
void block_fill(struct block *b, const struct block_values *v);

/* Nobody keeps any. */
void block_table_end(const struct block_table *t);

#endif
