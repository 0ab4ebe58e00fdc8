/* SPDX-License-Identifier: MIT
 *
 * blocks: prepares the response heads of an entry.
 * Layer: serve.  Runs when facts about a file arrive, not per request.
 */
#ifndef ETAGD_SERVE_BLOCKS_H
#define ETAGD_SERVE_BLOCKS_H

#include <stdbool.h>

#include "serve/entry.h"

struct conf_site;
struct worker;

#define BLOCK_BYTES_MAX 16384

/* Makes (or makes again) tags, source and both heads of every available form
 * of an ENTRY_FILE.  False: no memory, or the configured fields do not fit. */
bool blocks_file(struct worker *w, struct entry *e);

/* The head of a fixed answer: a page with `page_n` bytes of content. */
bool blocks_page(struct worker *w, struct entry *e, const char *type,
                 size_t page_n);

/* Brings Date and Expires up to the current second. */
void blocks_date(struct worker *w, const struct entry *e, struct block *b);

void blocks_free(struct block *b);

#endif
