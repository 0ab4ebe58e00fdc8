/* SPDX-License-Identifier: MIT
 *
 * fuzz_refs: any bytes as a page, and as the headers of a SYN.
 */
#include "http/refs.h"
#include "observe/syn.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct span all = span_of((const char *)data, n);
    struct refs refs = refs_of(all);
    size_t left = n;
    struct ref ref;
    struct syn syn;

    while (refs_next(&refs, &ref)) {
        PROPERTY(ref.url.n > 0 && ref.url.n <= REFS_URL_MAX);
        PROPERTY(ref.url.p >= all.p && ref.url.p + ref.url.n <= all.p + n);
        PROPERTY(refs.rest.n < left); /* it gets on */
        left = refs.rest.n;
        for (size_t i = 0; i < ref.url.n; i++)
            PROPERTY((unsigned char)ref.url.p[i] >= ' ');
    }
    PROPERTY(refs.rest.n == 0);
    if (syn_parse(all, &syn))
        PROPERTY(n >= 40 && (syn.family == 4 || syn.family == 6));
    return 0;
}
