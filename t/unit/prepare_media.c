/* SPDX-License-Identifier: MIT
 *
 * A stand-in for http/media.c, with the few rows that these tests need.
 */
#include <stdio.h>
#include <string.h>

#include "http/media.h"

const struct media_row *media_row(struct span file_name)
{
    static const struct media_row rows[] = {
        { "css", "text/css", MEDIA_TEXT, true, true },
        { "html", "text/html", MEDIA_TEXT, true, true },
        { "txt", "text/plain", MEDIA_TEXT, true, true },
        { "png", "image/png", MEDIA_IMAGE, false, false },
        { "jpg", "image/jpeg", MEDIA_IMAGE, false, false },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t n = strlen(rows[i].ext);
        if (file_name.n > n + 1 && file_name.p[file_name.n - n - 1] == '.' &&
            memcmp(file_name.p + file_name.n - n, rows[i].ext, n) == 0)
            return &rows[i];
    }
    return NULL;
}

void media_settle(struct media *out, struct span file_name, struct span magic,
                  struct span charset, bool utf8_valid)
{
    const struct media_row *row = media_row(file_name);
    bool by_content = span_eq(span_to(magic, 6), SPAN("image/"));
    const char *type = row ? row->type : "application/octet-stream";
    int n = by_content ? (int)magic.n : (int)strlen(type);

    (void)charset;
    memset(out, 0, sizeof *out);
    snprintf(out->type, sizeof out->type, "%.*s%s", n,
             by_content ? magic.p : type,
             row && row->utf8 && utf8_valid ? "; charset=utf-8" : "");
    out->compressible = row && row->compressible;
    out->disagrees = by_content && row && strcmp(row->type, out->type) != 0;
}
