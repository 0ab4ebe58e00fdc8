/* SPDX-License-Identifier: MIT
 *
 * Tests of what the preparer gives back: prepare/rest, prepare/memo, os/heap.
 */
#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/heap.h"
#include "prepare/agenda.h"
#include "prepare/memo.h"
#include "prepare/queues.h"
#include "prepare/rest.h"

static struct counters_preparer told;
static unsigned drops;

static void dropped(void *arg, uint64_t id)
{
    (void)arg;
    (void)id;
    drops++;
}

static void begin(struct agenda *d, uint64_t idle_ms)
{
    static struct agenda none;

    *d = none;
    drops = 0;
    memset(&told, 0, sizeof told);
    list_init(&d->peers);
    slabs_start(&d->slabs, 8 << 20, dropped, d);
    memo_start(&d->memo, 1024, queues_forgotten, d);
    d->tools.slabs = &d->slabs;
    d->tools.scratch = malloc(READING_SLICE_BYTES);
    d->told = &told;
    d->slabs.now_us = clock_mono_us();
    rest_start(d, idle_ms);
}

static void end(struct agenda *d)
{
    memo_stop(&d->memo);
    slabs_stop(&d->slabs);
    free(d->tools.scratch);
}

/* A file that was read, asked for just now. */
static struct item *file(struct agenda *d, uint64_t number, size_t bytes)
{
    struct prepare_ask ask = { .version = { .ino = number, .size = bytes },
                               .name = "a.txt" };
    struct part *part;
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    struct item *it = item_new(&ask, &fd);

    item_work_end(&d->tools, it);
    it->state = ITEM_READY;
    it->used_us = d->slabs.now_us;
    part = &it->own_part;
    part->state = PART_THERE;
    part->bytes = bytes;
    part->has_digest = true;
    memo_put(&d->memo, it);
    return it;
}

static void has(struct agenda *d, struct item *it, enum coding c, size_t n)
{
    struct part *part = item_part_add(it, c);
    size_t offset;
    struct slab *slab = c == CODING_IDENTITY
                            ? slabs_reserve(&d->slabs, n, &offset)
                            : slabs_reserve_dear(&d->slabs, n, &offset);

    assert_non_null(slab);
    part->offset = offset;
    slab->told = true;
    part->state = PART_THERE;
    part->bytes = n;
    part->slab = slab->id;
    slab_unpin(&d->slabs, slab);
}

static bool known(struct agenda *d, uint64_t number, size_t bytes)
{
    struct prepare_ask ask = { .version = { .ino = number, .size = bytes },
                               .name = "a.txt" };
    struct item_ask key;

    item_ask_of(&ask, &key);
    return memo_find(&d->memo, &key) != NULL;
}

/* All that is there is as old as the first second of the system. */
static void age(struct agenda *d)
{
    for (struct list *at = d->slabs.all.next; at != &d->slabs.all;
         at = at->next)
        LIST_ENTRY(at, struct slab, node)->used_us = 1;
    for (struct list *at = d->memo.lru.next; at != &d->memo.lru; at = at->next)
        LIST_ENTRY(at, struct item, lru)->used_us = 1;
}

/* The look that is due. */
static int look(struct agenda *d)
{
    int ms;

    d->rest_of.due_us = 1;
    while ((ms = rest_turn(d)) == 0)
        ;
    return ms;
}

static void pressed(struct agenda *d)
{
    rest_short(d);
    while (rest_turn(d) == 0)
        ;
}

static void what_is_idle_goes(void **state)
{
    struct agenda d;

    (void)state;
    begin(&d, 2000);
    has(&d, file(&d, 1, 1000), CODING_IDENTITY, 1000);
    assert_true(d.slabs.total > 0);
    age(&d);
    assert_int_equal(look(&d), -1); /* nothing is left to look after */
    assert_int_equal(d.slabs.total, 0);
    assert_int_equal(drops, 1);
    assert_false(known(&d, 1, 1000));
    assert_true(counters_get(&told.given_back) > 0);
    end(&d);
}

static void never_where_it_is_off(void **state)
{
    struct agenda d;

    (void)state;
    begin(&d, 0);
    has(&d, file(&d, 1, 1000), CODING_IDENTITY, 1000);
    age(&d);
    assert_int_equal(look(&d), -1);
    assert_true(known(&d, 1, 1000));
    assert_int_equal(drops, 0);
    end(&d);
}

static void what_a_worker_uses_stays(void **state)
{
    struct agenda d;
    struct prepare_held held = { .n = 2, .holds = { 1, 1 } };

    (void)state;
    begin(&d, 2000);
    struct item *used = file(&d, 1, 1000), *other = file(&d, 2, 3 << 20);
    has(&d, used, CODING_IDENTITY, 1000);
    has(&d, other, CODING_IDENTITY, 3 << 20); /* in a slab of its own */
    held.slab[0] = used->own_part.slab;
    held.slab[1] = 12345; /* one that it has not heard the end of */
    age(&d);
    rest_held(&d, &held);
    assert_true(look(&d) > 0);
    assert_true(known(&d, 1, 1000));
    assert_true(part_alive(&used->own_part, &d.slabs));
    /* to read 3 MiB again would take a while: what it had is known */
    assert_true(known(&d, 2, 3 << 20));
    assert_false(part_alive(&other->own_part, &d.slabs));
    assert_int_equal(drops, 1);
    end(&d);
}

/* A slab of many files of which hardly any is in use does not stay for it. */
static void a_few_of_many(void **state)
{
    struct agenda d;
    struct prepare_held held = { .n = 2, .holds = { 1, 500 } };

    (void)state;
    begin(&d, 2000);
    d.slabs.each = 2 << 20;
    for (unsigned i = 1; i <= 18; i++)
        has(&d, file(&d, i, 200000), CODING_IDENTITY, 200000);
    held.slab[0] = LIST_ENTRY(d.slabs.all.next, struct slab, node)->id;
    held.slab[1] = LIST_ENTRY(d.slabs.all.prev, struct slab, node)->id;
    assert_true(held.slab[0] != held.slab[1]);
    age(&d);
    rest_held(&d, &held);
    assert_true(look(&d) > 0);
    assert_false(known(&d, 1, 200000));
    assert_true(known(&d, 18, 200000));
    assert_int_equal(drops, 1);
    end(&d);
}

/* A megabyte of coded forms stays, the youngest, and what is known of their
 * files. */
static void some_forms_stay(void **state)
{
    struct agenda d;
    const unsigned n = 40;

    (void)state;
    begin(&d, 2000);
    for (unsigned i = 1; i <= n; i++)
        has(&d, file(&d, i, 300000), CODING_BR, 100000);
    age(&d);
    assert_int_equal(look(&d), -1);
    assert_true(d.slabs.total > 0 && d.slabs.total <= 1 << 20);
    assert_true(known(&d, n, 300000));
    assert_false(known(&d, 1, 300000));
    end(&d);
}

static void but_not_when_memory_is_short(void **state)
{
    struct agenda d;

    (void)state;
    begin(&d, 0);
    has(&d, file(&d, 1, 3000), CODING_BR, 1000);
    has(&d, file(&d, 2, 3000), CODING_IDENTITY, 3000);
    pressed(&d);
    assert_true(known(&d, 1, 3000) && known(&d, 2, 3000)); /* asked for now */
    age(&d);
    pressed(&d);
    assert_int_equal(d.slabs.total, 0);
    assert_false(known(&d, 1, 3000) || known(&d, 2, 3000));
    assert_int_equal(counters_get(&told.shortages), 2);
    end(&d);
}

/* Bounded, whatever the forms are like: of these none saved anything. */
static void not_too_many_files(void **state)
{
    struct agenda d;

    (void)state;
    begin(&d, 2000);
    for (unsigned i = 1; i <= 1000; i++)
        item_part_add(file(&d, i, 3000), CODING_GZIP)->state = PART_USELESS;
    for (unsigned i = 1; i <= 1000; i++)
        assert_true(known(&d, i, 3000));
    age(&d);
    assert_int_equal(look(&d), -1);
    assert_true(d.memo.n > 0 && d.memo.n <= 256);
    assert_true(d.memo.mask < 256);
    for (unsigned i = 1001 - (unsigned)d.memo.n; i <= 1000; i++)
        assert_true(known(&d, i, 3000));
    end(&d);
}

/* A little in each turn, and what is asked for meanwhile is found, and stays.
 */
static void no_turn_is_long(void **state)
{
    struct agenda d;
    unsigned turns = 0, n = 1000;

    (void)state;
    begin(&d, 2000);
    for (unsigned i = 1; i <= 1000; i++)
        (void)file(&d, i, 3000);
    age(&d);
    d.rest_of.due_us = 1;
    while (rest_turn(&d) == 0) {
        assert_true(n - d.memo.n <= 256);
        n = (unsigned)d.memo.n;
        turns++;
        if (turns <= 3) { /* the first, the last, the next one of the walk */
            unsigned which = turns == 1 ? 1 : turns == 2 ? 1000 : 257;
            assert_true(known(&d, which, 3000));
            LIST_ENTRY(d.memo.lru.prev, struct item, lru)->used_us =
                d.slabs.now_us;
        }
    }
    assert_true(turns >= 8);
    assert_int_equal(d.memo.n, 3);
    assert_true(known(&d, 1, 3000) && known(&d, 257, 3000));
    assert_true(known(&d, 1000, 3000));
    end(&d);
}

/* Pages of p that take memory. */
static unsigned resident(char *p, size_t n)
{
    unsigned char there[64];
    unsigned count = 0;

    assert_true(n / 4096 <= sizeof there);
    assert_int_equal(mincore(p, n, there), 0);
    for (size_t i = 0; i < n / 4096; i++)
        count += there[i] & 1;
    return count;
}

static void zeroes_cost_nothing(void **state)
{
    const size_t n = 64 * 4096;
    char *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                   -1, 0);

    (void)state;
    assert_ptr_not_equal(p, MAP_FAILED);
    madvise(p, n, MADV_NOHUGEPAGE);
    memset(p, 1, n);
    memset(p, 0, n);
    p[4096 * 7 + 100] = 'x';
    p[4096 * 20 + 4095] = 'y';
    p[4096 * 63] = 'z';
    assert_int_equal(resident(p, n), 64);
    heap_zeroes(p + 8, n - 8); /* a table need not begin with a page */
    assert_true(resident(p, n) <= 4);
    assert_int_equal(p[4096 * 7 + 100], 'x');
    assert_int_equal(p[4096 * 20 + 4095], 'y');
    assert_int_equal(p[4096 * 63], 'z');
    assert_int_equal(p[4096 * 40], 0);
    heap_zeroes(p + 1, 100); /* less than a page */
    munmap(p, n);
}

/* What had to go into small pages is mended by the turns that find nothing to
 * do; where no large page is to be had, they stop trying. */
static void mended_when_quiet(void **state)
{
    struct agenda d;
    size_t at;

    (void)state;
    begin(&d, 0);
    list_init(&d.fresh);
    list_init(&d.rest);
    d.epoll = epoll_create1(EPOLL_CLOEXEC);
    assert_true(d.epoll >= 0);
    slabs_stop(&d.slabs);
    slabs_start(&d.slabs, 64 << 20, dropped, &d);
    d.slabs.large_us = UINT64_MAX;
    struct slab *slab = slabs_reserve(&d.slabs, 5 << 20, &at);
    assert_non_null(slab);
    for (size_t i = 0; i < 5; i++) {
        slab_begin(slab, at + (i << 20), 1 << 20);
        memset(slab->p + at + (i << 20), 'a' + (int)i, 1 << 20);
    }
    slab_unpin(&d.slabs, slab);
    assert_true(d.slabs.small);
    for (unsigned i = 0; i < 1000 && d.slabs.small; i++) {
        d.slabs.large_us = 0; /* the last attempt was long ago */
        agenda_turn(&d);
    }
    assert_false(d.slabs.small);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(slab->p[at + (i << 20)], 'a' + (int)i);
    close(d.epoll);
    end(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_idle_goes),
        cmocka_unit_test(never_where_it_is_off),
        cmocka_unit_test(what_a_worker_uses_stays),
        cmocka_unit_test(a_few_of_many),
        cmocka_unit_test(some_forms_stay),
        cmocka_unit_test(but_not_when_memory_is_short),
        cmocka_unit_test(not_too_many_files),
        cmocka_unit_test(no_turn_is_long),
        cmocka_unit_test(zeroes_cost_nothing),
        cmocka_unit_test(mended_when_quiet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
