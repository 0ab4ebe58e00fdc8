/* SPDX-License-Identifier: MIT
 *
 * Tests of the preparer's dealings with sidecars: files beside the file that
 * are its coded forms.
 */
#include "config.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/channel.h"
#include "prepare/digest.h"
#include "prepare_rig.h"

#define TEXT_BYTES 20000

static char text[TEXT_BYTES];

static const struct {
    const char *row, *suffix;
    enum coding coding;
    const char *p;
    size_t n;
    int64_t age_ns; /* relative to now; the file itself is 10 s old */
    bool good;
} sidecars[] = {
    { "gzip", ".gz", CODING_GZIP, "\x1f\x8b\x08 rest", 8, 0, true },
    { "zstd", ".zst", CODING_ZSTD, "\x28\xb5\x2f\xfd rest", 9, 0, true },
    { "brotli", ".br", CODING_BR, "\x0b\x02\x80", 3, 0, true },
    { "as old as the file", ".br", CODING_BR, "\x0b", 1, -10, true },
    { "older than the file", ".br", CODING_BR, "\x0b", 1, -11, false },
    { "gzip that is none", ".gz", CODING_GZIP, "text", 4, 0, false },
    { "zstd that is none", ".zst", CODING_ZSTD, "\x28\xb5", 2, 0, false },
    { "empty", ".br", CODING_BR, "", 0, 0, false },
};

static void sidecar_rows(void **state)
{
    struct rig r;
    struct prepare_answer a, facts;
    unsigned char digest[32];

    (void)state;
    rig_init(&r);
    rig_start(&r);
    for (size_t i = 0; i < ROWS(sidecars); i++) {
        const char *row = sidecars[i].row;
        char name[32], side[40];
        const struct timespec old[2] = { { 1000, 0 }, { 1000, 0 } };
        const struct timespec its[2] = { { 1010 + sidecars[i].age_ns, 0 },
                                         { 1010 + sidecars[i].age_ns, 0 } };
        snprintf(name, sizeof name, "%zu.css", i);
        snprintf(side, sizeof side, "%s%s", name, sidecars[i].suffix);
        rig_write(&r, name, text, 1000);
        rig_write(&r, side, sidecars[i].p, sidecars[i].n);
        utimensat(r.dir_fd, name, old, 0);
        utimensat(r.dir_fd, side, its, 0);
        rig_ask(&r, 0, name, i + 1, false, 1u << sidecars[i].coding);
        assert_int_equal(rig_take(&r, 0, &facts), 1);
        ROW_CHECK(row, facts.negotiable && facts.more && facts.has_digest);
        ROW_CHECK(row, facts.follow == 1u << sidecars[i].coding);
        assert_int_equal(rig_take(&r, 0, &a), 1);
        ROW_CHECK(row, a.kind == PREPARE_CODED && !a.more && a.seq == i + 1);
        ROW_CHECK(row, a.coding == sidecars[i].coding);
        ROW_CHECK(row, a.sidecar == sidecars[i].good);
        ROW_CHECK(row, (a.place.slab != 0) == sidecars[i].good);
        if (!sidecars[i].good)
            continue;
        const char *p = client_slab_hold(r.client[0], &a.place);
        assert_memory_equal(p, sidecars[i].p, sidecars[i].n);
        client_slab_release(r.client[0], a.place.slab);
        digest_of(sidecars[i].p, sidecars[i].n, digest);
        assert_memory_equal(a.digest, digest, 32);
        assert_int_equal(a.version.mtime_ns, old[1].tv_sec * 1000000000);
    }
    rig_stop(&r, 0);
}

static void large_sidecar(void **state)
{
    struct rig r;
    struct prepare_answer a[CODING_COUNT];
    unsigned char digest[32];

    (void)state;
    rig_init(&r);
    r.conf.prepare.memory_file_bytes = 10000;
    rig_write(&r, "a.css", text, 10000);
    rig_write(&r, "a.css.br", text, TEXT_BYTES);
    rig_start(&r);
    rig_ask(&r, 0, "a.css", 1, false, 1u << CODING_BR);
    rig_take_all(&r, 0, 1, a);
    assert_true(a[CODING_BR].sidecar && a[CODING_BR].has_digest);
    assert_true(a[CODING_BR].place.sums); /* not the bytes */
    assert_int_equal(a[CODING_BR].place.bytes, TEXT_BYTES);
    digest_of(text, TEXT_BYTES, digest);
    assert_memory_equal(a[CODING_BR].digest, digest, 32);
    rig_stop(&r, 0);
}

/* Another sidecar than the one that the worker has open is not used. */
static void sidecar_replaced(void **state)
{
    struct rig r;
    struct prepare_ask ask = { .seq = 1, .sidecars = 1u << CODING_BR };
    struct prepare_answer a[CODING_COUNT];
    int fds[2];

    (void)state;
    rig_init(&r);
    rig_write(&r, "a.css", text, 1000);
    rig_write(&r, "a.css.br", "\x0b\x02\x80", 3);
    rig_start(&r);
    fds[0] = openat(r.dir_fd, "a.css", O_RDONLY | O_CLOEXEC);
    fds[1] = openat(r.dir_fd, "a.css.br", O_RDONLY | O_CLOEXEC);
    rig_version(fds[0], &ask.version);
    rig_version(fds[1], &ask.sidecar_version[CODING_BR]);
    rig_write(&r, "a.css.br", "\x0b\x02\x80\x03", 4);
    memcpy(ask.name, "a.css", 6);
    assert_int_equal(client_ask(r.client[0], &ask, fds, 2), 0);
    rig_take_all(&r, 0, 1, a);
    assert_int_equal(a[CODING_BR].kind, PREPARE_CODED);
    assert_false(a[CODING_BR].sidecar);
    assert_int_equal(a[CODING_BR].place.slab, 0);
    close(fds[0]);
    close(fds[1]);
    rig_stop(&r, 0);
}

/* Each ask of a message has the descriptors behind those of the one before. */
static void several_asks(void **state)
{
    static const char *const names[] = { "a.css", "b.css", "c.css" };
    struct prepare_ask asks[ROWS(names)];
    struct rig r;
    struct prepare_answer a[CODING_COUNT];
    unsigned char digest[32];
    int fds[2 * ROWS(names)];
    size_t n = 0;

    (void)state;
    memset(asks, 0, sizeof asks);
    rig_init(&r);
    for (size_t i = 0; i < ROWS(names); i++)
        rig_write(&r, names[i], text, 1000 + i);
    rig_write(&r, "b.css.br", "\x0b\x02\x80", 3);
    rig_start(&r);
    for (size_t i = 0; i < ROWS(names); i++) {
        asks[i].seq = i + 1;
        asks[i].want_bytes = 1;
        snprintf(asks[i].name, sizeof asks[i].name, "%s", names[i]);
        fds[n] = openat(r.dir_fd, names[i], O_RDONLY | O_CLOEXEC);
        rig_version(fds[n++], &asks[i].version);
        if (i != 1)
            continue;
        asks[i].sidecars = 1u << CODING_BR;
        fds[n] = openat(r.dir_fd, "b.css.br", O_RDONLY | O_CLOEXEC);
        rig_version(fds[n++], &asks[i].sidecar_version[CODING_BR]);
    }
    assert_int_equal(client_ask_all(r.client[0], asks, ROWS(names), fds, n), 0);
    for (size_t i = 0; i < ROWS(names) + 1; i++) {
        assert_int_equal(rig_take(&r, 0, &a[0]), 1);
        bool coded = a[0].kind == PREPARE_CODED;
        assert_in_range(a[0].seq, 1, ROWS(names));
        assert_int_equal(a[0].place.bytes, coded ? 3 : 999 + a[0].seq);
        if (coded)
            assert_int_equal(a[0].seq, 2);
        else
            digest_of(text, (size_t)(999 + a[0].seq), digest);
        if (!coded)
            assert_memory_equal(a[0].digest, digest, 32);
    }
    while (n > 0)
        close(fds[--n]);
    rig_stop(&r, 0);
}

/* One that has fewer descriptors than it says ends the channel, and those that
 * came along are closed. */
static void asks_without_descriptors(void **state)
{
    struct prepare_ask asks[2] = {
        { .seq = 1, .name = "a.css" },
        { .seq = 2, .name = "b.css", .sidecars = 1u << CODING_BR }
    };
    struct prepare_answer a;
    struct rig r;
    int got, fds[2];

    (void)state;
    rig_init(&r);
    rig_write(&r, "a.css", text, 1000);
    rig_start(&r);
    fds[0] = fds[1] = openat(r.dir_fd, "a.css", O_RDONLY | O_CLOEXEC);
    rig_version(fds[0], &asks[0].version);
    assert_int_equal(
        channel_send(r.channel[0], asks, sizeof asks, fds, ROWS(fds)), 0);
    while ((got = rig_take(&r, 0, &a)) == 1)
        assert_int_equal(a.seq, 1);
    assert_int_equal(got, -EPIPE);
    rig_facts(&r, 1, "a.css", &a); /* others go on */
    close(fds[0]);
    rig_stop(&r, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sidecar_rows),
        cmocka_unit_test(large_sidecar),
        cmocka_unit_test(sidecar_replaced),
        cmocka_unit_test(several_asks),
        cmocka_unit_test(asks_without_descriptors),
    };

    memset(text, '.', sizeof text);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
