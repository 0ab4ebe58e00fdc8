/* SPDX-License-Identifier: MIT
 *
 * media: settles a file's media type from its name and libmagic's answer.
 * Layer: http (pure): libmagic itself is asked by the preparer.
 */
#ifndef ETAGD_HTTP_MEDIA_H
#define ETAGD_HTTP_MEDIA_H

#include <stdbool.h>

#include "base/span.h"

#define MEDIA_TYPE_MAX 96 /* bytes of the settled value, with parameter */

enum media_family {
    MEDIA_TEXT, /* text/ and text-like application/ types */
    MEDIA_IMAGE,
    MEDIA_AUDIO,
    MEDIA_VIDEO,
    MEDIA_FONT,
    MEDIA_APPLICATION, /* other binary */
    MEDIA_UNKNOWN
};

/* One row per extension, types with their WHATWG / IANA names. */
struct media_row {
    const char *ext;  /* lower case, without dot */
    const char *type; /* "text/javascript" */
    enum media_family family;
    bool utf8; /* text: gets charset=utf-8 when its bytes are UTF-8 */
    bool compressible;
};

/* Row of a file name's extension (last dot, without case); NULL: unknown. */
const struct media_row *media_row(struct span file_name);

/* The type that a path's name says; "nothing". */
const char *media_said(struct span path);

/* Which of the two decided, for `etagd mime` and the log. */
enum media_source {
    MEDIA_BY_NAME,    /* known extension, content agrees or has no say */
    MEDIA_BY_CONTENT, /* libmagic: other kind of one binary family, or no
                         known extension and an allowed answer */
    MEDIA_BY_DEFAULT  /* neither: text/plain or application/octet-stream */
};

struct media {
    char type[MEDIA_TYPE_MAX]; /* NUL-terminated field value */
    enum media_source source;
    bool disagrees; /* content names another type: worth a log line */
    bool compressible;
    const char *reason; /* static text */
};

/* What is known of a file's bytes. */
enum media_bytes {
    MEDIA_BYTES_OTHER, /* not looked at, or neither of these */
    MEDIA_BYTES_TEXT,  /* UTF-8 as far as was looked; or ASCII with escapes,
                          which other charsets are, too (ISO-2022-JP) */
    MEDIA_BYTES_UTF8,  /* all of them */
    MEDIA_BYTES_UTF16  /* with its mark */
};

/* The name of what is inside a file whose own bytes are coded: without ".gz",
 * ".br" or ".zst"; "a.svg" of "a.svgz"; any other as it is. */
struct span media_inner(struct span file_name);

/* Whether the name alone decides, so that libmagic need not be asked: a text
 * type's name, and bytes that are UTF-8 and text from the start (head: at least
 * the first 1 KiB, or all).  media_settle() says the same of them whatever
 * libmagic answers; only whether it disagrees is not known then. */
bool media_by_name_alone(const struct media_row *row, struct span head,
                         enum media_bytes bytes);

/* Whether the content begins as a file of its name's type does, so that
 * libmagic need not be asked: its answer would be that type.  Only of some
 * formats that are everywhere and have a mark that nothing else has. */
bool media_by_mark(const struct media_row *row, struct span head);

/* file_name: last component.  magic: libmagic's MIME type ("text/troff"), empty
 * when it had none.  charset: libmagic's charset ("us-ascii", "utf-8",
 * "binary",
 * ...), empty: unknown; it tells text from bytes, and never goes out.  A type
 * found by content is never more active (html, svg, xml, script) than the name
 * says. */
void media_settle(struct media *out, struct span file_name, struct span magic,
                  struct span charset, enum media_bytes bytes);

#endif
