/* SPDX-License-Identifier: MIT
 *
 * ruletimes: the values of [cache PATTERN] that are times: Expires,
 * Last-Modified, Clock.
 * Layer: conf.
 */
#include "conf/loader.h"
#include "conf/values.h"

#define SECONDS_MAX ((uint64_t)36500 * 86400) /* a hundred years */

/* "60s", "1d": whole seconds. */
static bool seconds_parse(struct value_job *job, struct span text, bool minus,
                          int64_t *out)
{
    const char *what;
    uint64_t ms;

    if (!value_duration_ms(text, &ms, &what))
        return value_refuse(job, text, what);
    if (ms % 1000 || ms / 1000 > SECONDS_MAX)
        return value_refuse(job, text, "is out of range");
    *out = minus ? -(int64_t)(ms / 1000) : (int64_t)(ms / 1000);
    return true;
}

/* The words of Apache's mod_expires: access|modified plus|minus DURATION. */
static bool expires_parse(struct value_job *job, struct span text)
{
    struct conf_rule *rule = job->base;
    struct span rest = text, from = value_next_word(&rest),
                sign = value_next_word(&rest), time = span_trim(rest);
    bool access = span_eq(from, SPAN("access")),
         minus = span_eq(sign, SPAN("minus"));

    rule->expires = EXPIRES_NONE;
    rule->expires_s = 0;
    if (span_eq(text, SPAN("off")))
        return true;
    if ((!access && !span_eq(from, SPAN("modified"))) ||
        (!minus && !span_eq(sign, SPAN("plus"))))
        return value_refuse(job, text, "is no time");
    if (!seconds_parse(job, time, minus, &rule->expires_s))
        return false;
    rule->expires = access ? EXPIRES_ACCESS : EXPIRES_MODIFIED;
    return true;
}

static void expires_print(const struct key *k, const void *base, FILE *out)
{
    const struct conf_rule *rule = base;
    int64_t s = rule->expires_s;

    if (rule->expires == EXPIRES_NONE) {
        fprintf(out, "%s = off\n", k->name);
        return;
    }
    fprintf(out, "%s = %s %s ", k->name,
            rule->expires == EXPIRES_ACCESS ? "access" : "modified",
            s < 0 ? "minus" : "plus");
    value_put_seconds(out, (uint64_t)(s < 0 ? -s : s));
    fputc('\n', out);
}

static void expires_allowed(const struct key *k, struct buf *b)
{
    (void)k;
    buf_str(b, "access plus TIME, modified plus TIME (or minus), as access "
               "plus 60s; off");
}

const struct value_type value_expires = { "time", expires_parse, expires_print,
                                          expires_allowed };

/* on, off, or modified plus|minus DURATION: a date for experiments. */
static bool modified_parse(struct value_job *job, struct span text)
{
    struct conf_rule *rule = job->base;
    struct span rest = text, from = value_next_word(&rest),
                sign = value_next_word(&rest), time = span_trim(rest);
    bool minus = span_eq(sign, SPAN("minus"));

    rule->last_modified = !span_eq(text, SPAN("off"));
    rule->last_modified_s = 0;
    if (span_eq(text, SPAN("on")) || span_eq(text, SPAN("off")))
        return true;
    if (!span_eq(from, SPAN("modified")) ||
        (!minus && !span_eq(sign, SPAN("plus"))))
        return value_refuse(job, text, "is neither on nor off, nor a time");
    return seconds_parse(job, time, minus, &rule->last_modified_s);
}

static void modified_print(const struct key *k, const void *base, FILE *out)
{
    const struct conf_rule *rule = base;
    int64_t s = rule->last_modified_s;

    if (s == 0) {
        fprintf(out, "%s = %s\n", k->name, rule->last_modified ? "on" : "off");
        return;
    }
    fprintf(out, "%s = modified %s ", k->name, s < 0 ? "minus" : "plus");
    value_put_seconds(out, (uint64_t)(s < 0 ? -s : s));
    fputc('\n', out);
}

static void modified_allowed(const struct key *k, struct buf *b)
{
    (void)k;
    buf_str(b, "on, off; modified plus TIME or minus TIME, as modified minus "
               "10d");
}

const struct value_type value_modified = { "time or switch", modified_parse,
                                           modified_print, modified_allowed };

static bool clock_parse(struct value_job *job, struct span text)
{
    struct conf_rule *rule = job->base;

    if (text.p[0] != '+' && text.p[0] != '-')
        return value_refuse(job, text, "lacks its sign");
    return seconds_parse(job, span_from(text, 1), text.p[0] == '-',
                         &rule->clock_s);
}

static void clock_print(const struct key *k, const void *base, FILE *out)
{
    const struct conf_rule *rule = base;
    int64_t s = rule->clock_s;

    fprintf(out, "%s = %c", k->name, s < 0 ? '-' : '+');
    value_put_seconds(out, (uint64_t)(s < 0 ? -s : s));
    fputc('\n', out);
}

static void clock_allowed(const struct key *k, struct buf *b)
{
    (void)k;
    buf_str(b, "+TIME or -TIME, units s m h d, as -10d");
}

const struct value_type value_clock = { "time shift", clock_parse, clock_print,
                                        clock_allowed };
