/* SPDX-License-Identifier: MIT
 *
 * Tests of share/attempts and os/password.
 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "os/password.h"
#include "share/attempts.h"

static struct attempts *made(void)
{
    int fd;
    struct attempts *a = attempts_new(&fd);

    assert_non_null(a);
    if (fd >= 0)
        close(fd);
    return a;
}

static struct ip address(const char *text)
{
    struct ip ip;

    assert_true(ip_parse(span_str(text), &ip));
    return ip;
}

static void a_burst_then_one_by_one(void **state)
{
    struct attempts *a = made();
    struct ip ip = address("192.0.2.1"), other = address("192.0.2.2");
    uint64_t now = 1000000;

    (void)state;
    for (int i = 0; i < 5; i++)
        assert_int_equal(attempts_take(a, &ip, 5, now), 0);
    assert_int_equal(attempts_take(a, &ip, 5, now), ATTEMPTS_MS / 5);
    assert_int_equal(attempts_take(a, &ip, 5, now), ATTEMPTS_MS / 5);
    assert_int_equal(attempts_take(a, &other, 5, now), 0);
    assert_int_equal(attempts_take(a, &ip, 0, now), 0);
    now += ATTEMPTS_MS / 5;
    assert_int_equal(attempts_take(a, &ip, 5, now), 0);
    assert_int_not_equal(attempts_take(a, &ip, 5, now), 0);
    attempts_give_back(a, &ip, 5);
    assert_int_equal(attempts_take(a, &ip, 5, now), 0);
    assert_int_not_equal(attempts_take(a, &ip, 5, now), 0);
    now += ATTEMPTS_MS;
    for (int i = 0; i < 5; i++)
        assert_int_equal(attempts_take(a, &ip, 5, now), 0);
    assert_int_not_equal(attempts_take(a, &ip, 5, now), 0);
    attempts_free(a);
}

static void the_next_program_goes_on(void **state)
{
    int fd, other;
    struct attempts *a = attempts_new(&fd), *next;
    struct ip ip = address("192.0.2.1");

    (void)state;
    assert_non_null(a);
    assert_int_equal(attempts_take(a, &ip, 2, 1000), 0);
    next = attempts_adopt(fd);
    assert_non_null(next);
    assert_int_equal(attempts_take(next, &ip, 2, 1000), 0);
    assert_int_not_equal(attempts_take(a, &ip, 2, 1000), 0);
    assert_int_not_equal(attempts_take(next, &ip, 2, 1000), 0);
    /* another version's */
    *(uint64_t *)(void *)next += 1;
    assert_null(attempts_adopt(fd));
    attempts_free(a);
    attempts_free(next);
    other = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_null(attempts_adopt(other));
    close(other);
    close(fd);
}

static void whose_it_is(void **state)
{
    struct attempts *a = made();
    struct ip one = address("2001:db8::1"), same = address("2001:db8::2:1"),
              other = address("2001:db8:0:1::1"), none = { .family = 0 };

    (void)state;
    assert_int_equal(attempts_take(a, &one, 1, 5), 0);
    assert_int_not_equal(attempts_take(a, &same, 1, 5), 0);
    assert_int_equal(attempts_take(a, &other, 1, 5), 0);
    assert_int_equal(attempts_take(a, &none, 1, 5), 0);
    assert_int_not_equal(attempts_take(a, &none, 1, 5), 0);
    attempts_free(a);
}

/* More addresses than places: nobody that has not tried is kept out. */
static void a_flood_of_addresses(void **state)
{
    struct attempts *a = made();
    struct ip ip = { .family = 4 };
    unsigned kept_out = 0;

    (void)state;
    for (unsigned i = 0; i < 200000; i++) {
        memcpy(ip.addr, &i, sizeof i);
        kept_out += attempts_take(a, &ip, 3, 1000 + i / 100) != 0;
        attempts_give_back(a, &ip, 3);
    }
    assert_int_equal(kept_out, 0);
    attempts_free(a);
}

static void hashes(void **state)
{
    static const char *const prefixes[] = { "$2b$", "$y$" };
    char hash[PASSWORD_HASH_MAX], second[PASSWORD_HASH_MAX];

    (void)state;
    if (password_hash("x", "$2b$", 4, hash) == -ENOSYS)
        skip();
    for (size_t i = 0; i < ROWS(prefixes); i++) {
        assert_int_equal(
            password_hash("s\xc3\xa9 cret", prefixes[i], i ? 1 : 4, hash), 0);
        assert_int_equal(
            password_hash("s\xc3\xa9 cret", prefixes[i], i ? 1 : 4, second), 0);
        assert_string_not_equal(hash, second);
        assert_int_equal(password_matches(hash, "s\xc3\xa9 cret"), 1);
        assert_int_equal(password_matches(second, "s\xc3\xa9 cret"), 1);
        assert_int_equal(password_matches(hash, "s\xc3\xa9 cre"), 0);
        assert_int_equal(password_matches(hash, ""), 0);
    }
    assert_true(password_matches("$9$nothing", "x") < 0);
    assert_true(password_matches("", "x") < 0);
    assert_true(password_hash("x", "$none$", 0, hash) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_then_one_by_one),
        cmocka_unit_test(the_next_program_goes_on),
        cmocka_unit_test(whose_it_is),
        cmocka_unit_test(a_flood_of_addresses),
        cmocka_unit_test(hashes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
