/* SPDX-License-Identifier: MIT
 *
 * json: the one writer of JSON (RFC 8259): strings, keys, commas, numbers.
 * Layer: http (pure).  Everything that etagd says as JSON is said by it: log,
 * listings, `check`, `--status`, the observer.  The result is ASCII, whatever
 * went in, so that neither a terminal nor a reader of lines can be fooled.
 */
#ifndef ETAGD_HTTP_JSON_H
#define ETAGD_HTTP_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

#define JSON_BYTE_MAX 6 /* that one byte of a string may take */

/* With its quotes.  UTF-8 becomes \uXXXX; a byte that belongs to no UTF-8 is
 * taken for Latin-1, as old clients and old file names mean it. */
void json_string(struct buf *b, struct span s);

/* The same without them: what is between. */
void json_escape(struct buf *b, struct span s);

/* A comma, unless it is the first thing behind a bracket or a line's end, or
 * the first of all. */
static inline void json_comma(struct buf *b)
{
    char last = b->n ? b->p[b->n - 1] : '[';

    if (last != '{' && last != '[' && last != '\n')
        buf_char(b, ',');
}

/* "name": of an object that is open, its comma before it.  JSON_KEY: name is a
 * literal with nothing to escape. */
#define JSON_KEY(b, name)              \
    do {                               \
        json_comma(b);                 \
        BUF_LIT((b), "\"" name "\":"); \
    } while (0)

void json_key(struct buf *b, const char *name);

void json_put_u64(struct buf *b, const char *name, uint64_t v);
void json_put_i64(struct buf *b, const char *name, int64_t v);
void json_put_bool(struct buf *b, const char *name, bool v);
void json_put(struct buf *b, const char *name,
              struct span s); /* p NULL: null */
void json_put_str(struct buf *b, const char *name, const char *s);

#endif
