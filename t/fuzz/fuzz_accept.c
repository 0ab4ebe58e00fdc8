/* SPDX-License-Identifier: MIT
 *
 * fuzz_accept: a byte of what is available, then lines that are each the value
 * of Accept-Encoding, Accept and Accept-Language.
 */
#include "fuzz.h"

#include <string.h>

#include "../unit/heads.h"
#include "http/accept.h"

static void choice_is_sound(const struct accept_codings *a, unsigned available)
{
    bool refused;
    enum coding c = accept_choose(a, available, &refused);

    PROPERTY(c == CODING_IDENTITY || ((available >> c) & 1));
    PROPERTY(refused == (a->weight[c] == 0));
    PROPERTY(!refused || c == CODING_IDENTITY);
    for (unsigned o = 0; o < CODING_COUNT; o++) {
        PROPERTY(a->weight[o] <= 1000);
        if (o == CODING_IDENTITY || ((available >> o) & 1))
            PROPERTY(a->weight[o] < a->weight[c] ||
                     (a->weight[o] == a->weight[c] && (o <= c || refused)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct head h;
    struct accept_codings a, with;
    struct span text;

    if (size < 1)
        return 0;
    memset(&h, 0, sizeof h);
    text = span_of((const char *)data + 1, size - 1);
    while (text.n && h.n_fields + 7 < HEAD_FIELDS_MAX) {
        size_t end = span_find(text, '\n');
        struct span line = span_to(text, end);
        heads_add_span(&h, SPAN("Accept-Encoding"), line);
        heads_add_span(&h, SPAN("Accept"), line);
        heads_add_span(&h, SPAN("Accept-Language"), line);
        text = span_from(text, end + 1);
    }
    accept_codings(&a, &h);
    PROPERTY(a.present == (h.n_fields > 0));
    choice_is_sound(&a, data[0]);
    PROPERTY(accept_media(&h, SPAN("text/html")) <= 1000);
    PROPERTY(accept_media(&h, SPAN("application/json")) <= 1000);
    PROPERTY(accept_language(&h) < LANGUAGE_COUNT);
    /* whatever came before, a refusal counts */
    heads_add(&h, "Accept-Encoding", "x-gzip;q=0, identity;q=0.000");
    accept_codings(&with, &h);
    PROPERTY(with.weight[CODING_GZIP] == 0);
    PROPERTY(with.weight[CODING_IDENTITY] == 0);
    choice_is_sound(&with, data[0]);
    heads_add(&h, "Accept-Language", "zh;q=0");
    PROPERTY(accept_language(&h) == LANGUAGE_EN);
    return 0;
}
