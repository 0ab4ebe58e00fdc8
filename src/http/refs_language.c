/* SPDX-License-Identifier: MIT
 *
 * refs_language: which scanner reads files of a media type.
 * Layer: http (pure).
 */
#include "http/refs.h"

bool refs_language_of(struct span type, enum refs_language *out)
{
    static const struct {
        struct span type;
        enum refs_language language;
    } rows[] = {
        { SPAN("text/html"), REFS_HTML },
        { SPAN("text/css"), REFS_CSS },
        { SPAN("text/javascript"), REFS_JS },
        { SPAN("application/javascript"), REFS_JS },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (span_starts(type, rows[i].type)) {
            *out = rows[i].language;
            return true;
        }
    }
    return false;
}
