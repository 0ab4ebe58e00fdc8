/* SPDX-License-Identifier: MIT
 *
 * wide: punctuation of another keyboard that looks like ASCII.
 * Layer: conf.  Pure.  A Chinese input method types full-width signs, a word
 * processor curly quotes and dashes; no parser takes them for what they mean.
 */
#ifndef ETAGD_CONF_WIDE_H
#define ETAGD_CONF_WIDE_H

#include <stdbool.h>

#include "base/buf.h"

struct wide {
    size_t at, n; /* bytes of it in the text */
    unsigned code;
    char plain; /* the ASCII character that is meant */
};

/* The first one in s at or behind `from`. */
bool wide_find(struct span s, size_t from, struct wide *out);

/* s with plain characters in place of wide ones. */
void wide_plain(struct span s, struct buf *out);

/* "the full-width "," (U+FF0C) where "," belongs" */
void wide_tell(struct span s, const struct wide *w, struct buf *out);

/* What is wrong with a line, a section's name or an override whose syntax holds
 * wide characters, and what was meant; false: nothing is. */
bool wide_line(struct span line, struct buf *why);
bool wide_name(struct span name, struct buf *why);

#endif
