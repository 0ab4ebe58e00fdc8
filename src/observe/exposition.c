/* SPDX-License-Identifier: MIT
 *
 * exposition: writes lines.
 * Layer: observe.
 */
#include "observe/exposition.h"

#include "http/accept.h"

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
