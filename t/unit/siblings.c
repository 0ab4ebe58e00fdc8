/* SPDX-License-Identifier: MIT
 *
 * siblings: what a directory's names say of the codings beside its files, and
 * until when.
 */
#include "files/siblings.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/dirs.h"
#include "files/files.h"
#include "http/accept.h"
#include "unit.h"

#define LOOKS 10000 /* more than any directory here takes */
#define EVERY ((1u << CODING_COUNT) - 1)
#define GZIP (1u << CODING_GZIP)
#define BR (1u << CODING_BR)
#define ZSTD (1u << CODING_ZSTD)

struct house {
    char top[32];
    struct root root;
    struct dirs *dirs;
    struct siblings s;
};

static void touch(const struct house *h, const char *name)
{
    int fd = openat(h->root.fd, name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    close(fd);
}

static int open_house(void **state)
{
    struct house *h = calloc(1, sizeof *h);

    snprintf(h->top, sizeof h->top, "/tmp/etagd-side-XXXXXX");
    assert_non_null(mkdtemp(h->top));
    h->root.fd = open(h->top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    h->root.watchable = true;
    assert_int_equal(mkdirat(h->root.fd, "sub", 0700), 0);
    h->dirs = dirs_new(1, 100);
    assert_non_null(h->dirs);
    siblings_init(&h->s);
    *state = h;
    return 0;
}

static int close_house(void **state)
{
    struct house *h = *state;
    char clean[64];

    siblings_end(&h->s);
    dirs_free(h->dirs);
    close(h->root.fd);
    snprintf(clean, sizeof clean, "rm -rf %s", h->top);
    assert_int_equal(system(clean), 0);
    free(h);
    return 0;
}

/* After as many looks as it takes; EVERY: it was never known. */
static unsigned settled(struct house *h, uint64_t fresh, const char *path)
{
    unsigned got = EVERY;

    if (!dirs_cover(h->dirs, 0, &h->root, path, false))
        return EVERY;
    for (int i = 0; i < LOOKS && got == EVERY; i++)
        got = siblings_codings(&h->s, h->dirs, fresh, 0, &h->root, path);
    return got;
}

/* Where nothing is watched (an overlay) nothing is known. */
static void need_watch(struct house *h)
{
    if (!dirs_cover(h->dirs, 0, &h->root, "a.html", false))
        skip();
}

static void names_tell(void **state)
{
    static const struct {
        const char *name;
        unsigned codings;
    } rows[] = {
        { "a.html", 0 },
        { "a.html.gz", GZIP },
        { "b.css.BR", BR },
        { "c.js.zst", ZSTD },
        { "d.gz.txt", 0 },
        { ".gz", GZIP },
        { "gz", 0 },
        { "e.g\xc5\xbf", EVERY },
        { "\xe6\x96\x87.html", 0 },
        { "f.gzip", 0 },
    };
    struct house *h = *state;

    need_watch(h);
    for (size_t i = 0; i < ROWS(rows); i++) {
        unsigned want = rows[i].codings;
        touch(h, rows[i].name);
        ROW_CHECK(rows[i].name, settled(h, i, "a.html") == want);
        assert_int_equal(unlinkat(h->root.fd, rows[i].name, 0), 0);
    }
}

static void a_directory_is_read_after_some_looks(void **state)
{
    struct house *h = *state;

    need_watch(h);
    for (int i = 0; i < 3; i++) /* a few looks are not worth it */
        assert_int_equal(
            siblings_codings(&h->s, h->dirs, 1, 0, &h->root, "a.html"), EVERY);
    assert_int_equal(settled(h, 1, "a.html"), 0);
    assert_int_equal(h->s.fd, -1); /* it does not stay open */
}

static void a_change_ends_it(void **state)
{
    struct house *h = *state;

    need_watch(h);
    assert_int_equal(settled(h, 1, "a.html"), 0);
    touch(h, "a.html.gz");
    assert_int_equal(siblings_codings(&h->s, h->dirs, 2, 0, &h->root, "a.html"),
                     EVERY);
    assert_int_equal(settled(h, 2, "a.html"), GZIP);
    dirs_forget(h->dirs);
    assert_int_equal(siblings_codings(&h->s, h->dirs, 2, 0, &h->root, "a.html"),
                     EVERY);
}

/* A change while it is read: what was read first counts no more. */
static void a_change_under_way(void **state)
{
    struct house *h = *state;
    char name[64];

    need_watch(h);
    for (int i = 0; i < 3000; i++) {
        snprintf(name, sizeof name, "sub/a-rather-long-name-%05d.html", i);
        touch(h, name);
    }
    assert_true(dirs_cover(h->dirs, 0, &h->root, "sub/a.html", false));
    for (int i = 0; i < LOOKS && h->s.fd < 0; i++)
        (void)siblings_codings(&h->s, h->dirs, 1, 0, &h->root, "sub/a.html");
    assert_true(h->s.fd >= 0); /* begun, and too long for one step */
    touch(h, "sub/a.html.br");
    assert_int_equal(settled(h, 2, "sub/a.html"), BR);
    assert_int_equal(settled(h, 2, "a.html"), 0); /* each for itself */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_tell, open_house, close_house),
        cmocka_unit_test_setup_teardown(a_directory_is_read_after_some_looks,
                                        open_house, close_house),
        cmocka_unit_test_setup_teardown(a_change_ends_it, open_house,
                                        close_house),
        cmocka_unit_test_setup_teardown(a_change_under_way, open_house,
                                        close_house),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
