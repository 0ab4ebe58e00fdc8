/* SPDX-License-Identifier: MIT
 *
 * issued: the table behind issued.h.
 * Layer: share.  A row is found by its key in one set of WAYS rows; its words
 * are atomic one by one, and a check word made of all of them tells whether
 * they belong together.  Who writes a row claims it first; a worker that dies
 * over it costs one row.  All rows are written sooner or later and stay, so a
 * row is small: of what it is compared by it has 32 bits.
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
    _Atomic uint32_t check; /* EMPTY, CLAIMED, or of the next four, key whole */
    _Atomic uint32_t key, tag, bytes, last_modified;
    _Atomic uint32_t noted;       /* number of the last issued_note() */
    _Atomic uint32_t until, told; /* seconds, of 1970 on; 0: never */
};
_Static_assert(sizeof(struct row) == 32, "two in a line of the cache");

/* What a row has of a version.  Two that differ are the same here once in
 * 2^32 times. */
struct short_version {
    uint32_t tag, bytes, last_modified;
};

struct issued {
    uint64_t seed;
    _Atomic uint32_t notes; /* it may begin again: see is_older() */
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

/* The lower bits of a key tell the set. */
static uint32_t short_key(uint64_t key)
{
    return (uint32_t)(key >> 32);
}

/* None is none here too (0). */
static uint32_t short_id(uint64_t id)
{
    uint32_t h = (uint32_t)(hash_mix(0, id) >> 32);

    return !id ? 0 : h ? h : 1;
}

static uint32_t short_date(int64_t date)
{
    return (uint32_t)(hash_mix(0, (uint64_t)date) >> 32);
}

static uint32_t short_time(int64_t t)
{
    return t < 1 ? 1 : t > UINT32_MAX ? UINT32_MAX : (uint32_t)t;
}

static struct short_version shortened(const struct issued_version *v)
{
    return (struct short_version){ short_id(v->tag), short_id(v->bytes),
                                   short_date(v->last_modified) };
}

/* Of the whole key: so two paths are never taken for one. */
static uint32_t check_of(uint64_t key, const struct short_version *v)
{
    uint64_t two = (uint64_t)v->tag << 32 | v->bytes;
    uint32_t h =
        (uint32_t)(hash_mix(hash_mix(key, two), v->last_modified) >> 32);

    return h > CLAIMED ? h : 2;
}

/* Also when the numbers have begun again in between. */
static bool is_older(uint32_t noted, uint32_t than)
{
    return noted - than > UINT32_MAX / 2;
}

/* A whole row of this key; false: another's, empty, or being written. */
static bool read_row(const struct row *r, uint64_t key, struct short_version *v)
{
    uint32_t check = atomic_load_explicit(&r->check, memory_order_acquire);

    if (check <= CLAIMED ||
        atomic_load_explicit(&r->key, memory_order_relaxed) != short_key(key))
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
                      const struct short_version *v, uint32_t number)
{
    uint32_t before = atomic_load(&r->check);

    CHECK(v->bytes != 0); /* that would be an empty row */
    if (before == CLAIMED ||
        !atomic_compare_exchange_strong(&r->check, &before, CLAIMED))
        return; /* somebody else's: theirs is as new */
    atomic_store(&r->key, short_key(key));
    atomic_store(&r->tag, v->tag);
    atomic_store(&r->bytes, v->bytes);
    atomic_store(&r->last_modified, v->last_modified);
    atomic_store(&r->noted, number);
    atomic_store(&r->until, 0);
    atomic_store(&r->told, 0);
    atomic_store_explicit(&r->check, check_of(key, v), memory_order_release);
}

/* Rows that nobody has written yet first. */
static bool gives_way(const struct row *r, const struct row *before)
{
    if (atomic_load(&r->check) == CLAIMED)
        return false;
    if (!before || atomic_load(&before->check) == EMPTY)
        return !before;
    return atomic_load(&r->check) == EMPTY ||
           is_older(atomic_load(&r->noted), atomic_load(&before->noted));
}

void issued_note(struct issued *p, uint64_t key, const struct issued_version *v)
{
    struct row *set = set_to_write(p, key), *oldest = NULL;
    uint32_t number = atomic_fetch_add(&p->notes, 1) + 1;
    struct short_version now = shortened(v);

    for (unsigned i = 0; i < WAYS; i++) {
        struct short_version seen;
        struct row *r = &set[i];
        if (read_row(r, key, &seen) && seen.tag == now.tag &&
            seen.bytes == now.bytes &&
            seen.last_modified == now.last_modified) {
            atomic_store(&r->noted, number);
            return;
        }
        if (gives_way(r, oldest))
            oldest = r;
    }
    if (oldest)
        write_row(oldest, key, &now, number);
}

/* Is a version known with other bytes, and with this tag or this date? */
static bool others(const struct issued *p, uint64_t key, uint64_t bytes,
                   const uint64_t *tag, const int64_t *date)
{
    struct short_version v;

    for (unsigned i = 0; i < WAYS; i++) {
        if (read_row(&set_of(p, key)[i], key, &v) &&
            v.bytes != short_id(bytes) && (!tag || v.tag == short_id(*tag)) &&
            (!date || v.last_modified == short_date(*date)))
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
    uint32_t then = short_time(until);
    struct short_version v;

    for (unsigned i = 0; i < WAYS; i++) {
        struct row *r = &set_to_write(p, key)[i];
        if (!read_row(r, key, &v) || v.bytes != short_id(bytes))
            continue;
        uint32_t known = atomic_load(&r->until);
        while (known < then &&
               !atomic_compare_exchange_weak(&r->until, &known, then))
            ;
        return;
    }
}

/* bytes: as a row has them */
static int64_t debt(const struct issued *p, uint64_t key, uint32_t bytes)
{
    int64_t latest = ISSUED_NEVER;
    struct short_version v;

    for (unsigned i = 0; i < WAYS; i++) {
        const struct row *r = &set_of(p, key)[i];
        int64_t until = atomic_load(&r->until);
        if (read_row(r, key, &v) && v.bytes != bytes && until != 0 &&
            until > latest)
            latest = until;
    }
    return latest;
}

int64_t issued_debt(const struct issued *p, uint64_t key, uint64_t bytes)
{
    return debt(p, key, short_id(bytes));
}

int64_t issued_debt_news(struct issued *p, uint64_t key, uint64_t bytes)
{
    int64_t latest = ISSUED_NEVER;
    struct short_version v;

    for (unsigned i = 0; i < WAYS; i++) {
        struct row *r = &set_to_write(p, key)[i];
        if (!read_row(r, key, &v) || v.bytes == short_id(bytes))
            continue;
        uint32_t until = atomic_load(&r->until);
        if (atomic_exchange(&r->told, until) != until && until > latest)
            latest = until;
    }
    return latest;
}

int64_t issued_debt_of(const struct issued *p, unsigned site, struct span path)
{
    uint64_t key = issued_key(p, site, path, CODING_IDENTITY, false);
    bool any = false;
    uint32_t newest = 0, bytes = 0;
    struct short_version v;

    for (unsigned i = 0; i < WAYS; i++) {
        const struct row *r = &set_of(p, key)[i];
        uint32_t noted = atomic_load(&r->noted);
        if (!read_row(r, key, &v) || (any && !is_older(newest, noted)))
            continue;
        any = true;
        newest = noted;
        bytes = v.bytes;
    }
    return any ? debt(p, key, bytes) : ISSUED_NEVER;
}
