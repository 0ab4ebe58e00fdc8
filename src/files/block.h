/* SPDX-License-Identifier: MIT
 *
 * block: a response head ready to send.
 * Layer: files.
 */
#ifndef ETAGD_FILES_BLOCK_H
#define ETAGD_FILES_BLOCK_H

#include <stdint.h>

/* A response head ready to send, and where the parts of it are that change.
 *   status line | Server, Date | Content-Type | fields  | Content-Length |
 *   0             common_at      type_at        fields_at length_at
 *   connection fields, empty line |
 *   connection_at                 bytes */
struct block {
    char *text; /* NULL: not made */
    uint16_t common_at, type_at, fields_at, length_at, connection_at, bytes;
    uint16_t date_at;    /* of DATE_BYTES */
    uint16_t expires_at; /* of DATE_BYTES; 0: no Expires, or a fixed one */
    int64_t second;      /* wall clock second that the dates are of */
};

/* Its text is freed. */
void block_free(struct block *b);

/* One with storage of its own, made unless it is there; NULL: no memory. */
struct block *block_make(struct block **at);

/* The same, or NULL, which it is afterwards. */
void block_drop(struct block **at);

#endif
