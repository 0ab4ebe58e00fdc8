/* SPDX-License-Identifier: MIT
 *
 * drops: all entries of the slabs that are looked for are found, a part of the
 * table at a time, and no others.
 */
#include "files/drops.h"
#include "files/coded.h"

#include <stdio.h>
#include <string.h>

#include "files/entry.h"
#include "files/files.h"
#include "unit.h"

#define FILES 10000
#define SLABS 40 /* more than are looked for at once */

static size_t dropped[SLABS + 1], steps_most;

static struct entry *put(struct files *fs, unsigned i)
{
    char path[32];

    snprintf(path, sizeof path, "/f%u.html", i);
    struct span p = span_of(path, strlen(path));
    struct entry *e = entry_new(0, p, cache_hash(&fs->cache, 0, p));
    assert_non_null(e);
    e->kind = ENTRY_FILE;
    /* some have a form elsewhere, some are nowhere */
    e->own_form.slab = i % 7 ? 1 + i % SLABS : 0;
    if (i % 3 == 0)
        coded_add(e, CODING_BR)->slab = 1 + (i + 1) % SLABS;
    assert_null(cache_add(&fs->cache, e));
    return e;
}

static void let_go(struct files *fs, struct entry *e)
{
    for (unsigned c = 0; c < CODING_COUNT; c++) {
        if (!entry_form(e, c))
            continue;
        dropped[entry_form(e, c)->slab]++;
        entry_form(e, c)->slab = 0;
    }
    cache_unlink(&fs->cache, e);
    entry_release(fs, e);
}

/* Steps until nothing is looked for. */
static size_t finish(struct files *fs)
{
    size_t steps = 0;

    for (; fs->drops.n > 0; steps++)
        drops_step(fs, let_go);
    return steps;
}

static size_t left_of(const struct files *fs, uint64_t slab)
{
    size_t n = 0;

    for (struct list *at = fs->cache.files.next; at != &fs->cache.files;
         at = at->next) {
        const struct entry *e = LIST_ENTRY(at, struct entry, lru);
        for (unsigned c = 0; c < CODING_COUNT; c++)
            n += entry_form(e, c) && entry_form(e, c)->slab == slab;
    }
    return n;
}

static void start(struct files *fs)
{
    memset(fs, 0, sizeof *fs);
    memset(dropped, 0, sizeof dropped);
    assert_true(cache_init(&fs->cache, FILES, 7));
    for (unsigned i = 0; i < FILES; i++)
        put(fs, i);
    steps_most = fs->cache.buckets / DROPS_STEP + FILES / DROPS_ENTRIES + 2;
}

static void stop(struct files *fs)
{
    while (!list_empty(&fs->cache.files))
        let_go(fs, LIST_ENTRY(fs->cache.files.next, struct entry, lru));
    cache_free(&fs->cache);
}

static void one_slab(void **state)
{
    struct files fs;

    (void)state;
    start(&fs);
    size_t others = fs.cache.n_files, own = left_of(&fs, 5);
    assert_true(own > 100);
    assert_true(drops_add(&fs, 5, let_go));
    drops_step(&fs, let_go);
    assert_in_range(left_of(&fs, 5), 1, own - 1); /* a part at a time */
    assert_in_range(finish(&fs), 1, steps_most);
    assert_int_equal(left_of(&fs, 5), 0);
    assert_int_equal(dropped[5], own);
    assert_in_range(others - fs.cache.n_files, 1, own);
    stop(&fs);
}

/* Where few are left nothing is put off. */
static void at_once(void **state)
{
    struct files fs;

    (void)state;
    start(&fs);
    while (fs.cache.n_files > DROPS_AT_ONCE)
        let_go(&fs, LIST_ENTRY(fs.cache.files.prev, struct entry, lru));
    assert_true(left_of(&fs, 5) > 0);
    assert_true(drops_add(&fs, 5, let_go));
    assert_int_equal(left_of(&fs, 5), 0);
    assert_int_equal(fs.drops.n, 0);
    stop(&fs);
}

/* A slab that comes while others are looked for has a whole walk of its own. */
static void one_after_the_other(void **state)
{
    struct files fs;

    (void)state;
    start(&fs);
    for (unsigned slab = 1; slab <= SLABS; slab++) {
        while (!drops_add(&fs, slab, let_go))
            drops_step(&fs, let_go);
        drops_step(&fs, let_go);
    }
    finish(&fs);
    for (unsigned slab = 1; slab <= SLABS; slab++)
        assert_int_equal(left_of(&fs, slab), 0);
    assert_true(fs.cache.n_files > 0); /* those that are in none */
    stop(&fs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_slab),
        cmocka_unit_test(at_once),
        cmocka_unit_test(one_after_the_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
