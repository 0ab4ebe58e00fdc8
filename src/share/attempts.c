/* SPDX-License-Identifier: MIT
 *
 * attempts: the table behind attempts.h.
 * Layer: share.  A slot is one word: 24 bits of the address's key, and 40 of
 * the time until which its attempts are used up ("theoretical arrival time" of
 * the generic cell rate algorithm), in milliseconds.  So a slot is read and
 * changed at once, and a worker that dies leaves nothing half written.
 */
#include "share/attempts.h"

#include <stdatomic.h>
#include <sys/random.h>

#include "base/check.h"
#include "base/hash.h"
#include "os/shm.h"

#define SETS 2048u /* power of 2 */
#define WAYS 8u
#define TRIES 64     /* at a slot that others are changing */
#define TIME_BITS 40 /* 34 years of the monotonic clock */
#define TIME_MASK (((uint64_t)1 << TIME_BITS) - 1)

/* To be raised when a slot gets another meaning; size tells the rest. */
#define VERSION 1u
#define LAYOUT ((uint64_t)VERSION << 32 | sizeof(struct attempts))

struct attempts {
    uint64_t layout;
    uint64_t seed;
    _Atomic uint64_t slot[SETS][WAYS]; /* 0: free */
};

size_t attempts_bytes(void)
{
    return sizeof(struct attempts);
}

struct attempts *attempts_new(int *fd)
{
    struct attempts *a = shm_file(sizeof *a, fd);

    if (!a) {
        *fd = -1;
        a = shm_new(sizeof *a);
    }
    if (!a)
        return NULL;
    a->layout = LAYOUT;
    (void)!getrandom(&a->seed, sizeof a->seed, GRND_NONBLOCK);
    return a;
}

struct attempts *attempts_adopt(int fd)
{
    struct attempts *a = shm_of(fd, sizeof *a);

    if (a && a->layout != LAYOUT) {
        shm_free(a, sizeof *a);
        return NULL;
    }
    return a;
}

void attempts_free(struct attempts *a)
{
    if (a)
        shm_free(a, sizeof *a);
}

static uint64_t key_of(const struct attempts *a, const struct ip *ip)
{
    size_t n = ip->family == 6 ? 8 : ip->family == 4 ? 4 : 0;

    return hash_mix(hash_span(a->seed, span_of((const char *)ip->addr, n)),
                    ip->family);
}

static uint64_t tag_of(uint64_t key)
{
    return (key >> TIME_BITS | 1) << TIME_BITS;
}

/* The slot of that key, or the one that is free the longest. */
static _Atomic uint64_t *slot_of(struct attempts *a, uint64_t key,
                                 uint64_t *value)
{
    _Atomic uint64_t *set = a->slot[key & (SETS - 1)], *oldest = set;
    uint64_t least = UINT64_MAX;

    for (unsigned i = 0; i < WAYS; i++) {
        uint64_t v = atomic_load(&set[i]);
        if ((v & ~TIME_MASK) == tag_of(key)) {
            *value = v;
            return &set[i];
        }
        if ((v & TIME_MASK) < least) {
            least = v & TIME_MASK;
            oldest = &set[i];
            *value = v;
        }
    }
    return oldest;
}

uint64_t attempts_take(struct attempts *a, const struct ip *ip, uint64_t most,
                       uint64_t now_ms)
{
    uint64_t key = key_of(a, ip), value = 0;

    CHECK(most <= ATTEMPTS_MS && now_ms < TIME_MASK - ATTEMPTS_MS);
    if (most == 0)
        return 0;
    for (int i = 0; i < TRIES; i++) {
        _Atomic uint64_t *slot = slot_of(a, key, &value);
        bool known = (value & ~TIME_MASK) == tag_of(key);
        uint64_t until_ms = known ? value & TIME_MASK : 0;
        if (until_ms < now_ms)
            until_ms = now_ms;
        until_ms += ATTEMPTS_MS / most;
        if (until_ms > now_ms + ATTEMPTS_MS)
            return until_ms - now_ms - ATTEMPTS_MS;
        if (atomic_compare_exchange_strong(
                slot, &value, tag_of(key) | (until_ms & TIME_MASK)))
            return 0;
    }
    return 1;
}

void attempts_give_back(struct attempts *a, const struct ip *ip, uint64_t most)
{
    uint64_t key = key_of(a, ip), value = 0, one_ms;

    CHECK(most <= ATTEMPTS_MS);
    if (most == 0)
        return;
    one_ms = ATTEMPTS_MS / most;
    for (int i = 0; i < TRIES; i++) {
        _Atomic uint64_t *slot = slot_of(a, key, &value);
        if ((value & ~TIME_MASK) != tag_of(key) ||
            (value & TIME_MASK) < one_ms ||
            atomic_compare_exchange_strong(slot, &value, value - one_ms))
            return;
    }
}
