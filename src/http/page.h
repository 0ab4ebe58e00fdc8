/* SPDX-License-Identifier: MIT
 *
 * page: small HTML bodies that etagd writes itself.
 * Layer: http (pure).
 */
#ifndef ETAGD_HTTP_PAGE_H
#define ETAGD_HTTP_PAGE_H

#include "base/buf.h"
#include "http/wording.h"

#define PAGE_BYTES_MAX 2048 /* of an error page */

/* How every such page begins: up to the status and its name. */
void page_begin(struct buf *b, enum language l, int status);

/* The body for an error status; `sentence` says what was wrong and is escaped.
 */
void page_error(struct buf *b, enum language l, int status,
                struct wording sentence);

/* The body of a redirect: one link, and no word that would need a language. */
void page_redirect(struct buf *b, int status, struct span location);

/* A text in which %1 is a number. */
void page_count(struct buf *b, const char *text, uint64_t n);

/* Text with & < > " ' as character references (for markup and attributes). */
void page_escape(struct buf *b, struct span text);

#endif
