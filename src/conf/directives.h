/* SPDX-License-Identifier: MIT
 *
 * directives: the value of Cache-Control, word by word.
 * Layer: conf.  Pure; no heap.  Knows the response directives of RFC 9111
 * 5.2.2, RFC 5861 and RFC 8246.  A value that caches would read otherwise than
 * it is meant is wrong; one that they can read, but that makes no sense, or
 * that may be an extension (RFC 9111 5.2.3), is in doubt.
 */
#ifndef ETAGD_CONF_DIRECTIVES_H
#define ETAGD_CONF_DIRECTIVES_H

#include <stdbool.h>

#include "base/buf.h"

enum directive_kind {
    DIRECTIVE_WRONG,
    DIRECTIVE_UNKNOWN,  /* in doubt: an extension? */
    DIRECTIVE_LARGE,    /* in doubt: more seconds than caches count */
    DIRECTIVE_COMPETING /* in doubt: one makes another void */
};

#define DIRECTIVE_TEXT_MAX 360
#define DIRECTIVES_MAX 8 /* findings of one value; more are not told */

struct directive_finding {
    enum directive_kind kind;
    char text[DIRECTIVE_TEXT_MAX]; /* "\"x\" is ...; did you mean ...?" */
};

struct directives {
    struct directive_finding found[DIRECTIVES_MAX];
    size_t n;
};

void directives_check(struct span value, struct directives *out);

/* ---- what the check and the reader of wrong values share ---- */

enum directive_argument {
    DIRECTIVE_BARE,    /* no-store */
    DIRECTIVE_SECONDS, /* max-age=60 */
    DIRECTIVE_FIELDS   /* no-cache, no-cache="Set-Cookie" */
};

struct directive_row {
    const char *name;
    enum directive_argument argument;
    bool old; /* obsolete extension: right, but not suggested */
};

/* NULL: no directive of responses. */
const struct directive_row *directive_find(struct span name);

/* directive_read.c: what a person meant by a text, written as it should be.
 * True if every word of it is, or is close to, a directive. */
bool directive_read(struct span text, struct buf *out);

extern const struct directive_row directive_rows[];
extern const size_t directive_rows_n;

#endif
