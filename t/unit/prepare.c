/* SPDX-License-Identifier: MIT
 *
 * Tests of src/prepare: a real preparer in a child process, asked over real
 * channels by the workers' client.
 */
#include "config.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sum.h"
#include "os/channel.h"
#include "prepare/digest.h"
#include "prepare_rig.h"

static const char css[] = ".c1 { color: red }\n.c2 { color: blue }\n";
static const unsigned char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01"
                                   "\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";

/* The answer's digest and bytes are those of p. */
static void check_bytes(struct rig *r, int worker,
                        const struct prepare_answer *a, const void *p, size_t n)
{
    unsigned char digest[32];

    digest_of(p, n, digest);
    assert_true(a->has_digest);
    assert_memory_equal(a->digest, digest, 32);
    assert_int_equal(a->place.bytes, n);
    if (n == 0) {
        assert_int_equal(a->place.slab, 0);
        return;
    }
    const char *bytes = client_slab_hold(r->client[worker], &a->place);
    assert_non_null(bytes);
    assert_memory_equal(bytes, p, n);
    client_slab_release(r->client[worker], a->place.slab);
}

static void facts_rows(void **state)
{
    static const struct {
        const char *name;
        const void *p;
        size_t n;
        const char *type;
    } rows[] = {
        { "style.css", css, sizeof css - 1, "text/css; charset=utf-8" },
        { "latin.css", "a { b: '\xe4' }", 13, "text/css" },
        { "empty.css", "", 0, "text/css; charset=utf-8" },
        { "page.html", "<p>x</p>", 8, "text/html; charset=utf-8" },
        { "logo.png", png, sizeof png - 1, "image/png" },
        { "logo.jpg", png, sizeof png - 1, "image/png" },
        { "logo", png, sizeof png - 1, "image/png" },
    };
    struct rig r;
    struct prepare_answer a;

    (void)state;
    rig_init(&r);
    rig_start(&r);
    for (size_t i = 0; i < ROWS(rows); i++) {
        rig_write(&r, rows[i].name, rows[i].p, rows[i].n);
        rig_facts(&r, 0, rows[i].name, &a);
        ROW_CHECK(rows[i].name, a.kind == PREPARE_FACTS);
        ROW_CHECK(rows[i].name, strcmp(a.type, rows[i].type) == 0);
        ROW_CHECK(rows[i].name, a.more == 0);
        check_bytes(&r, 0, &a, rows[i].p, rows[i].n);
    }
    rig_stop(&r, 0);
}

/* What a page refers to comes before its facts, to each that asks, and only
 * where somebody observes. */
static void references(void **state)
{
    static const char page[] = "<!doctype html><img src=logo.png>";
    struct prepare_answer a;
    struct rig r;

    (void)state;
    rig_init(&r);
    r.conf.observe.on = true;
    rig_write_str(&r, "page.html", page);
    rig_write_str(&r, "data.bin", page);
    rig_age(&r, "page.html");
    rig_start(&r);
    for (int worker = 0; worker < 2; worker++) {
        rig_ask(&r, worker, "page.html", 7, false, 0);
        assert_int_equal(rig_take(&r, worker, &a), 1);
        assert_true(a.kind == PREPARE_REFS && a.seq == 7 && a.more);
        assert_int_equal(a.place.bytes, sizeof "ilogo.png\n");
        const char *p = client_slab_hold(r.client[worker], &a.place);
        assert_non_null(p);
        assert_memory_equal(p, "ilogo.png\n", 10);
        client_slab_release(r.client[worker], a.place.slab);
        assert_int_equal(rig_take(&r, worker, &a), 1);
        assert_true(a.kind == PREPARE_FACTS && !a.more);
    }
    rig_facts(&r, 0, "data.bin", &a);
    assert_int_equal(a.kind, PREPARE_FACTS);
    rig_stop(&r, 0);
}

/* There are no bytes, but the sums of p's blocks. */
static void check_sums(struct rig *r, int worker,
                       const struct prepare_answer *a, const char *p, size_t n)
{
    assert_int_equal(a->place.bytes, n);
    assert_true(a->place.sums);
    const uint64_t *sums =
        (const void *)client_slab_hold(r->client[worker], &a->place);
    assert_non_null(sums);
    for (size_t at = 0; at < n; at += SUM_BLOCK) {
        size_t block = n - at < SUM_BLOCK ? n - at : SUM_BLOCK;
        assert_true(sums[at / SUM_BLOCK] == sum_of(p + at, block));
    }
    client_slab_release(r->client[worker], a->place.slab);
}

static void large_file_in_two_steps(void **state)
{
    struct rig r;
    struct prepare_answer a;
    size_t n = 6 << 20;
    char *p = malloc(n);

    (void)state;
    assert_non_null(p);
    memset(p, 'x', n);
    rig_init(&r);
    rig_write(&r, "large.txt", p, n);
    rig_write_str(&r, "small.css", css);
    rig_start(&r);
    rig_pause(&r, true); /* so that both asks are there at once */
    rig_ask(&r, 0, "large.txt", 1, true, 0);
    rig_ask(&r, 0, "small.css", 2, false, 0);
    rig_pause(&r, false);
    assert_int_equal(rig_take(&r, 0, &a), 1);
    assert_int_equal(a.seq, 1);
    assert_false(a.has_digest);
    assert_true(a.more);
    assert_string_equal(a.type, "text/plain"); /* what of the rest? */
    assert_int_equal(rig_take(&r, 0, &a), 1);
    assert_int_equal(a.seq, 2); /* not behind the large one */
    assert_int_equal(rig_take(&r, 0, &a), 1);
    assert_int_equal(a.seq, 1);
    assert_true(a.has_digest);
    assert_false(a.more);
    assert_string_equal(a.type, "text/plain; charset=utf-8");
    check_sums(&r, 0, &a, p, n);
    unsigned char digest[32];
    digest_of(p, n, digest);
    assert_memory_equal(a.digest, digest, 32);
    free(p);
    rig_stop(&r, 0);
}

/* The slab that the sums were put into goes; they come back in another, and the
 * file is not read again for them. */
static void sums_outlive_their_slab(void **state)
{
    struct rig r;
    struct prepare_answer a;
    size_t n = (2 << 20) - 5;
    char *p = malloc(n);
    uint64_t first = 0;
    char name[16];

    (void)state;
    assert_non_null(p);
    memset(p, 'x', n);
    rig_init(&r);
    r.conf.prepare.memory_bytes = 512 << 10;
    r.conf.prepare.memory_file_bytes = 40000;
    r.conf.prepare.compress = false;
    rig_write(&r, "large.txt", p, n);
    rig_age(&r, "large.txt");
    rig_start(&r);
    rig_ask(&r, 0, "large.txt", 1, false, 0);
    do
        assert_int_equal(rig_take(&r, 0, &a), 1);
    while (a.more);
    check_sums(&r, 0, &a, p, n);
    first = a.place.slab;
    bool dropped = false;
    for (int i = 0; i < 100 && !dropped; i++) {
        snprintf(name, sizeof name, "%d.txt", i);
        rig_write(&r, name, p, 40000);
        rig_ask(&r, 0, name, 100, false, 0);
        do {
            assert_int_equal(rig_take(&r, 0, &a), 1);
            dropped |= a.kind == PREPARE_DROP && a.place.slab == first;
        } while (a.kind == PREPARE_DROP);
    }
    assert_true(dropped);
    /* were it read again, there would be a word without a digest first */
    rig_facts(&r, 0, "large.txt", &a);
    assert_true(a.has_digest);
    assert_true(a.place.slab != first);
    check_sums(&r, 0, &a, p, n);
    free(p);
    rig_stop(&r, 0);
}

/* A share of the memory, and no more: then there is a digest without them. */
static void sums_are_bounded(void **state)
{
    struct rig r;
    struct prepare_answer a;
    size_t n = 9 << 20;
    char *p = malloc(n);

    (void)state;
    assert_non_null(p);
    memset(p, 'x', n);
    rig_init(&r);
    r.conf.prepare.memory_bytes = 8 << 10;
    rig_write(&r, "large.bin", p, n);
    rig_start(&r);
    rig_ask(&r, 0, "large.bin", 1, false, 0);
    do
        assert_int_equal(rig_take(&r, 0, &a), 1);
    while (a.more);
    assert_true(a.has_digest);
    assert_int_equal(a.place.slab, 0);
    assert_false(a.place.sums);
    free(p);
    rig_stop(&r, 0);
}

static void above_digest_bytes(void **state)
{
    struct rig r;
    struct prepare_answer a;
    char p[100000];

    (void)state;
    memset(p, 'x', sizeof p);
    rig_init(&r);
    r.conf.prepare.digest_bytes = 80000;
    r.conf.prepare.memory_file_bytes = 1000;
    rig_write(&r, "x.txt", p, sizeof p);
    rig_start(&r);
    rig_facts(&r, 0, "x.txt", &a);
    assert_int_equal(a.kind, PREPARE_FACTS);
    assert_false(a.has_digest);
    assert_false(a.more);
    assert_string_equal(a.type, "text/plain");
    rig_stop(&r, 0);
}

static void remembered_for_the_second_worker(void **state)
{
    struct rig r;
    struct prepare_answer a, b;

    (void)state;
    rig_init(&r);
    rig_write_str(&r, "a.css", css);
    rig_age(&r, "a.css");
    rig_start(&r);
    rig_ask(&r, 0, "a.css", 1, false, 0); /* both may be under way at once */
    rig_ask(&r, 1, "a.css", 2, false, 0);
    assert_int_equal(rig_take(&r, 0, &a), 1);
    assert_int_equal(rig_take(&r, 1, &b), 1);
    assert_false(a.racy);
    assert_int_equal(a.place.slab, b.place.slab);
    assert_int_equal(a.place.offset, b.place.offset);
    check_bytes(&r, 0, &a, css, sizeof css - 1);
    check_bytes(&r, 1, &b, css, sizeof css - 1);
    rig_facts(&r, 0, "a.css", &b);
    assert_int_equal(a.place.offset, b.place.offset);
    rig_stop(&r, 0);
}

/* A worker that asks and does not listen is made to wait; another is not, and
 * nothing gets lost. */
static void deaf_worker(void **state)
{
    struct rig r;
    struct prepare_answer a;
    struct prepare_ask ask = { .want_bytes = 1, .name = "a.css" };
    struct pollfd p;
    uint64_t sent = 0, seen = 0;
    int fd;

    (void)state;
    rig_init(&r);
    rig_write_str(&r, "a.css", css);
    rig_age(&r, "a.css");
    rig_start(&r);
    fd = openat(r.dir_fd, "a.css", O_RDONLY | O_CLOEXEC);
    rig_version(fd, &ask.version);
    for (;;) {
        ask.seq = sent + 1;
        int error = client_ask(r.client[0], &ask, &fd, 1);
        if (error == 0) {
            sent++;
            continue;
        }
        assert_int_equal(error, -EAGAIN); /* not that it is gone */
        p = (struct pollfd){ r.channel[0], POLLOUT, 0 };
        if (poll(&p, 1, 1000) == 0) /* it has stopped reading */
            break;
        assert_true(sent < 20000);
    }
    assert_true(sent > 1000);
    rig_facts(&r, 1, "a.css", &a);
    assert_int_equal(a.kind, PREPARE_FACTS);
    while (seen < sent) {
        assert_int_equal(rig_take(&r, 0, &a), 1);
        assert_int_equal(a.seq, ++seen);
    }
    close(fd);
    rig_stop(&r, 0);
}

/* Many versions: the memo forgets the oldest, all are answered. */
static void many_files(void **state)
{
    struct rig r;
    struct prepare_answer a;

    (void)state;
    rig_init(&r);
    r.conf.prepare.files = 1; /* raised to the least, 256 */
    rig_start(&r);
    for (int i = 0; i < 600; i++) {
        char body[16];
        snprintf(body, sizeof body, "a%d{}", i);
        rig_write_str(&r, "a.css", body);
        rig_facts(&r, i % 2, "a.css", &a);
        check_bytes(&r, i % 2, &a, body, strlen(body));
    }
    rig_stop(&r, 0);
}

static void slab_is_read_only(void **state)
{
    struct rig r;
    struct prepare_answer a;
    char path[64];

    (void)state;
    rig_init(&r);
    rig_write_str(&r, "a.css", css);
    rig_start(&r);
    rig_facts(&r, 0, "a.css", &a);
    const char *p = client_slab_hold(r.client[0], &a.place);
    int fd = client_slab_fd(r.client[0], a.place.slab);
    size_t n = (size_t)a.place.slab_bytes;
    void *page = (void *)((uintptr_t)p & ~(uintptr_t)4095);
    assert_int_equal(mprotect(page, 4096, PROT_READ | PROT_WRITE), -1);
    assert_ptr_equal(mmap(NULL, n, PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
    assert_int_equal(pwrite(fd, "x", 1, 0), -1);
    assert_int_equal(ftruncate(fd, 0), -1);
    assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int again = open(path, O_RDWR | O_CLOEXEC);
    if (again >= 0) {
        assert_int_equal(pwrite(again, "x", 1, 0), -1);
        close(again);
    }
    client_slab_release(r.client[0], a.place.slab);
    rig_stop(&r, 0);
}

static void oldest_slab_is_dropped(void **state)
{
    struct rig r;
    struct prepare_answer a, first;
    char *p = malloc(600000);
    bool dropped = false;

    (void)state;
    assert_non_null(p);
    rig_init(&r);
    r.conf.prepare.memory_bytes = 2 << 20;
    rig_start(&r);
    for (int i = 0; i < 6 && !dropped; i++) {
        char name[16];
        memset(p, 'a' + i, 600000);
        snprintf(name, sizeof name, "%d.txt", i);
        rig_write(&r, name, p, 600000);
        rig_ask(&r, 0, name, (uint64_t)i + 1, false, 0);
        assert_int_equal(rig_take(&r, 0, i ? &a : &first), 1);
        if (i == 0) {
            assert_non_null(client_slab_hold(r.client[0], &first.place));
        } else if (a.kind == PREPARE_DROP) {
            dropped = true;
            assert_int_equal(a.place.slab, first.place.slab);
            assert_int_equal(rig_take(&r, 0, &a), 1);
        }
    }
    assert_true(dropped);
    /* held: still readable */
    const char *held = client_slab_hold(r.client[0], &first.place);
    assert_true(held[0] == 'a' && held[599999] == 'a');
    client_slab_release(r.client[0], first.place.slab);
    client_slab_release(r.client[0], first.place.slab);
    assert_null(client_slab_hold(r.client[0], &first.place));
    /* and made again when it is asked for again */
    memset(p, 'a', 600000);
    rig_facts(&r, 0, "0.txt", &a);
    check_bytes(&r, 0, &a, p, 600000);
    free(p);
    rig_stop(&r, 0);
}

static void no_regular_file(void **state)
{
    struct rig r;
    struct prepare_answer a;

    (void)state;
    rig_init(&r);
    assert_int_equal(mkdirat(r.dir_fd, "dir", 0700), 0);
    assert_int_equal(mkfifoat(r.dir_fd, "fifo", 0600), 0);
    rig_start(&r);
    rig_facts(&r, 0, "dir", &a);
    assert_int_equal(a.kind, PREPARE_FAILED);
    assert_false(a.more);
    rig_facts(&r, 0, "fifo", &a);
    assert_int_equal(a.kind, PREPARE_FAILED);
    rig_stop(&r, 0);
}

/* One worker's nonsense costs that worker its channel, nobody else's. */
static void garbage(void **state)
{
    struct prepare_ask ask = { .seq = 1, .name = "x" };
    struct rig r;
    struct prepare_answer a;

    (void)state;
    rig_init(&r);
    rig_write_str(&r, "a.css", css);
    rig_start(&r);
    assert_int_equal(channel_send(r.channel[0], &ask, sizeof ask, NULL, 0), 0);
    assert_int_equal(rig_take(&r, 0, &a), -EPIPE);
    rig_facts(&r, 1, "a.css", &a);
    assert_int_equal(a.kind, PREPARE_FACTS);
    struct prepare_held held = { .n = PREPARE_HELD_MAX }; /* of unknown ones */
    assert_int_equal(channel_send(r.channel[1], &held, sizeof held, NULL, 0),
                     0);
    rig_facts(&r, 1, "a.css", &a);
    assert_int_equal(a.kind, PREPARE_FACTS);
    held.n++;
    assert_int_equal(channel_send(r.channel[1], &held, sizeof held, NULL, 0),
                     0);
    assert_int_equal(rig_take(&r, 1, &a), -EPIPE);
    rig_stop(&r, 0);
}

/* A worker that goes away takes its jobs along, not the others'. */
static void worker_gone(void **state)
{
    struct rig r;
    struct prepare_answer a;
    size_t n = 8 << 20;
    char *p = malloc(n);

    (void)state;
    assert_non_null(p);
    memset(p, 'x', n);
    rig_init(&r);
    rig_write(&r, "own.txt", p, n);
    rig_write(&r, "common.txt", p, n - 1);
    rig_start(&r);
    rig_ask(&r, 0, "own.txt", 1, false, 0);
    rig_ask(&r, 0, "common.txt", 2, false, 0);
    rig_ask(&r, 1, "common.txt", 3, false, 0);
    assert_int_equal(rig_take(&r, 0, &a), 1);
    assert_int_equal(shutdown(r.channel[0], SHUT_RDWR), 0);
    do {
        assert_int_equal(rig_take(&r, 1, &a), 1);
        assert_int_equal(a.seq, 3);
    } while (a.more);
    assert_true(a.kind == PREPARE_FACTS && a.has_digest);
    free(p);
    rig_stop(&r, 0);
}

static void killed(void **state)
{
    struct rig r;
    struct prepare_answer a, b;

    (void)state;
    rig_init(&r);
    rig_write_str(&r, "a.css", css);
    rig_start(&r);
    rig_facts(&r, 0, "a.css", &a);
    assert_non_null(client_slab_hold(r.client[0], &a.place));
    kill(r.pid, SIGKILL);
    assert_int_equal(rig_take(&r, 0, &b), -EPIPE);
    /* what is held stays, under the next preparer too */
    client_renew(r.client[0], r.channel[0]);
    const char *p = client_slab_hold(r.client[0], &a.place);
    assert_memory_equal(p, css, sizeof css - 1);
    client_slab_release(r.client[0], a.place.slab);
    client_slab_release(r.client[0], a.place.slab);
    assert_null(client_slab_hold(r.client[0], &a.place));
    rig_stop(&r, SIGKILL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_rows),
        cmocka_unit_test(references),
        cmocka_unit_test(large_file_in_two_steps),
        cmocka_unit_test(sums_outlive_their_slab),
        cmocka_unit_test(sums_are_bounded),
        cmocka_unit_test(above_digest_bytes),
        cmocka_unit_test(remembered_for_the_second_worker),
        cmocka_unit_test(deaf_worker),
        cmocka_unit_test(many_files),
        cmocka_unit_test(slab_is_read_only),
        cmocka_unit_test(oldest_slab_is_dropped),
        cmocka_unit_test(no_regular_file),
        cmocka_unit_test(garbage),
        cmocka_unit_test(worker_gone),
        cmocka_unit_test(killed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
