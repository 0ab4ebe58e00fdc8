/* SPDX-License-Identifier: MIT
 *
 * fuzz_date: 8 bytes of a time, then a text.  What is written is read back; a
 * text that is read and written again names the same second.
 */
#include "fuzz.h"

#include <string.h>

#include "http/date.h"

#define T_MIN (-62167219200)
#define T_MAX 253402300799

static void written_is_read(int64_t t)
{
    char out[DATE_BYTES];
    int64_t back, clamped = t < T_MIN ? T_MIN : t > T_MAX ? T_MAX : t;

    date_format(out, t);
    PROPERTY(date_parse(span_of(out, DATE_BYTES), 0, &back));
    PROPERTY(back == clamped);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t now, t;
    struct span text;

    if (size < sizeof now)
        return 0;
    memcpy(&now, data, sizeof now);
    written_is_read(now);
    written_is_read(now % T_MAX);
    text = span_of((const char *)data + sizeof now, size - sizeof now);
    if (!date_parse(text, now, &t))
        return 0;
    PROPERTY(t >= T_MIN && t <= T_MAX);
    written_is_read(t);
    /* a full year does not depend on now; nor is a date ever more than half a
     * century ahead because of its short year */
    int64_t other;
    bool again = date_parse(text, now % 86400, &other);
    if (memchr(text.p, '-', text.n))
        PROPERTY(now > T_MAX || now < T_MIN ||
                 t - now <= (int64_t)51 * 366 * 86400);
    else
        PROPERTY(again && other == t);
    return 0;
}
