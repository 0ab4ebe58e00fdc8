/* SPDX-License-Identifier: MIT
 *
 * fuzz_refs: any bytes as a page, a style sheet, a script, and as
 * the headers of a SYN.
 */
#include "http/refs.h"
#include "observe/syn.h"

#include "fuzz.h"

static void look(enum refs_language language, struct span all)
{
    struct refs refs = refs_of(language, all);
    size_t n = 0;
    struct ref ref;

    while (refs_next(&refs, &ref)) {
        PROPERTY(ref.url.n > 0 && ref.url.n <= REFS_URL_MAX);
        PROPERTY(ref.url.p >= all.p && ref.url.p + ref.url.n <= all.p + all.n);
        PROPERTY(++n <= all.n); /* it gets on */
        PROPERTY(ref.kind < REF_KINDS && ref_letter(ref.kind) >= 'a');
        PROPERTY(!ref.other || n > 1);
        for (size_t i = 0; i < ref.url.n; i++)
            PROPERTY((unsigned char)ref.url.p[i] >= ' ');
    }
    PROPERTY(refs.rest.n == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct span all = span_of((const char *)data, n);
    struct syn syn;

    look(REFS_HTML, all);
    look(REFS_CSS, all);
    look(REFS_JS, all);
    if (syn_parse(all, &syn))
        PROPERTY(n >= 40 && (syn.family == 4 || syn.family == 6));
    return 0;
}
