/* SPDX-License-Identifier: MIT
 *
 * fuzz_listing: names, each after a byte of flags and ended by a NUL.
 * Whatever they are, the bound holds and no name adds markup or JSON.
 */
#include "fuzz.h"

#include <string.h>

#include "http/listing.h"

#define ITEMS_MAX 40

static size_t count(const struct buf *b, char c)
{
    size_t n = 0;

    for (size_t i = 0; i < b->n; i++)
        n += b->p[i] == c;
    return n;
}

/* Quotes that begin or end a string. */
static size_t strings(const struct buf *b)
{
    size_t n = 0;

    for (size_t i = 0; i < b->n; i++) {
        if (b->p[i] == '\\')
            i++;
        else
            n += b->p[i] == '"';
    }
    return n;
}

/* A page in a language, or JSON behind the last of them. */
static struct buf write_form(const struct listing *l, unsigned form)
{
    size_t cap = listing_bytes_max(l);
    char *storage = malloc(cap);

    PROPERTY(storage);
    struct buf b = buf_over(storage, cap);
    if (form == LANGUAGE_COUNT)
        listing_json(&b, l);
    else
        listing_html(&b, l, (enum language)form);
    PROPERTY(!b.overflow);
    return b;
}

/* Made a bit at a time it is the same. */
static void check_parts(const struct listing *l, size_t most)
{
    for (unsigned form = 0; form <= LANGUAGE_COUNT; form++) {
        struct buf whole = write_form(l, form);
        char *storage = malloc(whole.n);
        PROPERTY(storage);
        struct buf b = buf_over(storage, whole.n);
        bool last = false;
        for (size_t at = 0; !last; at += most) {
            PROPERTY(at == 0 || at < l->n);
            last =
                form == LANGUAGE_COUNT
                    ? listing_json_part(&b, l, at, most)
                    : listing_html_part(&b, l, (enum language)form, at, most);
        }
        PROPERTY(!b.overflow && b.n == whole.n);
        PROPERTY(memcmp(b.p, whole.p, b.n) == 0);
        free(storage);
        free(whole.p);
    }
}

static void check(const struct listing *l, const struct listing *tame)
{
    struct buf a, b;

    for (unsigned in = 0; in < LANGUAGE_COUNT; in++) {
        a = write_form(l, in);
        b = write_form(tame, in);
        PROPERTY(count(&a, '<') == count(&b, '<'));
        PROPERTY(count(&a, '>') == count(&b, '>'));
        PROPERTY(count(&a, '"') == count(&b, '"'));
        free(a.p);
        free(b.p);
    }
    a = write_form(l, LANGUAGE_COUNT);
    b = write_form(tame, LANGUAGE_COUNT);
    PROPERTY(strings(&a) == strings(&b));
    for (size_t i = 0; i < a.n; i++)
        PROPERTY((unsigned char)a.p[i] >= 0x20 || a.p[i] == '\n');
    PROPERTY(count(&a, '\n') == count(&b, '\n'));
    free(a.p);
    free(b.p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct listing_item item[ITEMS_MAX], tame[ITEMS_MAX];
    struct span in = span_of((const char *)data, size);
    size_t n = 0;

    while (in.n > 1 && n < ITEMS_MAX) {
        uint8_t flags = (uint8_t)in.p[0];
        in = span_from(in, 1);
        size_t end = span_find(in, '\0');
        struct span name = span_to(in, end < 255 ? end : 255);
        item[n] = (struct listing_item){
            .name = name,
            .directory = flags & 1,
            .size = (uint64_t)flags << (flags >> 2),
            .mtime_s = (flags & 2) ? INT64_MAX : flags,
        };
        in = span_from(in, end + 1);
        n++;
    }
    struct listing_order order =
        listing_order_of(span_of((const char *)data, size));
    PROPERTY(order.key < LISTING_KEYS);
    if (n)
        order = (struct listing_order){ (uint8_t)data[0] / 2 % LISTING_KEYS,
                                        data[0] / 8 % 2 };
    listing_compare *compare = listing_compare_of(order);
    qsort(item, n, sizeof *item, compare);
    for (size_t i = 0; i < n; i++) {
        tame[i] = item[i];
        tame[i].name = SPAN("x");
        for (size_t k = 0; k < i; k++)
            PROPERTY(compare(&item[k], &item[i]) <= 0 &&
                     compare(&item[i], &item[k]) >= 0);
    }
    /* a path of as many names, for each is a link */
    char path[258] = "/", plain[258] = "/";
    size_t length = n ? item[0].name.n : 0;
    for (size_t i = 0; i < length; i++) {
        path[1 + i] = item[0].name.p[i];
        plain[1 + i] = path[1 + i] == '/' ? '/' : 'x';
    }
    if (length) {
        path[1 + length] = plain[1 + length] = '/';
        length++;
    }
    struct listing l = { span_of(path, 1 + length), order, item, n, false };
    struct listing t = { span_of(plain, 1 + length), order, tame, n, false };
    check(&l, &t);
    check_parts(&l, 1 + size % 7);
    return 0;
}
