/* SPDX-License-Identifier: MIT
 *
 * listing: HTML and JSON of a directory.
 * Layer: http (pure).
 */
#include "http/listing.h"

#include "base/chars.h"
#include "http/json.h"
#include "http/logline.h"
#include "http/page.h"
#include "http/target.h"

#define ITEM_BYTES 420 /* of either form, without what names take */
#define FRAME_BYTES 4096
#define CRUMBS_MAX 16 /* folders above that are links, beside the topmost */
#define RUN 16        /* items that are sorted at once */
#define YEAR_9999_END 253402300799

static const char style[] =
    "body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;"
    "max-width:56rem;padding:0 1rem}"
    "h1{font-size:1.3rem;overflow-wrap:anywhere}"
    "h1 a+a{margin-left:.2em}"
    "table{border-collapse:collapse;width:100%}"
    "caption{text-align:left;padding:.3rem 0;opacity:.8}"
    "th,td{padding:.3rem .6rem .3rem 0;text-align:left;font-weight:normal;"
    "border-bottom:1px solid color-mix(in srgb,currentColor 18%,transparent)}"
    "thead th{font-weight:bold}"
    "[aria-sort=ascending] a::after{content:' \\2191'}"
    "[aria-sort=descending] a::after{content:' \\2193'}"
    "tbody th{overflow-wrap:anywhere}"
    "a{display:inline-block;padding:.1rem 0}"
    ".n{text-align:right;white-space:nowrap;width:1%;padding-left:1.2rem;"
    "font-variant-numeric:tabular-nums}"
    "@media(max-width:34rem){.d{display:none}}";

/* How a query and a column name them. */
static const struct {
    const char *query;
    enum word word;
    const char *cell;
} keys[LISTING_KEYS] = {
    [LISTING_NAME] = { "name", WORD_NAME, "" },
    [LISTING_SIZE] = { "size", WORD_SIZE, " class=\"n\"" },
    [LISTING_DATE] = { "date", WORD_CHANGED, " class=\"n d\"" },
};

/* The value of the first parameter of that name; p NULL: there is none. */
static struct span parameter(struct span query, struct span name)
{
    while (query.n) {
        size_t n = span_find(query, '&');
        struct span one = span_to(query, n);
        size_t is = span_find(one, '=');
        if (span_eq(span_to(one, is), name))
            return span_from(one, is + 1);
        query = span_from(query, n + 1);
    }
    return SPAN_NONE;
}

struct listing_order listing_order_of(struct span query)
{
    struct listing_order order = { LISTING_NAME, false };
    struct span sort = parameter(query, SPAN("sort"));

    for (unsigned i = 0; i < LISTING_KEYS; i++) {
        if (span_eq(sort, span_str(keys[i].query)))
            order.key = (enum listing_key)i;
    }
    order.down = span_eq(parameter(query, SPAN("order")), SPAN("desc"));
    return order;
}

static int by_name(const struct listing_item *x, const struct listing_item *y)
{
    size_t n = x->name.n < y->name.n ? x->name.n : y->name.n;

    for (size_t i = 0; i < n; i++) {
        unsigned char p = (unsigned char)chars_lower(x->name.p[i]);
        unsigned char q = (unsigned char)chars_lower(y->name.p[i]);
        if (p != q)
            return p < q ? -1 : 1;
    }
    if (x->name.n != y->name.n)
        return x->name.n < y->name.n ? -1 : 1;
    return n ? memcmp(x->name.p, y->name.p, n) : 0;
}

static int by_size(const struct listing_item *x, const struct listing_item *y)
{
    return x->size < y->size ? -1 : x->size > y->size;
}

/* What has no date is the oldest. */
static int by_date(const struct listing_item *x, const struct listing_item *y)
{
    if (x->undated || y->undated)
        return y->undated - x->undated;
    return x->mtime_s < y->mtime_s ? -1 : x->mtime_s > y->mtime_s;
}

static int compare(const struct listing_item *x, const struct listing_item *y,
                   struct listing_order order)
{
    int c = 0;

    if (x->directory != y->directory)
        return x->directory ? -1 : 1;
    if (order.key == LISTING_NAME) {
        c = by_name(x, y);
        return order.down ? -c : c;
    }
    if (!x->directory)
        c = order.key == LISTING_SIZE ? by_size(x, y) : by_date(x, y);
    if (order.down)
        c = -c;
    return c ? c : by_name(x, y);
}

#define COMPARES(name, key, down)                                      \
    static int name(const void *a, const void *b)                      \
    {                                                                  \
        return compare(a, b, (struct listing_order){ (key), (down) }); \
    }
COMPARES(name_up, LISTING_NAME, false)
COMPARES(name_down, LISTING_NAME, true)
COMPARES(size_up, LISTING_SIZE, false)
COMPARES(size_down, LISTING_SIZE, true)
COMPARES(date_up, LISTING_DATE, false)
COMPARES(date_down, LISTING_DATE, true)

listing_compare *listing_compare_of(struct listing_order order)
{
    static listing_compare *const rows[LISTING_KEYS][2] = {
        [LISTING_NAME] = { name_up, name_down },
        [LISTING_SIZE] = { size_up, size_down },
        [LISTING_DATE] = { date_up, date_down },
    };

    return rows[order.key][order.down];
}

/* A few of them, each into its place among those before it. */
static void insert(struct listing_item *item, size_t n, listing_compare *by)
{
    for (size_t i = 1; i < n; i++) {
        struct listing_item one = item[i];
        size_t at = i;
        for (; at > 0 && by(&item[at - 1], &one) > 0; at--)
            item[at] = item[at - 1];
        item[at] = one;
    }
}

/* Two runs that lie one after the other, into one. */
static void merge(const struct listing_item *from, size_t n, size_t half,
                  struct listing_item *to, listing_compare *by)
{
    size_t a = 0, b = half;

    for (size_t i = 0; i < n; i++)
        to[i] = b >= n || (a < half && by(&from[a], &from[b]) <= 0) ? from[a++]
                                                                    : from[b++];
}

bool listing_sort_some(struct listing_sort *s, struct listing_item **item,
                       struct listing_item **spare, size_t n,
                       listing_compare *by)
{
    size_t left = n - s->at;
    size_t step = s->width ? 2 * s->width : RUN;

    if (s->at < n && s->width == 0)
        insert(*item + s->at, left < RUN ? left : RUN, by);
    else if (s->at < n)
        merge(*item + s->at, left < step ? left : step,
              left < s->width ? left : s->width, *spare + s->at, by);
    s->at += step;
    if (s->at < n)
        return false;
    if (s->width) {
        struct listing_item *merged = *spare;
        *spare = *item;
        *item = merged;
    }
    s->at = 0;
    s->width = step;
    return s->width >= n;
}

size_t listing_bytes_max(const struct listing *l)
{
    size_t n = FRAME_BYTES + l->path.n * 28;

    /* a byte takes up to 3 in a link, and 6 as \u0001 or &quot; */
    for (size_t i = 0; i < l->n; i++)
        n += ITEM_BYTES + l->item[i].name.n * 9;
    return n;
}

/* "2026-11-23 01:02" for people, "2026-11-23T01:02:03Z" for programs. */
static void put_time(struct buf *b, int64_t t, bool for_people)
{
    char storage[64];
    struct buf text = buf_over(storage, sizeof storage);

    /* file systems can hold times that no calendar has */
    t = t < 0 ? 0 : t > YEAR_9999_END ? YEAR_9999_END : t;
    logline_time(&text, t * 1000000);
    if (text.overflow || text.n < 20)
        return;
    if (for_people)
        storage[10] = ' ';
    buf_put(b, storage, for_people ? 16 : 19);
    if (!for_people)
        buf_char(b, 'Z');
}

static void put_href(struct buf *b, const struct listing_item *item)
{
    target_encode(b, item->name);
    if (item->directory)
        buf_char(b, '/');
}

/* "17 B", "1.4 kB": decimal units, one digit behind the point. */
static void put_size(struct buf *b, uint64_t bytes)
{
    static const char *const units[] = { "kB", "MB", "GB", "TB", "PB", "EB" };
    uint64_t whole = bytes, rest = 0;
    size_t unit = 0;

    if (bytes < 1000) {
        buf_u64(b, bytes);
        BUF_LIT(b, " B");
        return;
    }
    for (; whole >= 1000 && unit < sizeof units / sizeof *units; unit++) {
        rest = whole % 1000;
        whole /= 1000;
    }
    buf_u64(b, whole);
    if (whole < 100) {
        buf_char(b, '.');
        buf_u64(b, rest / 100);
    }
    buf_char(b, ' ');
    buf_str(b, units[unit - 1]);
}

static void put_row(struct buf *b, const struct listing_item *item)
{
    BUF_LIT(b, "<tr><th scope=\"row\"><a href=\"");
    put_href(b, item);
    BUF_LIT(b, "\"><bdi>");
    page_escape(b, item->name);
    BUF_LIT(b, "</bdi>");
    if (item->directory)
        buf_char(b, '/');
    BUF_LIT(b, "</a></th><td class=\"n\">");
    if (!item->directory) {
        BUF_LIT(b, "<data value=\"");
        buf_u64(b, item->size);
        BUF_LIT(b, "\">");
        put_size(b, item->size);
        BUF_LIT(b, "</data>");
    }
    BUF_LIT(b, "</td><td class=\"n d\">");
    if (!item->undated) {
        BUF_LIT(b, "<time datetime=\"");
        put_time(b, item->mtime_s, false);
        BUF_LIT(b, "\">");
        put_time(b, item->mtime_s, true);
        BUF_LIT(b, "</time>");
    }
    BUF_LIT(b, "</td></tr>\n");
}

/* A link so many folders up: relative, so that it holds behind whatever puts
 * the site elsewhere. */
static void put_up(struct buf *b, size_t up)
{
    BUF_LIT(b, "<a href=\"");
    while (up-- > 0)
        BUF_LIT(b, "../");
    BUF_LIT(b, "\">");
}

/* The folders on the way, as links.  Each name in a direction of its own: one
 * that turns round what comes behind it could pass for another (Unicode TR36
 * 2.3). */
static void put_heading(struct buf *b, struct span path)
{
    size_t up = 0;

    for (size_t i = 1; i < path.n; i++)
        up += path.p[i] == '/';
    for (bool top = true; path.n; top = false) {
        size_t n = span_find(path, '/');
        bool link = up > 0 && (top || (n > 0 && up <= CRUMBS_MAX));
        if (link)
            put_up(b, up);
        if (n > 0) {
            BUF_LIT(b, "<bdi>");
            page_escape(b, span_to(path, n));
            BUF_LIT(b, "</bdi>");
        }
        if (top && link)
            BUF_LIT(b, "/</a>");
        else
            buf_str(b, link ? "</a>/" : n < path.n ? "/" : "");
        path = span_from(path, n + 1);
        up -= up > 0;
    }
}

static void put_word(struct buf *b, enum language in, enum word w)
{
    buf_str(b, wording(w).in[in]);
}

/* A column's head is a link to its order, or to the other way round. */
static void put_column(struct buf *b, enum listing_key key,
                       struct listing_order now, enum language in)
{
    /* names from A, but what is largest and what is new first */
    bool down = now.key == key ? !now.down : key != LISTING_NAME;

    BUF_LIT(b, "<th scope=\"col\"");
    buf_str(b, keys[key].cell);
    if (now.key == key) {
        BUF_LIT(b, " aria-sort=\"");
        buf_str(b, now.down ? "descending\"" : "ascending\"");
    }
    BUF_LIT(b, "><a href=\"");
    if (key == LISTING_NAME && !down) {
        BUF_LIT(b, "./"); /* the order without a query */
    } else {
        BUF_LIT(b, "?sort=");
        buf_str(b, keys[key].query);
        buf_str(b, down ? "&amp;order=desc" : "");
    }
    BUF_LIT(b, "\">");
    put_word(b, in, keys[key].word);
    BUF_LIT(b, "</a></th>");
}

static void put_top(struct buf *b, const struct listing *l, enum language in)
{
    enum word w = l->cut ? WORD_CUT : l->n == 1 ? WORD_ENTRY : WORD_ENTRIES;

    BUF_LIT(b, "<caption>");
    page_count(b, wording(w).in[in], l->n);
    BUF_LIT(b, "</caption>\n<thead><tr>");
    for (unsigned i = 0; i < LISTING_KEYS; i++)
        put_column(b, (enum listing_key)i, l->order, in);
    BUF_LIT(b, "</tr></thead>\n<tbody>\n");
    if (l->path.n > 1) {
        BUF_LIT(b, "<tr><th scope=\"row\"><a href=\"../\">");
        put_word(b, in, WORD_PARENT);
        BUF_LIT(b, "</a></th><td></td><td class=\"d\"></td></tr>\n");
    }
}

static void put_begin(struct buf *b, const struct listing *l, enum language in)
{
    BUF_LIT(b, "<!DOCTYPE html>\n<html lang=\"");
    buf_str(b, language_tag(in));
    BUF_LIT(b, "\"><head><meta charset=\""
               "utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
               "<meta name=\"color-scheme\" content=\"light dark\"><title>");
    BUF_LIT(b, "\xe2\x81\xa8"); /* U+2068 to U+2069: no markup in a title */
    page_escape(b, l->path);
    BUF_LIT(b, "\xe2\x81\xa9");
    BUF_LIT(b, "</title><style>");
    buf_str(b, style);
    BUF_LIT(b, "</style></head>\n<body><main>\n<h1>");
    put_heading(b, l->path);
    BUF_LIT(b, "</h1>\n<table>");
    put_top(b, l, in);
}

/* The end of a part. */
static size_t part_end(const struct listing *l, size_t at, size_t most)
{
    return l->n - at < most ? l->n : at + most;
}

bool listing_html_part(struct buf *b, const struct listing *l, enum language in,
                       size_t at, size_t most)
{
    size_t end = part_end(l, at, most);

    if (at == 0)
        put_begin(b, l, in);
    for (; at < end; at++)
        put_row(b, &l->item[at]);
    if (end == l->n)
        BUF_LIT(b, "</tbody></table>\n</main></body></html>\n");
    return end == l->n;
}

void listing_html(struct buf *b, const struct listing *l, enum language in)
{
    (void)listing_html_part(b, l, in, 0, l->n);
}

/* An entry a line, for people with grep. */
static void put_entry(struct buf *b, const struct listing_item *item)
{
    json_comma(b);
    BUF_LIT(b, "\n{");
    json_put(b, "name", item->name);
    json_key(b, "href");
    buf_char(b, '"'); /* nothing to escape in it */
    put_href(b, item);
    buf_char(b, '"');
    json_put_str(b, "type", item->directory ? "directory" : "file");
    if (!item->directory)
        json_put_u64(b, "size", item->size);
    if (!item->undated) {
        json_key(b, "modified");
        buf_char(b, '"');
        put_time(b, item->mtime_s, false);
        buf_char(b, '"');
    }
    buf_char(b, '}');
}

bool listing_json_part(struct buf *b, const struct listing *l, size_t at,
                       size_t most)
{
    size_t end = part_end(l, at, most);

    if (at == 0) {
        buf_char(b, '{');
        json_put(b, "path", l->path);
        json_put_bool(b, "cut", l->cut);
        json_key(b, "entries");
        buf_char(b, '[');
    }
    for (; at < end; at++)
        put_entry(b, &l->item[at]);
    if (end == l->n)
        BUF_LIT(b, "\n]}\n");
    return end == l->n;
}

void listing_json(struct buf *b, const struct listing *l)
{
    (void)listing_json_part(b, l, 0, l->n);
}
