/* SPDX-License-Identifier: MIT
 *
 * magic: libmagic, asked about the first bytes of a file.
 * Layer: prepare.  Owns one cookie.  magic_start() runs before the process
 * is confined, and maps its tables: it never wants a file again.  The first
 * question takes some milliseconds more and most of libmagic's memory; where
 * names decide it is never asked.
 */
#ifndef ETAGD_PREPARE_MAGIC_H
#define ETAGD_PREPARE_MAGIC_H

#include <stdbool.h>
#include <stddef.h>

#include "http/media.h"

#define MAGIC_HEAD_BYTES \
    (64 * 1024) /* as many as libmagic's charset looks at */

struct magic_answer {
    char type[MEDIA_TYPE_MAX];    /* "text/troff"; empty: none */
    char charset[MEDIA_TYPE_MAX]; /* "us-ascii"; empty: none */
};

/* False (and a line in the log) when there is no database: then every answer is
 * empty and names decide. */
bool magic_start(void);
void magic_stop(void);

/* Nobody has asked for a while: what the tables take of memory is let go of,
 * and comes back at the next question. */
void magic_rest(void);

void magic_ask(struct magic_answer *out, const void *p, size_t n);

#endif
