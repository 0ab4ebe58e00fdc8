/* SPDX-License-Identifier: MIT
 *
 * Tests of conf/sites: exact name, longest wildcard, default, refusal.
 */
#include <stdbool.h>

#include "unit.h"

#include "conf/sites.h"

static char *exact[] = { (char *)(uintptr_t) "example.org",
                         (char *)(uintptr_t) "www.example.org",
                         (char *)(uintptr_t) "::1" };
static char *wide[] = { (char *)(uintptr_t) "*.example.org" };
static char *narrow[] = { (char *)(uintptr_t) "*.cdn.example.org" };

static struct conf_site sites[] = {
    { .n_names = 0 },
    { .names = wide, .n_names = 1 },
    { .names = narrow, .n_names = 1 },
    { .names = exact, .n_names = 3 },
};

static void host_rows(void **state)
{
    static const struct {
        const char *host;
        int site; /* -1: unknown */
    } rows[] = {
        { "example.org", 3 },
        { "EXAMPLE.org", 3 },
        { "example.org.", 3 }, /* the dot of the DNS root */
        { "www.example.org", 3 },
        { "a.example.org", 1 },
        { "a.b.example.org", 1 },
        { "cdn.example.org", 1 },
        { "a.cdn.example.org", 2 },
        { "A.CDN.example.org.", 2 },
        { ".example.org", -1 },
        { "badexample.org", -1 },
        { "*.example.org", 1 }, /* no authority holds a star */
        { "[::1]", 3 },
        { "::1", 3 },
        { "org", -1 },
        { ".", -1 },
        { "127.0.0.1", -1 },
    };
    struct conf c = { .sites = sites, .n_sites = 4 };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        int site = rows[i].site;
        c.unknown_host = UNKNOWN_HOST_DEFAULT;
        ROW_CHECK(rows[i].host, sites_find(&c, span_str(rows[i].host)) ==
                                    &sites[site < 0 ? 0 : site]);
        c.unknown_host = UNKNOWN_HOST_REFUSE;
        ROW_CHECK(rows[i].host, sites_find(&c, span_str(rows[i].host)) ==
                                    (site < 0 ? NULL : &sites[site]));
    }
}

static void without_a_host(void **state)
{
    struct conf c = { .sites = sites,
                      .n_sites = 4,
                      .unknown_host = UNKNOWN_HOST_REFUSE };

    (void)state;
    assert_ptr_equal(sites_find(&c, SPAN_NONE), &sites[0]);
    assert_ptr_equal(sites_find(&c, SPAN("")), &sites[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(host_rows),
        cmocka_unit_test(without_a_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
