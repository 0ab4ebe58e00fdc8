/* SPDX-License-Identifier: MIT
 *
 * num: digits to numbers with overflow checks.
 * Layer: base.  Pure.
 */
#include "base/num.h"

#include "base/chars.h"

bool num_u64(struct span s, uint64_t *out)
{
    uint64_t v = 0;

    if (s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (!chars_is(s.p[i], CHAR_DIGIT))
            return false;
        if (__builtin_mul_overflow(v, (uint64_t)10, &v) ||
            __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
            return false;
    }
    *out = v;
    return true;
}

bool num_hex(struct span s, uint64_t *out)
{
    uint64_t v = 0;

    if (s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        int digit = chars_hex(s.p[i]);
        if (digit < 0 || v > (UINT64_MAX >> 4))
            return false;
        v = (v << 4) | (uint64_t)digit;
    }
    *out = v;
    return true;
}
