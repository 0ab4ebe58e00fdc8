/* SPDX-License-Identifier: MIT
 *
 * exposition: writes lines.
 * Layer: observe.
 */
#include "observe/exposition.h"

#include "http/accept.h"
#include "share/counters.h"

/* [type][OpenMetrics]: what a family's name ends with in its own line, what a
 * sample's does, and what the type is called. */
static const struct {
    const char *family, *sample, *word;
} forms[][2] = {
    [FAMILY_COUNTER] = { { "_total", "_total", "counter" },
                         { "", "_total", "counter" } },
    [FAMILY_GAUGE] = { { "", "", "gauge" }, { "", "", "gauge" } },
    [FAMILY_INFO] = { { "_info", "_info", "gauge" }, { "", "_info", "info" } },
    [FAMILY_HISTOGRAM] = { { "", "", "histogram" }, { "", "", "histogram" } },
};

/* Who takes anything alike gets what everybody reads. */
bool exposition_wanted(const struct head *h)
{
    return head_has(h, FIELD_ACCEPT) &&
           accept_media(h, SPAN("application/openmetrics-text")) >
               accept_media(h, SPAN("text/plain"));
}

const char *exposition_type(const struct exposition *x)
{
    return x->open ? "application/openmetrics-text; version=1.0.0; "
                     "charset=utf-8"
                   : "text/plain; version=0.0.4; charset=utf-8";
}

void exposition_family(const struct exposition *x, const struct family *f)
{
    const char *end = forms[f->type][x->open].family;

    buf_fmt(x->b, "# HELP etagd_%s%s %s\n# TYPE etagd_%s%s %s\n", f->name, end,
            f->help, f->name, end, forms[f->type][x->open].word);
}

static void put_name(const struct exposition *x, const struct family *f,
                     const char *labels)
{
    buf_fmt(x->b, *labels ? "etagd_%s%s{%s} " : "etagd_%s%s%s ", f->name,
            forms[f->type][x->open].sample, labels);
}

void exposition_sample(const struct exposition *x, const struct family *f,
                       const char *labels, uint64_t value)
{
    put_name(x, f, labels);
    buf_u64(x->b, value);
    buf_char(x->b, '\n');
}

void exposition_seconds(const struct exposition *x, const struct family *f,
                        const char *labels, uint64_t us)
{
    put_name(x, f, labels);
    buf_fmt(x->b, "%llu.%06llu\n", (unsigned long long)(us / 1000000),
            (unsigned long long)(us % 1000000));
}

/* As floats are written canonically in OpenMetrics: "0.0001", "1.0", "10.0". */
static void put_bound(struct buf *b, uint64_t us)
{
    char digits[8];
    uint64_t rest = us % 1000000;
    unsigned n = 1;

    for (unsigned i = 6; i-- > 0; rest /= 10) {
        digits[i] = (char)('0' + rest % 10);
        if (digits[i] != '0' && n < i + 1)
            n = i + 1;
    }
    buf_u64(b, us / 1000000);
    buf_char(b, '.');
    buf_put(b, digits, n);
}

void exposition_times(const struct exposition *x, const struct family *f,
                      const uint64_t *buckets, uint64_t sum_us)
{
    static const uint64_t bounds[] = {
#define X(us) us,
        COUNTERS_BOUNDS(X)
#undef X
    };
    uint64_t so_far = 0;

    exposition_family(x, f);
    for (unsigned i = 0; i < COUNTERS_BUCKETS; i++) {
        so_far += buckets[i];
        buf_fmt(x->b, "etagd_%s_bucket{le=\"", f->name);
        if (i < COUNTERS_BUCKETS - 1)
            put_bound(x->b, bounds[i]);
        else
            BUF_LIT(x->b, "+Inf");
        BUF_LIT(x->b, "\"} ");
        buf_u64(x->b, so_far);
        buf_char(x->b, '\n');
    }
    buf_fmt(x->b, "etagd_%s_sum %llu.%06llu\netagd_%s_count %llu\n", f->name,
            (unsigned long long)(sum_us / 1000000),
            (unsigned long long)(sum_us % 1000000), f->name,
            (unsigned long long)so_far);
}

void exposition_single(const struct exposition *x, const struct family *f,
                       uint64_t value)
{
    exposition_family(x, f);
    exposition_sample(x, f, "", value);
}

void exposition_end(const struct exposition *x)
{
    if (x->open)
        BUF_LIT(x->b, "# EOF\n");
}
