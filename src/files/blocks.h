/* SPDX-License-Identifier: MIT
 *
 * blocks: prepares the response heads of an entry.
 * Layer: files.  Runs when facts about a file arrive, not per request.
 */
#ifndef ETAGD_FILES_BLOCKS_H
#define ETAGD_FILES_BLOCKS_H

#include <stdbool.h>

#include "base/buf.h"
#include "conf/rules.h"
#include "files/entry.h"

struct conf_site;
struct files;

#define BLOCK_BYTES_MAX 16384
/* what rules add to the head of a page, Vary's members and the language; a body
 * and a location have room beside it (refusal.c) */
#define BLOCK_RULES_MAX (POLICY_BYTES_MAX + 128)

/* What pages of our own vary by (RFC 9110 12.5.4). */
#define BLOCKS_VARY_TONGUE "Accept-Language"

/* Makes (or makes again) the heads of every available form of an ENTRY_FILE;
 * that of 304 is made when it is asked for.  False: no memory, or the
 * configured fields do not fit. */
bool blocks_file(const struct files *fs, struct entry *e);

/* Makes the head of 304 of a form whose tag is known, unless it is there. */
bool blocks_not_modified(const struct files *fs, struct entry *e,
                         enum coding c);

/* The head of a fixed answer: a page with `page_n` bytes of content. */
bool blocks_page(const struct files *fs, struct entry *e, const char *type,
                 size_t page_n);

/* A head that is made for one answer: a page, a listing, 204, 304 without a
 * file. */
struct blocks_head {
    int status;
    const char *type;    /* media type; NULL: no content */
    struct span fixed;   /* field lines that this answer must have */
    const char *caching; /* Cache-Control unless a rule has one; NULL: none */
    const char *vary;    /* a list; NULL: nothing of its own */
    const char *tongue;  /* language tag of a text that is there in others, too;
                            NULL: there is no such text */
};

/* Everything of h up to Content-Length, with the fields that the rules have for
 * fs->SITE and fs->PATH; the last [cache] rule's line, or 0. */
int blocks_head_put(const struct files *fs, struct buf *b,
                    const struct conf_site *site, struct span path,
                    const struct blocks_head *h);

/* What all answers for a representation of e vary by; NULL: nothing. */
const char *blocks_vary(const struct entry *e);

/* Do the rules let other origins read it?  (Fetch 3.2.2: a preflight is
 * answered then.) */
bool blocks_shared(const struct files *fs, const struct conf_site *site,
                   struct span path);

#endif
