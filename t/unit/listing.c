/* SPDX-License-Identifier: MIT
 *
 * listing: order, escapes, bounds, both forms.
 */
#include "http/listing.h"

#include <stdio.h>
#include <stdlib.h>

#include "unit.h"

static char storage[1 << 20];

static struct listing_item item(const char *name, bool directory, uint64_t size)
{
    return (struct listing_item){ span_str(name), directory, size, 1000000000 };
}

static const char *text_of(const struct listing *l, bool json)
{
    struct buf b = buf_over(storage, listing_bytes_max(l));

    assert_true(listing_bytes_max(l) < sizeof storage);
    if (json)
        listing_json(&b, l);
    else
        listing_html(&b, l, LANGUAGE_EN);
    assert_false(b.overflow);
    b.cap = sizeof storage;
    assert_true(buf_cstr(&b));
    return storage;
}

static const struct listing_order by_names = { LISTING_NAME, false };

static void order(void **state)
{
    static const char *const want[] = { "B",     "z", "a", "A.txt",
                                        "a.txt", "b", "ba" };
    struct listing_item all[] = {
        item("ba", false, 0), item("a.txt", false, 0), item("z", true, 0),
        item("b", false, 0),  item("A.txt", false, 0), item("a", false, 0),
        item("B", true, 0),
    };

    (void)state;
    qsort(all, 7, sizeof *all, listing_compare_of(by_names));
    for (size_t i = 0; i < 7; i++)
        assert_true(span_eq(all[i].name, span_str(want[i])));
    assert_int_equal(listing_compare_of(by_names)(&all[0], &all[0]), 0);
}

/* What a query asks for, and what comes of it: folders stay first, by name. */
static void orders(void **state)
{
    static const struct {
        const char *query, *want;
    } rows[] = {
        { "", "DEabc" },
        { "sort=name", "DEabc" },
        { "sort=name&order=desc", "EDcba" },
        { "order=desc", "EDcba" },
        { "sort=size", "DEbca" },
        { "sort=size&order=desc", "DEabc" },
        { "sort=date", "DEcab" },
        { "sort=date&order=asc", "DEcab" },
        { "order=desc&sort=date", "DEbac" },
        { "x=1&sort=size&y&", "DEbca" },
        { "sort=size&sort=date", "DEbca" },
        /* not known */
        { "sort=colour", "DEabc" },
        { "SORT=size", "DEabc" },
        { "sort=Size", "DEabc" },
        { "sort", "DEabc" },
        { "sort=size;order=desc", "DEabc" },
        { "=&&==&sort=&order=", "DEabc" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct listing_item all[] = {
            item("c", false, 5), item("E", true, 0), item("a", false, 70),
            item("b", false, 5), item("D", true, 9),
        };
        all[0].undated = true;
        all[3].mtime_s++;
        char found[6] = "";
        qsort(all, 5, sizeof *all,
              listing_compare_of(listing_order_of(span_str(rows[i].query))));
        for (size_t k = 0; k < 5; k++)
            found[k] = all[k].name.p[0];
        ROW_CHECK(rows[i].query, strcmp(found, rows[i].want) == 0);
    }
}

/* Each column leads to its order, the one in use to its reverse. */
static void columns(void **state)
{
    static const struct {
        struct listing_order order;
        const char *want[4]; /* links, and which column is how */
    } rows[] = {
        { { LISTING_NAME, false },
          { "\"?sort=name&amp;order=desc\"", "\"?sort=size&amp;order=desc\"",
            "\"?sort=date&amp;order=desc\"",
            "<th scope=\"col\" aria-sort=\"ascending\">" } },
        { { LISTING_NAME, true },
          { "<a href=\"./\">", "\"?sort=size&amp;order=desc\"",
            "\"?sort=date&amp;order=desc\"",
            "<th scope=\"col\" aria-sort=\"descending\">" } },
        { { LISTING_SIZE, true },
          { "<a href=\"./\">", "\"?sort=size\"",
            "\"?sort=date&amp;order=desc\"",
            "<th scope=\"col\" class=\"n\" aria-sort=\"descending\">" } },
        { { LISTING_DATE, false },
          { "<a href=\"./\">", "\"?sort=size&amp;order=desc\"",
            "\"?sort=date&amp;order=desc\"",
            "<th scope=\"col\" class=\"n d\" aria-sort=\"ascending\">" } },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct listing l = { SPAN("/"), rows[i].order, NULL, 0, false };
        const char *text = text_of(&l, false);
        for (size_t k = 0; k < 4; k++)
            ROW_CHECK(rows[i].want[k], strstr(text, rows[i].want[k]) != NULL);
        const char *first = strstr(text, " aria-sort=");
        assert_null(strstr(first + 1, " aria-sort="));
    }
}

/* The folders on the way are links, the one that is shown is not. */
static void crumbs(void **state)
{
    static const struct {
        struct span path;
        const char *want;
    } rows[] = {
        { SPAN("/"), "<h1>/</h1>" },
        { SPAN("/a/"), "<h1><a href=\"../\">/</a><bdi>a</bdi>/</h1>" },
        { SPAN("/a/b&/c/"),
          "<h1><a href=\"../../../\">/</a><a href=\"../../\"><bdi>a</bdi></a>/"
          "<a href=\"../\"><bdi>b&amp;</bdi></a>/<bdi>c</bdi>/</h1>" },
    };
    char deep[2 * 40 + 1];

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct listing l = { rows[i].path, by_names, NULL, 0, false };
        ROW_CHECK(rows[i].want, strstr(text_of(&l, false), rows[i].want));
    }
    /* far up: the topmost alone, so that a page stays small */
    for (size_t i = 0; i < 40; i++)
        memcpy(deep + 2 * i, "/d", 2);
    deep[80] = '/';
    struct listing l = { span_of(deep, 81), by_names, NULL, 0, false };
    const char *text = strstr(text_of(&l, false), "<h1>");
    size_t n = 0;
    while ((text = strstr(text, "<bdi>d</bdi></a>"))) {
        text++;
        n++;
    }
    assert_int_equal(n, 16);
}

static void sizes(void **state)
{
    static const struct {
        uint64_t size;
        const char *text;
    } rows[] = {
        { 0, ">0 B<" },
        { 999, ">999 B<" },
        { 1000, ">1.0 kB<" },
        { 1234, ">1.2 kB<" },
        { 99999, ">99.9 kB<" },
        { 100000, ">100 kB<" },
        { 1000000, ">1.0 MB<" },
        { 5000000000, ">5.0 GB<" },
        { UINT64_MAX, ">18.4 EB<" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct listing_item one = item("x", false, rows[i].size);
        struct listing l = { SPAN("/"), by_names, &one, 1, false };
        assert_non_null(strstr(text_of(&l, false), rows[i].text));
    }
}

/* Every byte that markup, JSON or a link gives a meaning (RFC 3986, 8259). */
static void escapes(void **state)
{
    struct listing_item one = item("a<b>&\"'\\ %?#:\xc3\xa9.x", false, 7);
    struct listing l = { SPAN("/<p>/"), by_names, &one, 1, false };

    (void)state;
    const char *html = text_of(&l, false);
    assert_non_null(strstr(html, "<title>\xe2\x81\xa8/&lt;p&gt;/\xe2\x81\xa9"
                                 "</title>"));
    assert_non_null(strstr(html, "href=\"a%3Cb%3E%26%22%27%5C%20%25%3F%23%3A"
                                 "%C3%A9.x\""));
    assert_non_null(strstr(html, "><bdi>a&lt;b&gt;&amp;&quot;&#39;\\ %?#:"
                                 "\xc3\xa9.x</bdi></a>"));
    assert_non_null(strstr(html, "datetime=\"2001-09-09T01:46:40Z\">2001-09-09 "
                                 "01:46</time>"));
    const char *json = text_of(&l, true);
    assert_non_null(strstr(json, "\"name\":\"a<b>&\\\"'\\\\ %?#:\\u00e9.x\""));
    assert_non_null(strstr(json, "\"modified\":\"2001-09-09T01:46:40Z\"}"));
}

static void frame(void **state)
{
    struct listing root = { SPAN("/"), by_names, NULL, 0, false };
    struct listing below = { SPAN("/a/"), by_names, NULL, 0, true };

    (void)state;
    assert_null(strstr(text_of(&root, false), "../"));
    assert_non_null(strstr(text_of(&root, false), "0 entries</caption>"));
    assert_string_equal(text_of(&root, true),
                        "{\"path\":\"/\",\"cut\":false,\"entries\":[\n]}\n");
    assert_non_null(strstr(text_of(&below, false), "href=\"../\""));
    assert_non_null(strstr(text_of(&below, false), "the list is cut"));
    assert_non_null(strstr(text_of(&below, true), "\"cut\":true"));
}

/* The bound holds for the names that grow most, and for times of no calendar.
 */
static void bound(void **state)
{
    char worst[2][255];
    struct listing_item all[2];

    (void)state;
    memset(worst[0], '"', sizeof worst[0]);
    memset(worst[1], '\x01', sizeof worst[1]);
    for (size_t i = 0; i < 2; i++) {
        all[i] = item("", i, UINT64_MAX);
        all[i].name = span_of(worst[i], sizeof worst[i]);
        all[i].mtime_s = i ? INT64_MAX : INT64_MIN;
    }
    char path[4097];
    memset(path, '/', sizeof path);
    struct listing l = { span_of(path, sizeof path), by_names, all, 2, true };
    text_of(&l, false);
    for (size_t i = 1; i < sizeof path; i += 2)
        path[i] = '"';
    text_of(&l, false);
    text_of(&l, true);
}

/* In steps, of every number of items: as qsort() has them. */
static void test_sorted_in_steps(void **state)
{
    enum { MOST = 700 };
    static struct listing_item item[MOST], spare[MOST], whole[MOST];
    static char names[MOST][8];
    unsigned seed = 1, steps = 0;

    (void)state;
    for (size_t n = 0; n < MOST; n += n < 140 ? 1 : 37) {
        struct listing_order order = { (enum listing_key)(n % LISTING_KEYS),
                                       n % 2 };
        struct listing_item *a = item, *b = spare;
        struct listing_sort s = { 0, 0 };
        for (size_t i = 0; i < n; i++) {
            seed = seed * 1664525 + 1013904223;
            int len = snprintf(names[i], sizeof names[i], "%u", seed >> 12);
            item[i] = (struct listing_item){
                .name = span_of(names[i], (size_t)len % 8),
                .directory = seed >> 30 == 0,
                .size = seed >> 8 & 7,
                .mtime_s = seed >> 16 & 7,
            };
        }
        memcpy(whole, item, n * sizeof *item);
        if (n)
            qsort(whole, n, sizeof *whole, listing_compare_of(order));
        while (!listing_sort_some(&s, &a, &b, n, listing_compare_of(order)))
            steps++;
        for (size_t i = 0; i < n; i++)
            assert_int_equal(listing_compare_of(order)(&a[i], &whole[i]), 0);
    }
    assert_true(steps > 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sorted_in_steps),
        cmocka_unit_test(order),
        cmocka_unit_test(orders),
        cmocka_unit_test(columns),
        cmocka_unit_test(crumbs),
        cmocka_unit_test(sizes),
        cmocka_unit_test(escapes),
        cmocka_unit_test(frame),
        cmocka_unit_test(bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
