/* SPDX-License-Identifier: MIT
 *
 * fuzz_media: a byte (two bits: what is known of the bytes), then three lines:
 * file name, libmagic's type, its charset.
 */
#include "fuzz.h"

#include <string.h>

#include "base/chars.h"
#include "http/media.h"

static struct span take_line(struct span *text)
{
    size_t end = span_find(*text, '\n');
    struct span line = span_to(*text, end);

    *text = span_from(*text, end + 1);
    return line;
}

static struct span take_token(struct span *text)
{
    size_t n = 0;
    struct span token;

    while (n < text->n && chars_is(text->p[n], CHAR_TOKEN))
        n++;
    PROPERTY(n > 0);
    token = span_to(*text, n);
    *text = span_from(*text, n);
    return token;
}

static bool active(struct span essence)
{
    return span_eq(essence, SPAN("text/html")) ||
           span_ends(essence, SPAN("xml")) ||
           span_ends(essence, SPAN("script")) ||
           span_ends(essence, SPAN("flash"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct span parameter = SPAN("; charset=");
    const struct media_row *row;
    struct span text, name, magic, charset, rest, essence, major;
    struct media m;

    if (size < 1)
        return 0;
    text = span_of((const char *)data + 1, size - 1);
    name = take_line(&text);
    magic = take_line(&text);
    charset = take_line(&text);
    row = media_row(name);
    memset(&m, 0xaa, sizeof m);
    media_settle(&m, name, magic, charset, data[0] & 3);

    /* type/subtype, perhaps one parameter, nothing else */
    PROPERTY(memchr(m.type, '\0', sizeof m.type));
    rest = span_str(m.type);
    major = take_token(&rest);
    PROPERTY(rest.n && rest.p[0] == '/');
    rest = span_from(rest, 1);
    take_token(&rest);
    essence = span_of(m.type, (size_t)(rest.p - m.type));
    if (rest.n) {
        PROPERTY(span_starts(rest, parameter));
        rest = span_from(rest, parameter.n);
        take_token(&rest);
        PROPERTY(rest.n == 0);
        PROPERTY(!span_eq(major, SPAN("audio")) &&
                 !span_eq(major, SPAN("video")) &&
                 !span_eq(major, SPAN("font")));
    }
    /* never more active than the name; a page or script is one by its name */
    if (active(essence))
        PROPERTY(row && span_eq(essence, span_str(row->type)));
    PROPERTY(m.source != MEDIA_BY_NAME || row);
    PROPERTY(m.source != MEDIA_BY_DEFAULT || !row);
    if (row && row->family == MEDIA_TEXT)
        PROPERTY(span_eq(essence, span_str(row->type)));
    PROPERTY(m.reason && *m.reason);
    return 0;
}
