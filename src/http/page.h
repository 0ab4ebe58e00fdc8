/* SPDX-License-Identifier: MIT
 *
 * page: small HTML bodies that etagd writes itself.
 * Layer: http (pure).
 */
#ifndef ETAGD_HTTP_PAGE_H
#define ETAGD_HTTP_PAGE_H

#include "base/buf.h"

#define PAGE_BYTES_MAX 2048 /* of an error page */

/* How every such page begins: up to the status and its phrase. */
void page_begin(struct buf *b, int status);

/* The body for an error status; `sentence` (may be "") says what was wrong in
 * plain ASCII and is escaped all the same. */
void page_error(struct buf *b, int status, const char *sentence);

/* The body of a redirect: one link. */
void page_redirect(struct buf *b, int status, struct span location);

/* Text with & < > " ' as character references (for markup and attributes). */
void page_escape(struct buf *b, struct span text);

#endif
