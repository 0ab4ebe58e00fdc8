/* SPDX-License-Identifier: MIT
 *
 * Tests of src/prepare with files that change: before, after and while they are
 * read.  A strong tag has to be strong.
 */
#include "config.h"

#include "unit.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "prepare/reading.h"
#include "prepare/version.h"
#include "prepare/digest.h"
#include "prepare_rig.h"

static const char css[] = ".c1 { color: red }\n.c2 { color: blue }\n";

static void same_bytes_same_digest(void **state)
{
    struct rig r;
    struct prepare_answer a, b;
    const struct timespec old[2] = { { 1000, 0 }, { 1000, 0 } };

    (void)state;
    rig_init(&r);
    rig_start(&r);
    rig_write_str(&r, "a.css", css);
    rig_write_str(&r, "b.css", css);
    assert_int_equal(utimensat(r.dir_fd, "b.css", old, 0), 0);
    rig_facts(&r, 0, "a.css", &a);
    rig_facts(&r, 0, "b.css", &b);
    assert_memory_equal(a.digest, b.digest, 32);
    assert_int_equal(b.version.mtime_ns, INT64_C(1000000000000));
    rig_stop(&r, 0);
}

/* Promise 2: a file that is changed twice within a tick gets two tags.  The
 * times are set by hand, as if the clock had stood still. */
static void same_size_edit_in_one_tick(void **state)
{
    struct rig r;
    struct prepare_answer a, b, c;
    struct timespec both[2];
    struct stat st;

    (void)state;
    rig_init(&r);
    rig_start(&r);
    rig_write_str(&r, "a.css", "one!");
    rig_touch(&r, "a.css", 500000000);
    assert_int_equal(fstatat(r.dir_fd, "a.css", &st, 0), 0);
    both[0] = both[1] = st.st_mtim;
    rig_facts(&r, 0, "a.css", &a);
    assert_true(a.racy);
    rig_write_str(&r, "a.css", "two!");
    assert_int_equal(utimensat(r.dir_fd, "a.css", both, 0), 0);
    rig_facts(&r, 0, "a.css", &b);
    assert_true(b.racy);
    assert_int_equal(a.version.mtime_ns, b.version.mtime_ns);
    assert_memory_not_equal(a.digest, b.digest, 32);
    rig_age(&r, "a.css");
    rig_facts(&r, 0, "a.css", &c);
    assert_false(c.racy);
    assert_memory_equal(c.digest, b.digest, 32);
    /* the second copy of the same bytes was not kept */
    assert_int_equal(c.place.slab, b.place.slab);
    assert_int_equal(c.place.offset, b.place.offset);
    rig_stop(&r, 0);
}

/* False: the change was to be seen in the file's times as well. */
static bool changed_in_silence(void)
{
    struct prepare_answer a, b, c;
    struct file_version before, after;
    struct rig r;

    rig_init(&r);
    rig_write_str(&r, "a.css", "p { color: red }");
    rig_start(&r); /* before there is a writer that it would inherit */
    int fd = openat(r.dir_fd, "a.css", O_RDWR | O_CLOEXEC);
    char *p = mmap(NULL, 16, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_true(p != MAP_FAILED);
    p[0] = 'q'; /* the page is dirty from here on */
    rig_age(&r, "a.css");
    rig_facts(&r, 0, "a.css", &a);
    rig_facts(&r, 1, "a.css", &b);
    assert_memory_equal(a.digest, b.digest, 32);
    rig_version(fd, &before);
    p[0] = 'r';
    munmap(p, 16);
    close(fd);
    fd = openat(r.dir_fd, "a.css", O_RDONLY | O_CLOEXEC);
    rig_version(fd, &after);
    close(fd);
    rig_facts(&r, 1, "a.css", &c);
    assert_memory_not_equal(a.digest, c.digest, 32);
    rig_stop(&r, 0);
    return file_version_eq(&before, &after) && !a.racy;
}

/* The last bytes of a mapping change no time: what was read before it ended is
 * for nobody who asks later, whichever worker that is.  A file system may write
 * the page back in between, and its times with it; then it is tried again, as
 * the times alone would have it read. */
static void mapped_by_somebody(void **state)
{
    bool silent = false;

    (void)state;
    for (int i = 0; !silent && i < 20; i++)
        silent = changed_in_silence();
    assert_true(silent);
}

/* It changes while the preparer may be anywhere in it: what is told at the end
 * is all of one version, whichever (changed_between_slices says which, when).
 */
static void changed_while_read(void **state)
{
    struct rig r;
    struct prepare_answer a;
    size_t n = 15 << 20;
    char *p = malloc(n);
    unsigned char digest[32];
    struct file_version v;

    (void)state;
    assert_non_null(p);
    memset(p, 'x', n);
    rig_init(&r);
    rig_write(&r, "large.txt", p, n);
    rig_start(&r);
    int fd = openat(r.dir_fd, "large.txt", O_RDWR | O_CLOEXEC);
    rig_ask(&r, 0, "large.txt", 1, false, 0);
    assert_int_equal(rig_take(&r, 0, &a), 1);
    assert_true(a.kind == PREPARE_FACTS && a.more && !a.has_digest);
    p[1] = '\xff'; /* in place, and no UTF-8 any more */
    assert_int_equal(pwrite(fd, p, 2, 0), 2);
    rig_version(fd, &v);
    assert_int_equal(rig_take(&r, 0, &a), 1);
    assert_true(a.kind == PREPARE_FACTS && !a.more && a.has_digest);
    /* on a busy machine all may have been read before the change */
    bool changed = a.version.mtime_ns == v.mtime_ns;
    assert_true((strstr(a.type, "utf-8") == NULL) == changed);
    p[1] = changed ? '\xff' : 'x';
    digest_of(p, n, digest);
    assert_memory_equal(a.digest, digest, 32);
    close(fd);
    free(p);
    rig_stop(&r, 0);
}

/* A file of two slices and more that is read step by step. */
struct large {
    struct rig r;
    struct slabs slabs;
    struct reading reading;
    struct reading_tools t;
    size_t n;
    char *p; /* its bytes, all x */
    int fd;
};

static void large_begin(struct large *l, int flags)
{
    *l = (struct large){ .t = { .slabs = &l->slabs,
                                .limits = { 4 << 20, 4 << 20, 0, 20000000 },
                                .scratch = malloc(READING_SLICE_BYTES) },
                         .n = 2 << 20 };
    l->p = malloc(l->n);
    assert_non_null(l->p);
    memset(l->p, 'x', l->n);
    rig_init(&l->r);
    rig_write(&l->r, "large.txt", l->p, l->n);
    slabs_start(&l->slabs, 16 << 20, NULL, NULL);
    l->fd = openat(l->r.dir_fd, "large.txt", flags | O_CLOEXEC);
    reading_start(&l->reading, l->fd, 4 << 20, false, false);
}

static void large_end(struct large *l)
{
    reading_end(&l->t, &l->reading);
    slabs_stop(&l->slabs);
    close(l->fd);
    free(l->p);
    free(l->t.scratch);
    rig_start(&l->r);
    rig_stop(&l->r, 0);
}

/* One act and what follows from it. */
static enum reading_state act(struct reading_tools *t, struct reading *r)
{
    reading_act(r, t->scratch);
    return reading_step(t, r);
}

static enum reading_state slice(struct large *l)
{
    return act(&l->t, &l->reading);
}

/* n bytes, and what is told of them. */
static void is_read(const struct large *l, size_t n)
{
    uint8_t digest[32], expected[32];

    digest_end(l->reading.digest, digest);
    digest_of(l->p, n, expected);
    assert_memory_equal(digest, expected, 32);
    assert_memory_equal(l->reading.slab->p + l->reading.offset, l->p, n);
}

static bool under_way(enum reading_state s)
{
    return s == READING_BEGUN || s == READING_MORE || s == READING_AGAIN;
}

/* A version that somebody has seen holds if the file has it at the end of the
 * reading; of one that it has no more nothing is told. */
static void expected(void **state)
{
    struct rig r;
    struct slabs slabs;
    struct reading_tools t = { .slabs = &slabs,
                               .limits = { 4 << 20, 4 << 20, 0, 20000000 },
                               .scratch = malloc(READING_SLICE_BYTES) };
    static const char *const texts[] = { "before", "as long", "no more so" };

    (void)state;
    assert_non_null(t.scratch);
    rig_init(&r);
    slabs_start(&slabs, 16 << 20, NULL, NULL);
    for (size_t i = 0; i < 3; i++) {
        struct reading reading;
        struct file_version was, is;
        uint8_t digest[32], right[32];
        unsigned begun = 0;
        enum reading_state s = READING_AGAIN;
        rig_write(&r, "small.txt", "before", 6);
        int fd = openat(r.dir_fd, "small.txt", O_RDWR | O_CLOEXEC);
        rig_version(fd, &was);
        was.ctime_ns -= i > 0; /* however fine the clock is */
        assert_int_equal(pwrite(fd, texts[i], strlen(texts[i]), 0),
                         (ssize_t)strlen(texts[i]));
        rig_version(fd, &is);
        if (i == 0)
            was = is;
        reading_start(&reading, fd, 4 << 20, true, false);
        reading_expect(&reading, &was);
        while (under_way(s)) {
            s = act(&t, &reading);
            begun += s == READING_BEGUN;
        }
        assert_int_equal(s, READING_DONE);
        assert_int_equal(begun, i == 0 ? 1 : 2);
        assert_true(file_version_eq(&reading.version, &is));
        digest_end(reading.digest, digest);
        digest_of(texts[i], strlen(texts[i]), right);
        assert_memory_equal(digest, right, 32);
        reading_end(&t, &reading);
        close(fd);
    }
    slabs_stop(&slabs);
    free(t.scratch);
    rig_start(&r);
    rig_stop(&r, 0);
}

/* Step by step: the first bytes change behind the first slice.  It is read
 * again, and all that is told is of the new version. */
static void changed_between_slices(void **state)
{
    enum reading_state s = READING_MORE;
    struct large l;
    size_t begun = 1;
    struct file_version v;

    (void)state;
    large_begin(&l, O_RDWR);
    assert_int_equal(slice(&l), READING_BEGUN);
    assert_int_equal(slice(&l), READING_MORE);
    assert_true(utf8_prefix_ok(&l.reading.utf8));
    l.p[1] = '\xff';
    assert_int_equal(pwrite(l.fd, l.p, 2, 0), 2);
    rig_version(l.fd, &v);
    while (under_way(s)) {
        s = slice(&l);
        begun += s == READING_BEGUN;
    }
    assert_int_equal(s, READING_DONE);
    assert_int_equal(begun, 2);
    assert_int_equal(l.reading.version.mtime_ns, v.mtime_ns);
    assert_false(utf8_prefix_ok(&l.reading.utf8));
    is_read(&l, l.n);
    large_end(&l);
}

/* Step by step: the file grows by a byte before each last slice. */
static void never_still(void **state)
{
    enum reading_state s = READING_MORE;
    struct large l;
    size_t changes = 0;

    (void)state;
    large_begin(&l, O_RDWR | O_APPEND);
    assert_int_equal(slice(&l), READING_BEGUN);
    assert_non_null(l.reading.slab);
    while (under_way(s)) {
        if (l.reading.at == READING_SLICE_BYTES) {
            assert_int_equal(write(l.fd, "x", 1), 1);
            changes++;
        }
        s = slice(&l);
    }
    assert_int_equal(s, READING_FAILED);
    assert_int_equal(changes, 3);
    assert_null(l.reading.slab);
    large_end(&l);
}

/* It is cut while it is read: no SIGBUS, and the new version in the end. */
static void cut_while_read(void **state)
{
    enum reading_state s = READING_MORE;
    struct large l;

    (void)state;
    large_begin(&l, O_RDWR);
    assert_int_equal(slice(&l), READING_BEGUN);
    assert_int_equal(slice(&l), READING_MORE);
    assert_int_equal(ftruncate(l.fd, 100), 0);
    while (under_way(s))
        s = slice(&l);
    assert_int_equal(s, READING_DONE);
    assert_int_equal(l.reading.version.size, 100);
    is_read(&l, 100);
    large_end(&l);
}

static void racy_rows(void **state)
{
    static const struct {
        const char *row;
        int64_t mtime_ms, ctime_ms; /* relative to the reading's start */
        bool racy;
    } rows[] = {
        { "old", -1000, -1000, false },
        { "changed this tick", -5, -5, true },
        { "mtime set back", -1000000, -5, true },
        { "just beyond the tick", -21, -21, false },
        { "a server's clock ahead of ours", 1000, 1000, true },
        { "mtime set far ahead", 100000, -1000, false },
        { "clock set back since", 100000, 100000, false },
    };
    struct reading_tools t = { .limits = { 0, 0, 0, 20000000 } };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct reading r = { .started_ns = INT64_C(1700000000000000123) };
        r.version.mtime_ns = r.started_ns + rows[i].mtime_ms * 1000000;
        r.version.ctime_ns = r.started_ns + rows[i].ctime_ms * 1000000;
        ROW_CHECK(rows[i].row, reading_racy(&t, &r) == rows[i].racy);
    }
}

/* How coarse a file system's times are shows in them: as long as another change
 * would bear the same ones, a version is young. */
static void coarse_times(void **state)
{
    static const struct {
        const char *row;
        int64_t mtime_ms, ctime_ms, now_ms, settles_ms;
        bool young;
    } rows[] = {
        { "second, within it", 1000, 1000, 1999, 2000, true },
        { "second, just over", 1000, 1000, 2019, 2000, true },
        { "second, over", 1000, 1000, 2021, 2000, false },
        { "FAT's two seconds", 2000, 2000, 3999, 4000, true },
        { "FAT's two seconds, over", 2000, 2000, 4021, 4000, false },
        { "exFAT's hundredth", 2010, 2010, 2035, 2020, true },
        { "exFAT's hundredth, over", 2010, 2010, 2041, 2020, false },
        { "fine", 1001, 1001, 1022, 1001, false },
        { "mtime set to a whole second", 1000, 1001, 1022, 1001, false },
        { "mtime set back, whole seconds", -50000, 3000, 3500, 4000, true },
    };
    const int64_t epoch = INT64_C(1700000000000000000);

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct file_version v = {
            .mtime_ns = epoch + rows[i].mtime_ms * 1000000,
            .ctime_ns = epoch + rows[i].ctime_ms * 1000000,
        };
        ROW_CHECK(rows[i].row,
                  version_young(&v, epoch + rows[i].now_ms * 1000000,
                                20000000) == rows[i].young);
        ROW_CHECK(rows[i].row, version_settles_ns(&v) ==
                                   epoch + rows[i].settles_ms * 1000000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bytes_same_digest),
        cmocka_unit_test(same_size_edit_in_one_tick),
        cmocka_unit_test(mapped_by_somebody),
        cmocka_unit_test(changed_while_read),
        cmocka_unit_test(expected),
        cmocka_unit_test(changed_between_slices),
        cmocka_unit_test(never_still),
        cmocka_unit_test(cut_while_read),
        cmocka_unit_test(racy_rows),
        cmocka_unit_test(coarse_times),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
