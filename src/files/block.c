/* SPDX-License-Identifier: MIT
 *
 * block: a small table of counted heads.
 * Layer: files.
 * Heap: a head, when no other file has one like it.
 */
#include "files/block.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/check.h"
#include "base/hash.h"
#include "http/date.h"

static size_t bytes_of(const struct block_shape *s)
{
    return sizeof(struct block) + 2 * (size_t)s->bytes;
}

static void blank(char *text, uint16_t at, size_t n)
{
    if (at)
        memset(text + at, ' ', n);
}

static void blank_values(const struct block_shape *s, char *text)
{
    blank(text, s->date_at, DATE_BYTES);
    blank(text, s->expires_at, DATE_BYTES);
    blank(text, s->expires_modified_at, DATE_BYTES);
    blank(text, s->modified_at, DATE_BYTES);
    blank(text, s->tag_at, s->tag_n);
    blank(text, s->digits_at, s->digits_n);
}

static struct block *find(struct block *chain, uint64_t hash,
                          const struct block_shape *shape, const char *text)
{
    for (struct block *b = chain; b; b = b->next) {
        if (b->hash == hash && memcmp(&b->shape, shape, sizeof *shape) == 0 &&
            memcmp(b->text + shape->bytes, text, shape->bytes) == 0)
            return b;
    }
    return NULL;
}

bool block_keep(struct block_table *t, struct block **at, const void *by,
                const struct block_shape *shape, char *text)
{
    size_t n = shape->bytes;

    blank_values(shape, text);
    uint64_t hash = hash_span(HASH_KEY, span_of(text, n));
    struct block **chain = &t->bucket[hash % BLOCK_BUCKETS];
    struct block *b = find(*chain, hash, shape, text);
    if (!b) {
        b = malloc(bytes_of(shape));
        if (b) {
            *b = (struct block){ .shape = *shape,
                                 .modified = INT64_MIN,
                                 .hash = hash,
                                 .next = *chain };
            memcpy(b->text, text, n);
            memcpy(b->text + n, text, n);
            *chain = b;
            t->n++;
            t->bytes += bytes_of(shape);
        }
    }
    if (b)
        b->refs++;
    block_drop(t, at, by);
    *at = b;
    return b != NULL;
}

void block_drop(struct block_table *t, struct block **at, const void *by)
{
    struct block *b = *at;

    *at = NULL;
    if (!b)
        return;
    if (b->filled == by)
        b->filled = NULL;
    CHECK(b->refs > 0);
    if (--b->refs > 0)
        return;
    struct block **chain = &t->bucket[b->hash % BLOCK_BUCKETS];
    while (*chain != b) {
        CHECK(*chain);
        chain = &(*chain)->next;
    }
    *chain = b->next;
    CHECK(t->n > 0 && t->bytes >= bytes_of(&b->shape));
    t->n--;
    t->bytes -= bytes_of(&b->shape);
    free(b);
}

static void put_date(struct block *b, uint16_t at, int64_t second)
{
    if (at)
        date_format(b->text + at, second);
}

void block_fill(struct block *b, const struct block_values *v)
{
    const struct block_shape *s = &b->shape;
    uint64_t rest = v->length;

    CHECK(v->tag.n == s->tag_n);
    if (s->tag_n)
        memcpy(b->text + s->tag_at, v->tag.p, s->tag_n);
    for (size_t i = s->digits_n; i-- > 0; rest /= 10)
        b->text[s->digits_at + i] = (char)('0' + rest % 10);
    CHECK(!s->digits_n || rest == 0);
    memcpy(b->text + s->date_at, v->date, DATE_BYTES);
    put_date(b, s->expires_at, v->expires);
    put_date(b, s->expires_modified_at, v->expires_modified);
    if (b->modified != v->modified)
        put_date(b, s->modified_at, v->modified);
    b->modified = v->modified;
}

void block_table_end(const struct block_table *t)
{
    CHECK(t->n == 0 && t->bytes == 0);
}
