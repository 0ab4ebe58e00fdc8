/* SPDX-License-Identifier: MIT
 *
 * values_moved: where a redirect leads, and its status.
 * Layer: conf.
 */
#include <stdlib.h>

#include "base/chars.h"
#include "base/num.h"
#include "conf/values.h"

/* Path or URL; NULL or what is wrong. */
static const char *to_fault(struct span to)
{
    bool url =
        span_starts(to, SPAN("http://")) || span_starts(to, SPAN("https://"));

    if (!url && (to.p[0] != '/' || span_starts(to, SPAN("//"))))
        return "is neither an absolute path nor a URL";
    if (url) {
        struct span rest = span_from(to, span_find(to, ':') + 3);
        size_t slash = span_find(rest, '/');
        if (slash == 0)
            return "has no host";
        /* else a request could choose the host: "https://a.example$1" */
        if (span_find(span_to(rest, slash), '$') < slash)
            return "has $1 before the host's slash";
    }
    for (size_t i = 0; i < to.n; i++) {
        if (!chars_is(to.p[i], CHAR_TARGET) && to.p[i] != '#')
            return "holds a character that must be percent-encoded";
        if (to.p[i] == '$' && (i + 1 == to.n || to.p[i + 1] != '1'))
            return "has a $ that is not $1 (a plain one is %24)";
    }
    return NULL;
}

static bool to_parse(struct value_job *job, struct span text)
{
    struct conf_redirect *r = job->base;
    const char *what = to_fault(text);

    if (what)
        return value_refuse(job, text, what);
    r->to = arena_text(job->arena, text);
    return true;
}

static void to_allowed(const struct key *k, struct buf *b)
{
    (void)k;
    buf_str(b, "/PATH, http://HOST/PATH, https://HOST/PATH");
}

const struct value_type value_to = { "location", to_parse, value_print_text,
                                     to_allowed };

static bool status_parse(struct value_job *job, struct span text)
{
    static const char *const all[] = { "301", "302", "303", "307", "308" };
    uint64_t v;

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (span_eq(text, span_str(all[i])) && num_u64(text, &v)) {
            value_store(job, v);
            return true;
        }
    }
    return value_refuse(job, text, "is no status of a redirect");
}

static void status_allowed(const struct key *k, struct buf *b)
{
    (void)k;
    buf_str(b, "301, 302, 303, 307, 308");
}

static void status_print(const struct key *k, const void *base, FILE *out)
{
    value_count.print(k, base, out);
}

const struct value_type value_redirect_status = { "status", status_parse,
                                                  status_print,
                                                  status_allowed };
