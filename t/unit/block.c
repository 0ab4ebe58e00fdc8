/* SPDX-License-Identifier: MIT
 *
 * block: heads that many files have, and the values that each puts in.
 */
#include "files/block.h"

#include <stdlib.h>
#include <string.h>

#include "http/date.h"
#include "unit.h"

#define HEAD                                                     \
    "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n" \
    "ETag: \"one\"\r\nContent-Length: 123\r\n\r\n"

static const struct block_shape shape = { .bytes = sizeof HEAD - 1,
                                          .date_at = 23,
                                          .tag_at = 60,
                                          .tag_n = 5,
                                          .digits_at = 83,
                                          .digits_n = 3 };

static const char one, two; /* whose heads they are */

static struct block *keep(struct block_table *t, struct block **at,
                          const void *by, const char *tag, const char *digits)
{
    char text[] = HEAD;

    memcpy(text + shape.tag_at, tag, shape.tag_n);
    memcpy(text + shape.digits_at, digits, shape.digits_n);
    assert_true(block_keep(t, at, by, &shape, text));
    return *at;
}

static void fill(struct block *b, const void *by, const char *tag, uint64_t n)
{
    const struct block_values v = { .tag = span_str(tag),
                                    .date = "Sun, 06 Nov 1994 08:49:37 GMT",
                                    .length = n };

    block_fill(b, &v);
    b->filled = by;
}

static void says(const struct block *b, const char *tag, const char *digits)
{
    assert_memory_equal(b->text + shape.tag_at, tag, shape.tag_n);
    assert_memory_equal(b->text + shape.digits_at, digits, shape.digits_n);
    assert_memory_equal(b->text + shape.date_at,
                        "Sun, 06 Nov 1994 08:49:37 GMT", DATE_BYTES);
}

static void alike_is_one(void **state)
{
    struct block_table t = { .n = 0 };
    struct block *a = NULL, *b = NULL;

    (void)state;
    keep(&t, &a, &one, "\"one\"", "123");
    assert_ptr_equal(keep(&t, &b, &two, "\"two\"", "456"), a);
    assert_int_equal(t.n, 1);
    fill(a, &one, "\"one\"", 123);
    says(a, "\"one\"", "123");
    fill(b, &two, "\"two\"", 7);
    says(b, "\"two\"", "007");
    block_drop(&t, &a, &one);
    assert_null(a);
    assert_ptr_equal(b->filled, &two);
    block_drop(&t, &b, &two);
    block_drop(&t, &b, &two); /* it is not there */
    block_table_end(&t);
}

/* What it was filled with may not hold any more. */
static void made_again(void **state)
{
    struct block_table t = { .n = 0 };
    struct block *a = NULL, *b = NULL;

    (void)state;
    keep(&t, &a, &one, "\"one\"", "123");
    keep(&t, &b, &two, "\"two\"", "456");
    fill(a, &one, "\"one\"", 123);
    keep(&t, &b, &two, "\"new\"", "456");
    assert_ptr_equal(a->filled, &one);
    keep(&t, &a, &one, "\"new\"", "123");
    assert_null(a->filled);
    fill(a, &one, "\"new\"", 123);
    block_drop(&t, &a, &one);
    assert_null(b->filled); /* its place may become another's */
    block_drop(&t, &b, &two);
    block_table_end(&t);
}

static void other_words(void **state)
{
    struct block_table t = { .n = 0 };
    struct block *a = NULL, *b = NULL, *c = NULL;
    struct block_shape longer = shape;
    char text[] = HEAD;

    (void)state;
    keep(&t, &a, &one, "\"one\"", "123");
    text[9] = '3'; /* status */
    assert_true(block_keep(&t, &b, &one, &shape, text));
    longer.tag_n++;
    memcpy(text, HEAD, sizeof text);
    assert_true(block_keep(&t, &c, &one, &longer, text));
    assert_int_equal(t.n, 3);
    block_drop(&t, &a, &one);
    block_drop(&t, &b, &one);
    block_drop(&t, &c, &one);
    block_table_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alike_is_one),
        cmocka_unit_test(made_again),
        cmocka_unit_test(other_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
