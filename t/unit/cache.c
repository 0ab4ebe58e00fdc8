/* SPDX-License-Identifier: MIT
 *
 * files/cache: whatever comes and goes, each entry is found and no other, and
 * the table is as large as what is in it.
 */
#include "files/cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/entry.h"
#include "files/files.h"
#include "unit.h"

#define MOST 5000u

static struct files *fs;
static struct entry *there[MOST];

static int begin(void **state)
{
    (void)state;
    fs = calloc(1, sizeof *fs);
    assert_non_null(fs);
    assert_true(cache_init(&fs->cache, MOST, 7));
    return 0;
}

static int end(void **state)
{
    (void)state;
    cache_free(&fs->cache);
    free(fs);
    return 0;
}

static uint64_t hash_of(unsigned i, char path[32], struct span *p)
{
    *p = span_of(path, (size_t)snprintf(path, 32, "/f%u.html", i));
    return cache_hash(&fs->cache, 0, *p);
}

static void put(unsigned i)
{
    char path[32];
    struct span p;
    uint64_t hash = hash_of(i, path, &p);

    there[i] = entry_new(0, p, hash);
    assert_non_null(there[i]);
    there[i]->kind = ENTRY_FILE;
    assert_null(cache_add(&fs->cache, there[i]));
}

static void take(unsigned i)
{
    cache_unlink(&fs->cache, there[i]);
    entry_release(fs, there[i]);
    there[i] = NULL;
}

static void look(void)
{
    char path[32];
    struct span p;

    for (unsigned i = 0; i < MOST; i++) {
        uint64_t hash = hash_of(i, path, &p);
        assert_ptr_equal(cache_find(&fs->cache, hash, 0, p), there[i]);
    }
    for (size_t at = 0; at < fs->cache.buckets; at++) {
        for (struct entry *e = fs->cache.bucket[at]; e; e = e->next)
            assert_int_equal(cache_place(&fs->cache, e->hash), at);
    }
    for (size_t at = fs->cache.buckets; at < fs->cache.buckets_max; at++)
        assert_null(fs->cache.bucket[at]);
}

static void take_all(void)
{
    for (unsigned i = 0; i < MOST; i++) {
        if (there[i])
            take(i);
    }
    cache_rest(&fs->cache);
    look();
}

static void as_large_as_it_need_be(void **state)
{
    (void)state;
    assert_int_equal(fs->cache.buckets, 64);
    for (unsigned i = 0; i < MOST; i++) {
        put(i);
        assert_in_range(fs->cache.buckets, i < 64 ? 64 : i,
                        i < 64 ? 64 : i + 1);
        if (i % 611 == 0)
            look();
    }
    look();
    for (unsigned i = 0; i < MOST; i++) {
        if (i % 10)
            take(i);
    }
    cache_rest(&fs->cache);
    assert_in_range(fs->cache.buckets, MOST / 10, MOST / 5 + 1);
    look();
    take_all();
    assert_int_equal(fs->cache.buckets, 64);
}

/* In any order, with rests in between. */
static void come_and_go(void **state)
{
    unsigned seed = 1;

    (void)state;
    for (unsigned n = 0; n < 200000; n++) {
        seed = seed * 1664525 + 1013904223;
        unsigned i = (seed >> 8) % MOST, phase = n / 20000 % 2;
        bool more = (seed >> 4) % 10 < (phase ? 2 : 8);
        if (more && !there[i])
            put(i);
        else if (!more && there[i])
            take(i);
        if (n % 7001 == 0)
            cache_rest(&fs->cache);
        if (n % 20011 == 0)
            look();
    }
    look();
    take_all();
}

/* While somebody walks through the buckets none moves; it is made up for. */
static void stays_as_it_is(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 1000; i++)
        put(i);
    size_t were = fs->cache.buckets;
    fs->cache.still = true;
    for (unsigned i = 1000; i < 2000; i++)
        put(i);
    look();
    assert_int_equal(fs->cache.buckets, were);
    fs->cache.still = false;
    for (unsigned i = 2000; i < 4000; i++)
        put(i);
    assert_in_range(fs->cache.buckets, 3990, 4000);
    look();
    fs->cache.still = true;
    were = fs->cache.buckets;
    take_all();
    assert_int_equal(fs->cache.buckets, were);
    fs->cache.still = false;
    cache_rest(&fs->cache);
    assert_int_equal(fs->cache.buckets, 64);
}

/* With paths as long as requests may have them few are as much as many. */
static void no_more_than_so_many_bytes(void **state)
{
    static char path[8000];
    struct entry *e;
    unsigned n = 0, out = 0;

    (void)state;
    memset(path, 'x', sizeof path);
    for (unsigned i = 0; i < MOST; i++) {
        snprintf(path, 16, "/%010u", i);
        struct span p = span_of(path, sizeof path);
        e = entry_new(0, p, cache_hash(&fs->cache, 0, p));
        assert_non_null(e);
        e->kind = i % 2 ? ENTRY_FILE : ENTRY_REFUSED;
        assert_null(cache_add(&fs->cache, e));
        for (n++; (e = cache_drive_out(&fs->cache, 0)); n--, out++) {
            assert_int_equal(strtoul(e->path + 1, NULL, 10) % 2,
                             e->kind == ENTRY_FILE);
            entry_release(fs, e);
        }
        assert_true(fs->cache.files_bytes <= fs->cache.files_bytes_max);
        assert_true(fs->cache.others_bytes <= fs->cache.others_bytes_max);
    }
    assert_true(out > 0 && fs->cache.driven == out);
    assert_in_range(fs->cache.files_bytes, cache_bytes_max(MOST) - 10000,
                    cache_bytes_max(MOST));
    /* heads are files' as well; what was asked for last stays in any case */
    size_t files = fs->cache.n_files;
    assert_non_null(e = cache_drive_out(&fs->cache, 10000));
    entry_release(fs, e);
    while ((e = cache_drive_out(&fs->cache, SIZE_MAX / 2)))
        entry_release(fs, e);
    assert_int_equal(fs->cache.n_files, 1);
    assert_true(files > 1);
    while (!list_empty(&fs->cache.others) || !list_empty(&fs->cache.files)) {
        struct list *from = list_empty(&fs->cache.others) ? &fs->cache.files
                                                          : &fs->cache.others;
        e = LIST_ENTRY(from->next, struct entry, lru);
        cache_unlink(&fs->cache, e);
        entry_release(fs, e);
    }
}

/* Whoever waits for an answer finds it there: of those nobody is driven out, and
 * too many give way as soon as they have been answered. */
static void what_is_waited_for(void **state)
{
    struct entry *e;

    (void)state;
    fs->cache.files_max = 16;
    for (unsigned i = 0; i < MOST; i++) {
        put(i);
        there[i]->pending = true;
    }
    assert_null(cache_drive_out(&fs->cache, SIZE_MAX / 2));
    for (unsigned i = 0; i < MOST; i++)
        there[i]->pending = false;
    struct entry *newest = there[MOST - 1];
    while ((e = cache_drive_out(&fs->cache, 0)))
        entry_release(fs, e);
    assert_int_equal(fs->cache.n_files, 16);
    assert_ptr_equal(fs->cache.files.next, &newest->lru);
    while (!list_empty(&fs->cache.files)) {
        e = LIST_ENTRY(fs->cache.files.next, struct entry, lru);
        cache_unlink(&fs->cache, e);
        entry_release(fs, e);
    }
    memset(there, 0, sizeof there);
}

/* What is found out of it later counts as well. */
static void what_has_grown(void **state)
{
    (void)state;
    put(1);
    uint64_t before = fs->cache.files_bytes;
    assert_true(before >= sizeof(struct entry));
    entry_refer(fs, there[1], span_of((const char[5000]){ 0 }, 5000));
    assert_in_range(fs->cache.files_bytes, before + 5000, before + 5100);
    entry_refer(fs, there[1], span_of("a", 1));
    assert_in_range(fs->cache.files_bytes, before, before + 100);
    take(1);
    assert_int_equal(fs->cache.files_bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(as_large_as_it_need_be, begin, end),
        cmocka_unit_test_setup_teardown(come_and_go, begin, end),
        cmocka_unit_test_setup_teardown(stays_as_it_is, begin, end),
        cmocka_unit_test_setup_teardown(no_more_than_so_many_bytes, begin, end),
        cmocka_unit_test_setup_teardown(what_is_waited_for, begin, end),
        cmocka_unit_test_setup_teardown(what_has_grown, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
