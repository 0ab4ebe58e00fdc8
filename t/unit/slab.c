/* SPDX-License-Identifier: MIT
 *
 * Tests of src/prepare/slab: what has been handed out can't be changed any more
 * by the process that made it.
 */
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "prepare/message.h"
#include "prepare/slab.h"

#define PAGE 4096u
#define MIB ((size_t)1 << 20)
#define VAIN 1000 /* attempts that are more than enough */

static unsigned dropped;

static void drop(void *arg, uint64_t id)
{
    (void)arg;
    (void)id;
    dropped++;
}

static struct slab *put(struct slabs *s, size_t n, char fill, size_t *offset)
{
    struct slab *slab = slabs_reserve(s, n, offset);

    assert_non_null(slab);
    memset(slab->p + *offset, fill, n);
    slab_unpin(s, slab);
    return slab;
}

/* 0: written; else the signal that ended the one that tried. */
static int write_at(char *p)
{
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        signal(SIGSEGV, SIG_DFL);
        *(volatile char *)p = 'x';
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void sure(const struct slabs *s, char *p, size_t n, char fill)
{
    char *page = (char *)((uintptr_t)p & ~(uintptr_t)(PAGE - 1));

    slabs_harden(s);
    assert_int_equal(write_at(p), SIGSEGV);
    assert_int_equal(write_at(p + n - 1), SIGSEGV);
    assert_int_equal(mprotect(page, PAGE, PROT_READ | PROT_WRITE), -1);
    assert_int_equal(errno, EACCES);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(p[i], fill);
}

static void no_other_way(struct slab *slab)
{
    assert_ptr_equal(
        mmap(NULL, slab->size, PROT_READ | PROT_WRITE, MAP_SHARED, slab->fd, 0),
        MAP_FAILED);
    assert_int_equal(pwrite(slab->fd, "x", 1, 0), -1);
    assert_int_equal(madvise(slab->p, PAGE, MADV_REMOVE), -1);
}

static void small_files(void **state)
{
    struct slabs s;
    size_t a, b, c, n = 3 * PAGE - 100;

    (void)state;
    slabs_start(&s, 1 << 20, drop, NULL);
    struct slab *slab = put(&s, n, 'a', &a);
    assert_int_equal(write_at(slab->p + a), 0); /* nobody was told */
    slab->p[a] = 'a';
    sure(&s, slab->p + a, 2 * PAGE, 'a'); /* its last page waits for the next */
    assert_int_equal(write_at(slab->p + a + n), 0); /* beside it */
    assert_ptr_equal(put(&s, 300, 'b', &b), slab);
    sure(&s, slab->p + a, n, 'a');
    no_other_way(slab);
    /* what is being written to is not hardened by its neighbour's end */
    assert_ptr_equal(slabs_reserve(&s, 2 * PAGE, &c), slab);
    slab_pin(slab);
    slab_unpin(&s, slab);
    slabs_harden(&s);
    memset(slab->p + c, 'c', 2 * PAGE);
    slab_unpin(&s, slab);
    sure(&s, slab->p + b, 300, 'b');
    slabs_stop(&s);
}

static void full_slab(void **state)
{
    struct slabs s;
    size_t at, first;
    struct slab *slab, *next;

    (void)state;
    slabs_start(&s, 1 << 20, drop, NULL);
    slab = put(&s, 100, 'a', &first);
    do
        next = put(&s, 5000, 'b', &at);
    while (next == slab);
    sure(&s, slab->p + first, 100, 'a');
    assert_int_equal(write_at(slab->p + slab->size - 1), SIGSEGV);
    assert_int_equal(write_at(next->p + at), SIGSEGV);
    slabs_stop(&s);
}

static size_t pages_there(const struct slab *slab)
{
    unsigned char there[1 << 8];
    size_t n = slab->size / PAGE, count = 0;

    assert_true(n <= sizeof there);
    assert_int_equal(mincore(slab->p, slab->size, there), 0);
    for (size_t i = 0; i < n; i++)
        count += there[i] & 1;
    return count;
}

/* Memory for small files is had sixteen pages at a time, where the system knows
 * how, and never more than that ahead. */
static void ahead(void **state)
{
    struct slabs s;
    size_t at, steps = 0, before = 0;

    (void)state;
    slabs_start(&s, 1 << 20, drop, NULL);
    struct slab *slab = put(&s, 100, 'a', &at);
    for (size_t used = 100; used + 1000 < slab->size; used += 1000) {
        size_t there = pages_there(slab);
        assert_true(there * PAGE >= slab->used);
        assert_true(there <= slab->used / PAGE + 17 + 1);
        steps += there > before;
        before = there;
        assert_ptr_equal(put(&s, 1000, 'b', &at), slab);
        if (slab->used + 1024 > slab->size)
            break;
    }
    if (madvise(slab->p, PAGE, 22) == 0) /* MADV_POPULATE_READ: as old */
        assert_in_range(steps, 1, slab->size / PAGE / 16 + 1);
    slabs_stop(&s);
}

/* What goes by reference begins with a page; what is copied wastes none. */
static void whole_pages(void **state)
{
    struct slabs s;
    size_t at;

    (void)state;
    slabs_start(&s, 1 << 20, drop, NULL);
    struct slab *slab = put(&s, 100, 'a', &at);
    assert_ptr_equal(put(&s, PREPARE_PAGED - 1, 'b', &at), slab);
    assert_int_equal(at, 128);
    assert_ptr_equal(put(&s, PREPARE_PAGED, 'c', &at), slab);
    assert_int_equal(at % PAGE, 0);
    sure(&s, slab->p + at, PREPARE_PAGED, 'c');
    assert_ptr_equal(put(&s, 1, 'd', &at), slab);
    /* one that fits but for the page's begin goes to the next */
    size_t left = slab->size - slab->used;
    assert_true(left >= PREPARE_PAGED && left % PAGE != 0);
    while (left > PREPARE_PAGED + PAGE) {
        assert_ptr_equal(put(&s, PAGE, 'e', &at), slab);
        left = slab->size - slab->used;
    }
    if (left > PREPARE_PAGED)
        assert_ptr_not_equal(put(&s, left, 'f', &at), slab);
    slabs_stop(&s);
}

static void slab_of_its_own(void **state)
{
    struct slabs s;
    size_t at, n = 200000;

    (void)state;
    slabs_start(&s, 1 << 20, drop, NULL);
    struct slab *slab = put(&s, n, 'a', &at);
    sure(&s, slab->p + at, n, 'a');
    slabs_stop(&s);
}

/* Room that is given back is written to again. */
static void given_back(void **state)
{
    struct slabs s;
    size_t a, b, c;

    (void)state;
    slabs_start(&s, 1 << 20, drop, NULL);
    struct slab *slab = put(&s, 100, 'a', &a);
    assert_ptr_equal(slabs_reserve(&s, 3 * PAGE, &b), slab);
    slabs_undo(&s, slab, b, 3 * PAGE);
    assert_ptr_equal(put(&s, 5 * PAGE, 'c', &c), slab);
    assert_int_equal(b, c);
    sure(&s, slab->p + a, 100, 'a');
    /* a slab that many write to, and of which the last gives its room back */
    assert_ptr_equal(slabs_reserve(&s, 2 * PAGE, &a), slab);
    assert_ptr_equal(slabs_reserve(&s, 2 * PAGE, &b), slab);
    slab_unpin(&s, slab);
    assert_int_equal(write_at(slab->p + b), 0);
    slabs_undo(&s, slab, b, 2 * PAGE);
    assert_ptr_equal(put(&s, PAGE, 'd', &c), slab);
    sure(&s, slab->p + c, PAGE / 2, 'd');
    slabs_stop(&s);
    assert_int_equal(dropped, 0);
}

/* As a reader does it, in slices. */
static void fill(struct slab *slab, size_t at, size_t n, char with)
{
    for (size_t done = 0; done < n;) {
        size_t k = n - done < MIB ? n - done : MIB;
        slab_begin(slab, at + done, k);
        memset(slab->p + at + done, with, k);
        done += k;
    }
}

/* Middle files are packed apart from small ones, whoever is written first. */
static void middle_files(void **state)
{
    struct slabs s;
    size_t a, b, c, d, own;

    (void)state;
    slabs_start(&s, 64 * MIB, drop, NULL);
    struct slab *small = put(&s, 60000, 's', &d);
    struct slab *slab = slabs_reserve(&s, 3 * MIB / 2, &a);
    assert_ptr_not_equal(slab, small);
    assert_ptr_equal(slabs_reserve(&s, MIB, &b), slab);
    assert_ptr_equal(slabs_reserve(&s, 65536, &c), slab);
    assert_int_equal((uintptr_t)slab->p % (2 * MIB), 0);
    fill(slab, c, 65536, 'c');
    fill(slab, b, MIB, 'b');
    fill(slab, a, 3 * MIB / 2, 'a');
    for (unsigned i = 0; i < 3; i++)
        slab_unpin(&s, slab);
    sure(&s, slab->p + a, 3 * MIB / 2, 'a');
    sure(&s, slab->p + b, MIB, 'b');
    sure(&s, slab->p + c, 65536, 'c');
    no_other_way(slab);
    assert_ptr_equal(put(&s, 60000, 't', &d), small);
    struct slab *large = slabs_reserve(&s, 5 * MIB + 1, &own);
    assert_non_null(large);
    fill(large, own, 5 * MIB + 1, 'o');
    slab_unpin(&s, large);
    sure(&s, large->p, 5 * MIB + 1, 'o');
    slabs_stop(&s);
    /* where there is little in all, nobody's slab waits for the next one */
    slabs_start(&s, 32 * MIB, drop, NULL);
    small = put(&s, 60000, 's', &d);
    assert_ptr_equal(put(&s, MIB, 'm', &d), small);
    slabs_stop(&s);
}

/* "ShmemPmdMapped" of the mapping that begins there. */
static unsigned long in_large_pages(const char *p)
{
    FILE *f = fopen("/proc/self/smaps", "r");
    char line[512];
    unsigned long from, to, kb, found = 0;
    bool here = false;

    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
            here = from == (unsigned long)(uintptr_t)p;
        if (here && sscanf(line, "ShmemPmdMapped: %lu", &kb) == 1)
            found = kb;
    }
    fclose(f);
    return found;
}

/* Kernels before 6.1, and those without large pages, have none. */
static bool system_has_large_pages(void)
{
    int fd = memfd_create("t", MFD_CLOEXEC);
    char *room =
        mmap(NULL, 4 * MIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *p = room + (size_t)(-(uintptr_t)room % (2 * MIB));

    assert_int_equal(ftruncate(fd, 2 * MIB), 0);
    p = mmap(p, 2 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
    *p = 0;
    bool has = madvise(p, 2 * MIB, 25 /* MADV_COLLAPSE */) == 0;
    munmap(room, 4 * MIB);
    close(fd);
    return has;
}

/* KiB in large pages of a file of n bytes; `want` of them, but for a few times,
 * as now and then there is no such page to be had. */
static unsigned long filled(uint64_t busy_us, size_t n, unsigned long want)
{
    struct slabs s;
    size_t at;
    unsigned long kb = 0;

    slabs_start(&s, 256 * MIB, drop, NULL);
    for (unsigned i = 0; i < 8 && kb != want; i++) {
        s.large_us = busy_us;
        struct slab *slab = slabs_reserve(&s, n, &at);
        assert_non_null(slab);
        fill(slab, at, n, 'a');
        kb = in_large_pages(slab->p);
        slab_unpin(&s, slab);
        sure(&s, slab->p + at + n - MIB, MIB, 'a');
    }
    slabs_stop(&s);
    return kb;
}

static void large_pages(void **state)
{
    (void)state;
    if (!system_has_large_pages())
        skip();
    assert_int_equal(filled(0, 3 * MIB, 2048), 2048);
}

/* Of a large file much is made at once, be the processors busy or not. */
static void large_at_once(void **state)
{
    (void)state;
    if (!system_has_large_pages())
        skip();
    assert_int_equal(filled(UINT64_MAX, 41 * MIB, 40 * 1024), 40 * 1024);
}

/* What had to go into small pages is moved to large ones when all is quiet,
 * with its bytes and its seals; not while somebody has it in hand. */
static void enlarged(void **state)
{
    struct slabs s;
    size_t at, own;

    (void)state;
    slabs_start(&s, 64 * MIB, drop, NULL);
    assert_int_equal(slabs_quiet_ms(&s, -1), -1);
    s.large_us = UINT64_MAX; /* all processors are busy */
    struct slab *packed = slabs_reserve(&s, MIB, &at);
    struct slab *large = slabs_reserve(&s, 5 * MIB, &own);
    fill(packed, at, MIB, 'p');
    fill(large, own, 5 * MIB, 'o');
    slab_unpin(&s, packed);
    slabs_harden(&s);
    assert_int_equal(in_large_pages(large->p), 0);
    s.large_us = 0;
    assert_in_range(slabs_quiet_ms(&s, -1), 1, 1000);
    assert_int_equal(slabs_quiet_ms(&s, 0), 0);
    for (unsigned i = 0; i < 8; i++)
        slabs_enlarge(&s);
    assert_true(large->small[0] && large->small[1]);
    slab_unpin(&s, large);
    for (unsigned i = 0; i < VAIN && s.small; i++) {
        s.large_us = 0; /* that was long ago */
        slabs_enlarge(&s);
    }
    assert_false(s.small);
    assert_int_equal(slabs_quiet_ms(&s, -1), -1);
    sure(&s, packed->p + at, MIB, 'p');
    sure(&s, large->p + own, 5 * MIB, 'o');
    if (system_has_large_pages() && large->vain == 0)
        assert_int_equal(in_large_pages(large->p), 4096);
    slabs_stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_files),     cmocka_unit_test(full_slab),
        cmocka_unit_test(slab_of_its_own), cmocka_unit_test(whole_pages),
        cmocka_unit_test(given_back),      cmocka_unit_test(ahead),
        cmocka_unit_test(middle_files),    cmocka_unit_test(large_pages),
        cmocka_unit_test(large_at_once),   cmocka_unit_test(enlarged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
