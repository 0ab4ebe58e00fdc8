/* SPDX-License-Identifier: MIT
 *
 * refs_list: references as text, for those that hand them on.
 * Layer: http (pure).
 */
#include "http/refs.h"

void refs_list(struct buf *b, enum refs_language language, struct span text)
{
    struct refs refs = refs_of(language, span_to(text, REFS_SCAN_BYTES));
    struct ref ref;

    while (refs_next(&refs, &ref)) {
        char letter = ref_letter(ref.kind);
        if (b->cap - b->n < ref.url.n + 2)
            return;
        buf_char(b, ref.other ? (char)(letter - 'a' + 'A') : letter);
        buf_span_put(b, ref.url);
        buf_char(b, '\n');
    }
}
