/* SPDX-License-Identifier: MIT
 *
 * Tests of the worker's client against a preparer that has been taken over:
 * the test writes the answers itself.
 */
#include "config.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "os/channel.h"
#include "prepare/client.h"
#include "prepare/seals.h"

#define AREA_BYTES 8192

static int make_area(size_t size, int seals)
{
    int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, (off_t)size), 0);
    if (size)
        assert_int_equal(pwrite(fd, "hello", 5, 64), 5);
    assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
    return fd;
}

struct fake {
    int fd[2];
    struct client *client;
    int area;
};

static void fake_start(struct fake *f, size_t size, int seals)
{
    assert_int_equal(channel_pair(f->fd), 0);
    f->client = client_new(f->fd[0]);
    f->area = make_area(size, seals);
}

static void fake_stop(struct fake *f)
{
    client_free(f->client);
    close(f->fd[0]);
    close(f->fd[1]);
    close(f->area);
}

static struct prepare_answer good(void)
{
    struct prepare_answer a = { .seq = 1,
                                .kind = PREPARE_FACTS,
                                .place = { 7, 64, 5, AREA_BYTES },
                                .type = "text/css; charset=utf-8",
                                .magic = "text/plain" };
    return a;
}

static int tell(struct fake *f, const struct prepare_answer *a, bool area,
                struct prepare_answer *out)
{
    assert_int_equal(
        channel_send(f->fd[1], a, sizeof *a, &f->area, area ? 1 : 0), 0);
    return client_take(f->client, out);
}

static void takes_good(void **state)
{
    struct fake f;
    struct prepare_answer a = good(), out;

    (void)state;
    fake_start(&f, AREA_BYTES, SLAB_SEALS);
    assert_int_equal(client_take(f.client, &out), 0);
    assert_int_equal(tell(&f, &a, true, &out), 1);
    assert_int_equal(tell(&f, &a, false, &out), 1);
    const char *p = client_slab_hold(f.client, &out.place);
    assert_memory_equal(p, "hello", 5);
    assert_true(client_slab_fd(f.client, 7) >= 0);
    a.kind = PREPARE_DROP;
    assert_int_equal(tell(&f, &a, false, &out), 1);
    assert_memory_equal(p, "hello", 5); /* still held */
    client_slab_release(f.client, 7);
    assert_null(client_slab_hold(f.client, &out.place));
    assert_int_equal(client_slab_fd(f.client, 7), -1);
    fake_stop(&f);
}

static void refuses_bad_areas(void **state)
{
    static const struct {
        const char *row;
        size_t size;
        int seals;
    } rows[] = {
        { "not sealed", AREA_BYTES, 0 },
        { "may shrink", AREA_BYTES, SLAB_SEALS & ~F_SEAL_SHRINK },
        { "may be written", AREA_BYTES, SLAB_SEALS & ~F_SEAL_FUTURE_WRITE },
        { "shorter than told", 4096, SLAB_SEALS },
        { "empty", 0, SLAB_SEALS },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct fake f;
        struct prepare_answer a = good(), out;
        fake_start(&f, rows[i].size, rows[i].seals);
        ROW_CHECK(rows[i].row, tell(&f, &a, true, &out) == -EPROTO);
        assert_null(client_slab_hold(f.client, &a.place));
        fake_stop(&f);
    }
}

static void bad_kind(struct prepare_answer *a)
{
    a->kind = 77;
}

static void bad_coding(struct prepare_answer *a)
{
    a->kind = PREPARE_CODED;
    a->coding = CODING_COUNT;
}

static void bad_follow(struct prepare_answer *a)
{
    a->follow = 1u << CODING_COUNT;
}

static void coded_identity(struct prepare_answer *a)
{
    a->kind = PREPARE_CODED;
}

static void beyond(struct prepare_answer *a)
{
    a->place.bytes = AREA_BYTES - 63;
}

static void far_beyond(struct prepare_answer *a)
{
    a->place.offset = UINT64_MAX - 4; /* offset + bytes wraps around */
}

/* Sums take less room than their bytes would, but they have to lie within and
 * where numbers may lie. */
static void sums_beyond(struct prepare_answer *a)
{
    a->place.sums = 1;
    a->place.bytes = (uint64_t)AREA_BYTES * 65536;
}

static void sums_far_beyond(struct prepare_answer *a)
{
    a->place.sums = 1;
    a->place.bytes = UINT64_MAX;
}

static void sums_askew(struct prepare_answer *a)
{
    a->place.sums = 1;
    a->place.offset = 65;
}

static void line_in_type(struct prepare_answer *a)
{
    memcpy(a->type, "text/css\r\nSet-Cookie: x", 24);
}

static void type_without_end(struct prepare_answer *a)
{
    memset(a->type, 'x', sizeof a->type);
}

static void refuses_bad_answers(void **state)
{
    static const struct {
        const char *row;
        void (*spoil)(struct prepare_answer *a);
    } rows[] = {
        { "kind", bad_kind },
        { "coding", bad_coding },
        { "codings that follow", bad_follow },
        { "identity as a coding", coded_identity },
        { "beyond the slab", beyond },
        { "far beyond the slab", far_beyond },
        { "sums beyond the slab", sums_beyond },
        { "sums far beyond the slab", sums_far_beyond },
        { "sums askew", sums_askew },
        { "line end in the type", line_in_type },
        { "type without end", type_without_end },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct fake f;
        struct prepare_answer a = good(), out;
        fake_start(&f, AREA_BYTES, SLAB_SEALS);
        rows[i].spoil(&a);
        ROW_CHECK(rows[i].row, tell(&f, &a, true, &out) == -EPROTO);
        fake_stop(&f);
    }
}

static void same_slab_twice(void **state)
{
    struct fake f;
    struct prepare_answer a = good(), out;

    (void)state;
    fake_start(&f, AREA_BYTES, SLAB_SEALS);
    assert_int_equal(tell(&f, &a, true, &out), 1);
    assert_int_equal(tell(&f, &a, true, &out), -EPROTO);
    fake_stop(&f);
}

static void short_message(void **state)
{
    struct fake f;
    struct prepare_answer out;

    (void)state;
    fake_start(&f, AREA_BYTES, SLAB_SEALS);
    assert_int_equal(channel_send(f.fd[1], "x", 1, NULL, 0), 0);
    assert_int_equal(client_take(f.client, &out), -EPROTO);
    fake_stop(&f);
}

static void several_at_once(void **state)
{
    struct prepare_answer all[PREPARE_ANSWERS_MAX], out;
    struct fake f;

    (void)state;
    fake_start(&f, AREA_BYTES, SLAB_SEALS);
    all[0] = good();
    assert_int_equal(tell(&f, &all[0], true, &out), 1);
    for (size_t i = 0; i < ROWS(all); i++) {
        all[i] = good();
        all[i].seq = i + 10;
    }
    assert_int_equal(channel_send(f.fd[1], all, sizeof all, NULL, 0), 0);
    for (size_t i = 0; i < ROWS(all); i++) {
        assert_int_equal(client_take(f.client, &out), 1);
        assert_int_equal(out.seq, i + 10);
        assert_int_equal(client_left(f.client), i + 1 < ROWS(all));
    }
    assert_int_equal(client_take(f.client, &out), 0);
    all[1].kind = 77; /* what was right before it counts */
    assert_int_equal(channel_send(f.fd[1], all, 2 * sizeof out, NULL, 0), 0);
    assert_int_equal(client_take(f.client, &out), 1);
    assert_int_equal(client_take(f.client, &out), -EPROTO);
    fake_stop(&f);
}

static void parts_of_answers(void **state)
{
    static const struct {
        const char *row;
        size_t bytes;
        bool area;
    } rows[] = {
        { "one and a half", sizeof(struct prepare_answer) * 3 / 2, false },
        { "two with a slab", sizeof(struct prepare_answer) * 2, true },
    };
    struct prepare_answer two[2] = { good(), good() }, out;

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct fake f;
        fake_start(&f, AREA_BYTES, SLAB_SEALS);
        assert_int_equal(channel_send(f.fd[1], two, rows[i].bytes, &f.area,
                                      rows[i].area ? 1 : 0),
                         0);
        ROW_CHECK(rows[i].row, client_take(f.client, &out) == -EPROTO);
        fake_stop(&f);
    }
}

/* No number left for a descriptor: the answer counts, its place does not, and
 * later places in the same slab are nowhere too. */
static void descriptors_exhausted(void **state)
{
    struct fake f;
    struct prepare_answer a = good(), out;
    struct rlimit old, none;

    (void)state;
    fake_start(&f, AREA_BYTES, SLAB_SEALS);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    none = (struct rlimit){ 0, old.rlim_max };
    /* sent before: the limit is of what all of a user have under way, too */
    assert_int_equal(channel_send(f.fd[1], &a, sizeof a, &f.area, 1), 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    int got = client_take(f.client, &out);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
    assert_int_equal(got, 1);
    assert_int_equal(out.place.slab, 0);
    assert_int_equal(out.place.bytes, 5);
    assert_string_equal(out.type, a.type);
    assert_int_equal(tell(&f, &a, false, &out), 1);
    assert_int_equal(out.place.slab, 0);
    fake_stop(&f);
}

static void asks(void **state)
{
    struct fake f;
    struct prepare_ask ask = { .seq = 9, .sidecars = 2, .name = "a.css" }, got;
    int in[CHANNEL_FDS_MAX], out[2], error;
    size_t n = CHANNEL_FDS_MAX;

    (void)state;
    fake_start(&f, AREA_BYTES, SLAB_SEALS);
    out[0] = out[1] = f.area;
    assert_int_equal(client_ask(f.client, &ask, out, 2), 0);
    assert_int_equal(channel_take(f.fd[1], &got, sizeof got, in, &n),
                     sizeof got);
    assert_int_equal(n, 2);
    assert_int_equal(got.seq, 9);
    close(in[0]);
    close(in[1]);
    while ((error = client_ask(f.client, &ask, out, 2)) == 0)
        ;
    /* the latter where the user has others under way */
    assert_true(error == -EAGAIN || error == -ETOOMANYREFS);
    close(f.fd[1]);
    f.fd[1] = -1;
    assert_int_equal(client_ask(f.client, &ask, out, 2), -EPIPE);
    fake_stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_good),
        cmocka_unit_test(refuses_bad_areas),
        cmocka_unit_test(refuses_bad_answers),
        cmocka_unit_test(same_slab_twice),
        cmocka_unit_test(short_message),
        cmocka_unit_test(several_at_once),
        cmocka_unit_test(parts_of_answers),
        cmocka_unit_test(descriptors_exhausted),
        cmocka_unit_test(asks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
