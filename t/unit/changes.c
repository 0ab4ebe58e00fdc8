/* SPDX-License-Identifier: MIT
 *
 * Tests of src/prepare with files that change: before, after and while they are
 * read.  A strong tag has to be strong.
 */
#include "config.h"

#include "unit.h"

#include <fcntl.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

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

/* It changes between the first slice and the last: what is told at the end is
 * all of the new version. */
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
    assert_null(strstr(a.type, "utf-8"));
    assert_int_equal(a.version.mtime_ns, v.mtime_ns);
    SHA256((unsigned char *)p, n, digest);
    assert_memory_equal(a.digest, digest, 32);
    close(fd);
    free(p);
    rig_stop(&r, 0);
}

struct writer {
    int fd;
    atomic_bool stop;
};

static void *keep_writing(void *arg)
{
    struct writer *w = arg;

    for (char c = 0; !atomic_load(&w->stop); c++)
        if (pwrite(w->fd, &c, 1, 9) != 1)
            break;
    return NULL;
}

static void never_still(void **state)
{
    struct rig r;
    struct prepare_answer a;
    struct writer w = { .stop = false };
    size_t n = 15 << 20;
    char *p = malloc(n);
    pthread_t t;

    (void)state;
    assert_non_null(p);
    memset(p, 'x', n);
    rig_init(&r);
    rig_write(&r, "large.txt", p, n);
    rig_start(&r);
    w.fd = openat(r.dir_fd, "large.txt", O_RDWR | O_CLOEXEC);
    assert_int_equal(pthread_create(&t, NULL, keep_writing, &w), 0);
    rig_ask(&r, 0, "large.txt", 1, false, 0);
    do {
        assert_int_equal(rig_take(&r, 0, &a), 1);
    } while (a.more);
    assert_int_equal(a.kind, PREPARE_FAILED);
    atomic_store(&w.stop, true);
    pthread_join(t, NULL);
    close(w.fd);
    free(p);
    rig_stop(&r, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bytes_same_digest),
        cmocka_unit_test(same_size_edit_in_one_tick),
        cmocka_unit_test(changed_while_read),
        cmocka_unit_test(never_still),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
