/* SPDX-License-Identifier: MIT
 *
 * fuzz_mask: a target or a field's value, whatever it is like, behind which a
 * secret comes as a parameter of its own.
 */
#include "fuzz.h"

#include <string.h>

#include "http/mask.h"

#define WORDS SPAN("token key")
#define IN_MAX 2048

static const char secret[] = "s-e-c-r-e-t";

static struct span masked(struct span text, char *out, size_t cap)
{
    struct buf b = buf_over(out, cap);

    mask_text(&b, WORDS, text);
    PROPERTY(!b.overflow && b.n <= MASK_GROWTH * text.n);
    return buf_span(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const ways[] = { "&token=", ";a-key=", "#Key=",
                                        "?xtokenx=" };
    static char in[IN_MAX + 64], out[MASK_GROWTH * sizeof in];

    if (size > IN_MAX || memmem(data, size, secret, sizeof secret - 1))
        return 0;
    memcpy(in, data, size);
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct buf b = buf_over(in, sizeof in);
        b.n = size;
        buf_str(&b, ways[i]);
        buf_str(&b, secret);
        struct span shown = masked(buf_span(&b), out, sizeof out);
        PROPERTY(!memmem(shown.p, shown.n, secret, sizeof secret - 1));
    }
    return 0;
}
