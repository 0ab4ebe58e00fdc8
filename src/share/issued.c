/* SPDX-License-Identifier: MIT
 *
 * issued: the table behind issued.h.
 * Layer: share.  A row is found by its key in one set of WAYS rows; its words
 * are atomic one by one, and a check word made of all of them tells whether
 * they belong together.  Who writes a row claims it first; a worker that dies
 * over it costs one row.
 */
#include "share/issued.h"

#include <stdatomic.h>
#include <stddef.h>
#include <sys/random.h>

#include "base/check.h"
#include "base/hash.h"
#include "os/shm.h"

#define SETS 4096u /* power of 2 */
#define WAYS 8u
#define EMPTY 0u
#define CLAIMED 1u

struct row {
    _Atomic uint64_t check; /* EMPTY, CLAIMED, or of the next four */
    _Atomic uint64_t key, tag, bytes;
    _Atomic int64_t last_modified;
    _Atomic uint64_t noted;      /* number of the last issued_note() */
    _Atomic int64_t until, told; /* 0: never */
};

struct issued {
    uint64_t seed;
    _Atomic uint64_t notes;
    struct row row[SETS][WAYS];
};

size_t issued_bytes(void)
{
    return sizeof(struct issued);
}

struct issued *issued_new(void)
{
    struct issued *p = shm_new(sizeof *p);

    if (p)
        (void)!getrandom(&p->seed, sizeof p->seed, GRND_NONBLOCK);
    return p;
}

void issued_free(struct issued *p)
{
    shm_free(p, sizeof *p);
}

uint64_t issued_hash(const struct issued *p, struct span text)
{
    uint64_t h = hash_span(p->seed, text);

    return h > CLAIMED ? h : 2;
}

uint64_t issued_key(const struct issued *p, unsigned site, struct span path,
                    enum coding c, bool first)
{
    unsigned form = (unsigned)c + (first ? CODING_COUNT : 0);

    CHECK((unsigned)c < CODING_COUNT);
    return hash_mix(hash_mix(issued_hash(p, path), site + 1), form + 1);
}

static uint64_t check_of(uint64_t key, const struct issued_version *v)
{
    uint64_t h = hash_mix(hash_mix(hash_mix(key, v->tag), v->bytes),
                          (uint64_t)v->last_modified);

    return h > CLAIMED ? h : 2;
}

/* A whole row of this key; false: another's, empty, or being written. */
static bool read_row(const struct row *r, uint64_t key,
                     struct issued_version *v)
{
    uint64_t check = atomic_load_explicit(&r->check, memory_order_acquire);

    if (check <= CLAIMED ||
        atomic_load_explicit(&r->key, memory_order_relaxed) != key)
        return false;
    v->tag = atomic_load_explicit(&r->tag, memory_order_relaxed);
    v->bytes = atomic_load_explicit(&r->bytes, memory_order_relaxed);
    v->last_modified =
        atomic_load_explicit(&r->last_modified, memory_order_relaxed);
    return check_of(key, v) == check;
}

static const struct row *set_of(const struct issued *p, uint64_t key)
{
    return p->row[key & (SETS - 1)];
}

static struct row *set_to_write(struct issued *p, uint64_t key)
{
    return p->row[key & (SETS - 1)];
}

static void write_row(struct row *r, uint64_t key,
                      const struct issued_version *v, uint64_t number)
{
    uint64_t before = atomic_load(&r->check);

    CHECK(v->bytes != 0); /* that would be an empty row */
    if (before == CLAIMED ||
        !atomic_compare_exchange_strong(&r->check, &before, CLAIMED))
        return; /* somebody else's: theirs is as new */
    atomic_store(&r->key, key);
    atomic_store(&r->tag, v->tag);
    atomic_store(&r->bytes, v->bytes);
    atomic_store(&r->last_modified, v->last_modified);
    atomic_store(&r->noted, number);
    atomic_store(&r->until, 0);
    atomic_store(&r->told, 0);
    atomic_store_explicit(&r->check, check_of(key, v), memory_order_release);
}

void issued_note(struct issued *p, uint64_t key, const struct issued_version *v)
{
    struct row *set = set_to_write(p, key), *oldest = NULL;
    uint64_t number = atomic_fetch_add(&p->notes, 1) + 1;

    for (unsigned i = 0; i < WAYS; i++) {
        struct issued_version seen;
        struct row *r = &set[i];
        if (read_row(r, key, &seen) && seen.tag == v->tag &&
            seen.bytes == v->bytes && seen.last_modified == v->last_modified) {
            atomic_store(&r->noted, number);
            return;
        }
        if (atomic_load(&r->check) != CLAIMED &&
            (!oldest || atomic_load(&r->noted) < atomic_load(&oldest->noted)))
            oldest = r;
    }
    if (oldest)
        write_row(oldest, key, v, number);
}

/* Is a version known with other bytes, and with this tag or this date? */
static bool others(const struct issued *p, uint64_t key, uint64_t bytes,
                   const uint64_t *tag, const int64_t *date)
{
    struct issued_version v;

    for (unsigned i = 0; i < WAYS; i++) {
        if (read_row(&set_of(p, key)[i], key, &v) && v.bytes != bytes &&
            (!tag || v.tag == *tag) && (!date || v.last_modified == *date))
            return true;
    }
    return false;
}

bool issued_others(const struct issued *p, uint64_t key, uint64_t bytes)
{
    return others(p, key, bytes, NULL, NULL);
}

bool issued_tag_of_others(const struct issued *p, uint64_t key, uint64_t tag,
                          uint64_t bytes)
{
    return others(p, key, bytes, &tag, NULL);
}

bool issued_date_of_others(const struct issued *p, uint64_t key, int64_t date,
                           uint64_t bytes)
{
    return others(p, key, bytes, NULL, &date);
}

void issued_grant(struct issued *p, uint64_t key, uint64_t bytes, int64_t until)
{
    struct issued_version v;

    for (unsigned i = 0; i < WAYS; i++) {
        struct row *r = &set_to_write(p, key)[i];
        if (!read_row(r, key, &v) || v.bytes != bytes)
            continue;
        int64_t known = atomic_load(&r->until);
        while (known < until &&
               !atomic_compare_exchange_weak(&r->until, &known, until))
            ;
        return;
    }
}

int64_t issued_debt(const struct issued *p, uint64_t key, uint64_t bytes)
{
    int64_t latest = ISSUED_NEVER;
    struct issued_version v;

    for (unsigned i = 0; i < WAYS; i++) {
        const struct row *r = &set_of(p, key)[i];
        int64_t until = atomic_load(&r->until);
        if (read_row(r, key, &v) && v.bytes != bytes && until != 0 &&
            until > latest)
            latest = until;
    }
    return latest;
}

int64_t issued_debt_news(struct issued *p, uint64_t key, uint64_t bytes)
{
    int64_t latest = ISSUED_NEVER;
    struct issued_version v;

    for (unsigned i = 0; i < WAYS; i++) {
        struct row *r = &set_to_write(p, key)[i];
        if (!read_row(r, key, &v) || v.bytes == bytes)
            continue;
        int64_t until = atomic_load(&r->until);
        if (atomic_exchange(&r->told, until) != until && until > latest)
            latest = until;
    }
    return latest;
}

int64_t issued_debt_of(const struct issued *p, unsigned site, struct span path)
{
    uint64_t key = issued_key(p, site, path, CODING_IDENTITY, false),
             newest = 0;
    uint64_t bytes = 0;
    struct issued_version v;

    for (unsigned i = 0; i < WAYS; i++) {
        const struct row *r = &set_of(p, key)[i];
        uint64_t noted = atomic_load(&r->noted);
        if (read_row(r, key, &v) && noted > newest) {
            newest = noted;
            bytes = v.bytes;
        }
    }
    return newest ? issued_debt(p, key, bytes) : ISSUED_NEVER;
}
