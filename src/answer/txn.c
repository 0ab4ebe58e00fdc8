/* SPDX-License-Identifier: MIT
 *
 * txn: the pool of transactions and the queue of bytes to send.
 * Layer: answer.  Allocates at start-up only; the pool is address space that
 * costs memory where it is touched.
 * Heap: at the start.
 */
#include "answer/txn.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/check.h"
#include "http/utf8.h"
#include "os/shm.h"

#define WARM_MIN 16 /* transactions that keep their memory in any case */

bool txn_pool_init(struct txn_pool *pool, size_t count, size_t in_cap)
{
    /* an odd number of cache lines apart, so that heads share no cache sets */
    size_t stride = (sizeof(struct txn) + in_cap + 4095) / 4096 * 4096;

    pool->stride = stride;
    pool->count = count;
    pool->bytes = stride * count;
    pool->memory = shm_reserve(pool->bytes);
    pool->free = calloc(count, sizeof pool->free[0]);
    if (!pool->memory || !pool->free)
        return false;
    pool->n_free = pool->warm = pool->low = pool->clean = count;
    return true;
}

/* All is zero: it was never used, or its memory was given back. */
static void begin(struct txn *t, size_t in_cap)
{
    t->in_cap = in_cap;
    list_init(&t->waiter);
    t->out = buf_over(t->out_bytes, sizeof t->out_bytes);
    t->text = buf_over(t->text_bytes, sizeof t->text_bytes);
}

struct txn *txn_borrow(struct txn_pool *pool)
{
    if (pool->n_free == 0)
        return NULL;
    size_t at = --pool->n_free;
    if (at < pool->low)
        pool->low = at;
    /* a place that was never given back holds the next of those never used */
    if (at < pool->warm) {
        pool->warm = at;
        pool->free[at] =
            (struct txn *)(void *)(pool->memory +
                                   pool->stride * (pool->count - 1 - at));
    }
    struct txn *t = pool->free[at];

    CHECK(!txn_is(t));
    pool->free[at] = NULL; /* the borrower's now */
    t->magic = TXN_MAGIC;
    t->in_n = 0;
    t->body_active = t->body_done = false;
    txn_credentials_done(t);
    if (!t->out.p)
        begin(t, pool->stride - sizeof *t);
    return t;
}

void txn_return(struct txn_pool *pool, struct txn *t)
{
    CHECK(txn_is(t));
    CHECK(list_empty(&t->waiter) && !t->ferry);
    /* reset: the next one finds it so */
    CHECK(t->record_n == 0 && t->piece_n == 0 && t->out.n == 0);
    CHECK(pool->n_free < pool->count);
    t->magic = 0;
    t->conn = NULL;
    pool->free[pool->n_free++] = t;
}

void txn_pool_rest(struct txn_pool *pool)
{
    size_t spare = pool->count < WARM_MIN ? 0 : pool->count - WARM_MIN;

    if (pool->clean > pool->low)
        pool->clean = pool->low;
    if (spare > pool->low)
        spare = pool->low;
    for (; pool->clean < spare; pool->clean++) {
        CHECK(!txn_is(pool->free[pool->clean]));
        (void)madvise(pool->free[pool->clean], pool->stride, MADV_DONTNEED);
    }
    pool->low = pool->n_free;
}

void txn_piece_out(struct txn *t, size_t from)
{
    size_t n = t->out.n - from;
    char *p = t->out.p + from;

    CHECK(!t->out.overflow);
    if (n == 0)
        return;
    if (t->piece_n > t->piece_at) {
        struct piece *last = &t->piece[t->piece_n - 1];
        if (last->p && last->p + last->bytes == p) {
            last->bytes += n;
            t->queued += n;
            return;
        }
    }
    txn_piece_memory(t, p, n);
}

static void add_piece(struct txn *t, struct piece p)
{
    CHECK(t->piece_n < TXN_PIECES_MAX);
    if (p.bytes == 0)
        return;
    t->piece[t->piece_n++] = p;
    t->queued += p.bytes;
}

void txn_piece_memory(struct txn *t, const char *p, uint64_t bytes)
{
    add_piece(t, (struct piece){ p, -1, 0, bytes });
}

void txn_piece_file(struct txn *t, int fd, uint64_t offset, uint64_t bytes)
{
    CHECK(fd >= 0);
    add_piece(t, (struct piece){ NULL, fd, offset, bytes });
}

void txn_piece_sealed(struct txn *t, const char *p, int fd, uint64_t offset,
                      uint64_t bytes)
{
    CHECK(p && fd >= 0);
    add_piece(t, (struct piece){ p, fd, offset, bytes });
}

void txn_reset_out(struct txn *t)
{
    CHECK(t->record_at == t->record_n); /* each has told its end */
    t->out.n = 0;
    t->out.overflow = false;
    t->sent = t->queued = t->doubt_us = 0;
    t->piece_n = t->piece_at = 0;
    t->record_n = t->record_at = 0;
    t->paced = t->is_long = false;
    t->text.n = t->text_need = 0;
    t->text.overflow = false;
}

void txn_input_keep(struct txn *t, struct span head, struct span rest)
{
    CHECK(txn_is(t));
    CHECK(head.n + rest.n <= t->in_cap);
    txn_keep_texts(t);
    if (head.n && head.p != t->in_bytes)
        memmove(t->in_bytes, head.p, head.n);
    if (rest.n && rest.p != t->in_bytes + head.n)
        memmove(t->in_bytes + head.n, rest.p, rest.n);
    t->in_n = head.n + rest.n;
}

void txn_input_add(struct txn *t, struct span more)
{
    txn_input_keep(t, txn_input(t), more);
}

static void keep(struct txn *t, struct span *s, size_t most)
{
    bool kept = s->p >= t->text_bytes && s->p < t->text_bytes + t->text.n;

    if (!s->p || kept)
        return;
    struct span cut = utf8_cut(*s, most);
    char *at = t->text.p + t->text.n;
    buf_span_put(&t->text, cut);
    CHECK(!t->text.overflow);
    *s = span_of(at, cut.n);
}

void txn_keep_texts(struct txn *t)
{
    for (unsigned i = t->record_at; i < t->record_n; i++) {
        struct logline *l = &t->record[i].line;
        keep(t, &l->method, LOGLINE_TARGET_MAX);
        keep(t, &l->target, LOGLINE_TARGET_MAX);
        keep(t, &l->host, LOGLINE_TARGET_MAX);
        keep(t, &l->referer, LOGLINE_TARGET_MAX);
        keep(t, &l->user_agent, LOGLINE_TARGET_MAX);
        keep(t, &l->request_id, LOGLINE_ID_MAX);
        keep(t, &l->traceparent, LOGLINE_ID_MAX);
        keep(t, &t->record[i].head, TXN_HEAD_MAX);
    }
    t->text_need = 0;
}

void txn_pool_free(struct txn_pool *pool)
{
    CHECK(!pool->free || pool->n_free == pool->count); /* all are back */
    if (pool->memory)
        shm_free(pool->memory, pool->bytes);
    free(pool->free);
}
