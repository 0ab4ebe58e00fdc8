/* SPDX-License-Identifier: MIT
 *
 * utf8: a validator that keeps its place between pieces.
 * Layer: prepare (pure).
 */
#include "prepare/utf8.h"

#include <string.h>

void utf8_start(struct utf8 *u)
{
    *u = (struct utf8){ false, 0, 0x80, 0xBF };
}

/* First byte of a sequence: the rows of the grammar in RFC 3629, section 4. */
static void lead(struct utf8 *u, uint8_t c)
{
    static const struct {
        uint8_t from, to, left, low, high;
    } rows[] = {
        { 0xC2, 0xDF, 1, 0x80, 0xBF }, { 0xE0, 0xE0, 2, 0xA0, 0xBF },
        { 0xE1, 0xEC, 2, 0x80, 0xBF }, { 0xED, 0xED, 2, 0x80, 0x9F },
        { 0xEE, 0xEF, 2, 0x80, 0xBF }, { 0xF0, 0xF0, 3, 0x90, 0xBF },
        { 0xF1, 0xF3, 3, 0x80, 0xBF }, { 0xF4, 0xF4, 3, 0x80, 0x8F },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (c >= rows[i].from && c <= rows[i].to) {
            u->left = rows[i].left;
            u->low = rows[i].low;
            u->high = rows[i].high;
            return;
        }
    }
    u->bad = true;
}

/* Bytes at the start of p that are ASCII, in steps of eight. */
static size_t ascii_run(const char *p, size_t n)
{
    size_t at = 0;
    uint64_t word;

    for (; n - at >= sizeof word; at += sizeof word) {
        memcpy(&word, p + at, sizeof word);
        if (word & UINT64_C(0x8080808080808080))
            break;
    }
    return at;
}

void utf8_add(struct utf8 *u, const char *p, size_t n)
{
    for (size_t at = 0; at < n && !u->bad; at++) {
        uint8_t c = (uint8_t)p[at];
        if (u->left > 0) {
            u->bad = c < u->low || c > u->high;
            u->left--;
            u->low = 0x80;
            u->high = 0xBF;
        } else if (c >= 0x80) {
            lead(u, c);
        } else {
            size_t run = ascii_run(p + at, n - at);
            at += run > 0 ? run - 1 : 0;
        }
    }
}
