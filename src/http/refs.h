/* SPDX-License-Identifier: MIT
 *
 * refs: what a page, a style sheet or a script makes a browser fetch.
 * Layer: http (pure).  Scanners of tags and tokens, not parsers: comments, the
 * text of templates and what is only there without scripting are passed over;
 * what a script puts together at run time is not seen, nor names that an import
 * map would resolve.  Any bytes may be given to it.
 */
#ifndef ETAGD_HTTP_REFS_H
#define ETAGD_HTTP_REFS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

#define REFS_URL_MAX 512 /* longer ones are passed over */

/* X(name, letter) */
#define REF_ROWS(X)                                                       \
    X(IMG, 'i')                                                           \
    X(LAZY, 'z')   /* an image that is fetched when it comes into view */ \
    X(SCRIPT, 'j') /* also what a module imports */                       \
    X(STYLE, 's')  /* also @import */                                     \
    X(ICON, 'c')                                                          \
    X(PRELOAD, 'p')                                                       \
    X(MANIFEST, 'm')                                                      \
    X(FRAME, 'f')                                                         \
    X(MEDIA, 'v')   /* video, audio, track */                             \
    X(RULE, 'u')    /* url() in a style: fetched if the rule applies */   \
    X(FONT, 'n')    /* of @font-face: fetched if text is set in it */     \
    X(DYNAMIC, 'd') /* import(): fetched if the script gets there */      \
    X(BASE, 'b')    /* <base href>: what the others are relative to */

enum ref_kind {
#define X(name, letter) REF_##name,
    REF_ROWS(X)
#undef X
        REF_KINDS
};

struct ref {
    enum ref_kind kind;
    bool other;      /* than the one before: a browser takes one of such */
    struct span url; /* as written, trimmed, no control characters */
};

enum refs_language { REFS_HTML, REFS_CSS, REFS_JS };

struct refs_css {
    uint8_t at;         /* which @rule we are in */
    bool font;          /* in @font-face */
    bool begun;         /* a candidate of this list has been given */
    uint16_t depth;     /* of parentheses */
    uint16_t set_depth; /* of the image-set() that we are in; 0: none */
};

#define REFS_NEST 16 /* of template literals in one another */

struct refs_js {
    bool value;                /* what is before a '/' can be divided */
    bool dot;                  /* the next name is a property */
    unsigned nest;             /* we are in that many "${" */
    uint32_t braces;           /* open since the last of them */
    uint32_t outer[REFS_NEST]; /* open before each */
};

/* A text of its own within a tag, or all there is. */
struct refs_part {
    enum refs_mode {
        REFS_PART_URL,
        REFS_PART_SRCSET,
        REFS_PART_CSS,
        REFS_PART_JS
    } mode;
    enum ref_kind kind;
    bool in_set; /* one of the candidates that are being gathered */
    struct span text;
    union {
        struct refs_css css;
        struct refs_js js;
    };
};

#define REFS_PARTS 4 /* of one tag */

struct refs {
    struct span rest; /* HTML that is yet to be scanned */
    enum { REFS_SET_NONE, REFS_SET_PICTURE, REFS_SET_MEDIA } set;
    bool begun; /* a candidate of the set has been given */
    unsigned part_at, part_n;
    struct refs_part part[REFS_PARTS];
};

struct refs refs_of(enum refs_language language, struct span text);

/* The language of a media type's files; false: they refer to nothing. */
bool refs_language_of(struct span type, enum refs_language *out);

/* The next reference; false at the end. */
bool refs_next(struct refs *r, struct ref *out);

char ref_letter(enum ref_kind kind);

/* Bytes of a file that are looked at, and of the list that is made of them. */
#define REFS_SCAN_BYTES (64u << 10)
#define REFS_LIST_MAX (16u << 10)

/* A line each, "i/logo.png\n": the kind's letter and the URL; in capitals:
 * another candidate of the one before.  Stops at the first line that finds no
 * room in b. */
void refs_list(struct buf *b, enum refs_language language, struct span text);

#endif
