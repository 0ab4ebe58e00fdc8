/* SPDX-License-Identifier: MIT
 *
 * refs: what a page makes a browser fetch: images, scripts, style sheets, ...
 * Layer: http (pure).  A scanner of tags, not a parser of HTML: comments, the
 * text of scripts and what is only there without scripting are passed over;
 * what a script or a style sheet adds is not seen.  Any bytes may be given to
 * it.
 */
#ifndef ETAGD_HTTP_REFS_H
#define ETAGD_HTTP_REFS_H

#include <stdbool.h>

#include "base/span.h"

#define REFS_URL_MAX 512 /* longer ones are passed over */

/* X(name, letter) */
#define REF_ROWS(X)                                                     \
    X(IMG, 'i')                                                         \
    X(LAZY, 'z') /* an image that is fetched when it comes into view */ \
    X(SCRIPT, 'j')                                                      \
    X(STYLE, 's')                                                       \
    X(ICON, 'c')                                                        \
    X(PRELOAD, 'p')                                                     \
    X(MANIFEST, 'm')                                                    \
    X(FRAME, 'f')                                                       \
    X(BASE, 'b') /* <base href>: what the others are relative to */

enum ref_kind {
#define X(name, letter) REF_##name,
    REF_ROWS(X)
#undef X
        REF_KINDS
};

struct ref {
    enum ref_kind kind;
    struct span url; /* as written, trimmed, no control characters */
};

struct refs {
    struct span rest;
};

static inline struct refs refs_of(struct span html)
{
    return (struct refs){ html };
}

/* The next reference; false at the end. */
bool refs_next(struct refs *r, struct ref *out);

char ref_letter(enum ref_kind kind);

#endif
