/* SPDX-License-Identifier: MIT
 *
 * words: a small table of counted runs of bytes.
 * Layer: base.
 * Heap: a run of bytes, when a file says something that none said before.
 */
#include "base/words.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/hash.h"
#include "base/list.h"

struct word_kept {
    struct word_kept *next;
    uint64_t hash;
    size_t refs, n;
    _Alignas(8) char bytes[]; /* n, and a NUL */
};

static struct word_kept **bucket(struct words *w, uint64_t hash)
{
    return &w->bucket[hash % WORDS_BUCKETS];
}

const void *words_keep(struct words *w, const void *p, size_t n)
{
    uint64_t hash = hash_span(HASH_KEY, span_of(p, n));
    struct word_kept **at = bucket(w, hash);

    for (struct word_kept *i = *at; i; i = i->next) {
        if (i->hash == hash && i->n == n && memcmp(i->bytes, p, n) == 0) {
            i->refs++;
            return i->bytes;
        }
    }
    struct word_kept *one = malloc(sizeof *one + n + 1);
    if (!one)
        return NULL;
    *one = (struct word_kept){ .next = *at, .hash = hash, .refs = 1, .n = n };
    memcpy(one->bytes, p, n);
    one->bytes[n] = '\0';
    *at = one;
    w->n++;
    return one->bytes;
}

void words_drop(struct words *w, const void *p)
{
    struct word_kept *one = LIST_ENTRY((uintptr_t)p, struct word_kept, bytes);
    struct word_kept **at = bucket(w, one->hash);

    CHECK(one->refs > 0);
    if (--one->refs > 0)
        return;
    while (*at != one) {
        CHECK(*at);
        at = &(*at)->next;
    }
    *at = one->next;
    free(one);
    w->n--;
}

void words_end(const struct words *w)
{
    CHECK(w->n == 0);
}
