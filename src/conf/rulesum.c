/* SPDX-License-Identifier: MIT
 *
 * rulesum: what the [cache] and [header] rules come to together.
 * Layer: conf.  The server counts room for so many names, bytes of a head, and
 * bytes of what each part of an answer repeats; more is refused here.
 */
#include "base/buf.h"
#include "conf/directives.h"
#include "conf/lines.h"
#include "conf/loader.h"
#include "conf/rules.h"

#define PLACED_BYTES_MAX 255 /* of a value with a place of its own in heads */

static void warn_shifted(struct loader *l)
{
    for (size_t i = 0; i < l->c->n_rules; i++) {
        const struct conf_rule *rule = &l->c->rules[i];
        char storage[LINE_BYTES_MAX];
        struct buf b = buf_over(storage, sizeof storage);
        if (!rule->last_modified_s)
            continue;
        BUF_LIT(&b, "cache ");
        buf_str(&b, rule->pattern);
        if (buf_cstr(&b))
            loader_experiment(
                l, rule->line, storage, "Last-Modified",
                "a shifted time is for experiments: dates are wrong "
                "on purpose");
    }
}

/* Every part of a multipart answer repeats Content-Type, and Server comes on
 * top of all that the rules may add to a page's head: room is counted for these
 * (answer/txn.h). */
static void check_placed(struct loader *l, const struct conf_rule *rule,
                         const struct conf_field *f)
{
    struct span name = span_str(f->name);

    if (f->value && strlen(f->value) > PLACED_BYTES_MAX &&
        (span_eq_nocase(name, SPAN("Content-Type")) ||
         span_eq_nocase(name, SPAN("Server"))))
        loader_fault(l, rule->line, NULL, f->name,
                     "is too long; allowed: %d bytes", PLACED_BYTES_MAX);
}

/* It is looked at before the type is known, and holds for a file's every
 * answer. */
static void check_coding(struct loader *l, const struct conf_rule *rule,
                         const struct conf_field *f)
{
    if (span_eq_nocase(span_str(f->name), SPAN("Content-Encoding")) &&
        (rule->when_type || rule->when_status))
        loader_fault(l, rule->line, NULL, f->name,
                     "can't depend on a type or a status: it says what the "
                     "file's own bytes are in");
}

/* The last word on a value: += may have made it of several lines. */
static void check_directives(struct loader *l, const struct conf_rule *rule,
                             const struct conf_field *f)
{
    char storage[LINE_BYTES_MAX];
    struct buf title = buf_over(storage, sizeof storage);
    struct directives d;

    struct span name = span_str(f->name);
    /* the same words in both (RFC 9213) */
    if (!f->value || (!span_eq_nocase(name, SPAN("Cache-Control")) &&
                      !span_eq_nocase(name, SPAN("CDN-Cache-Control"))))
        return;
    buf_str(&title, rule->is_cache ? "cache " : "header ");
    buf_str(&title, rule->pattern);
    const char *section = buf_cstr(&title) ? storage : NULL;
    directives_check(span_str(f->value), &d);
    for (size_t i = 0; i < d.n; i++) {
        if (d.found[i].kind == DIRECTIVE_WRONG)
            loader_fault(l, f->at, section, f->name, "%s", d.found[i].text);
        else
            loader_warn(l, f->at, section, f->name, "%s", d.found[i].text);
    }
}

/* A policy has room for so many names of fields, and a head for so many bytes
 * of the longest line of each (rules.h). */
void rulesum_check(struct loader *l)
{
    struct {
        const char *name;
        size_t bytes;
    } seen[POLICY_FIELDS_MAX];
    size_t n = 0, sum = 0;

    warn_shifted(l);
    for (size_t i = 0; i < l->c->n_rules; i++) {
        const struct conf_rule *rule = &l->c->rules[i];
        for (size_t j = 0; j < rule->n_fields; j++) {
            const struct conf_field *f = &rule->fields[j];
            size_t k = 0, bytes = 0;
            check_placed(l, rule, f);
            check_coding(l, rule, f);
            check_directives(l, rule, f);
            while (k < n &&
                   !span_eq_nocase(span_str(f->name), span_str(seen[k].name)))
                k++;
            if (k == POLICY_FIELDS_MAX) {
                loader_fault(l, rule->line, NULL, f->name,
                             "the rules name more than %d different fields",
                             POLICY_FIELDS_MAX);
                return;
            }
            if (k == n) {
                seen[n].name = f->name;
                seen[n++].bytes = 0;
            }
            if (f->value)
                bytes = strlen(f->name) + strlen(f->value) + strlen(": \r\n");
            if (bytes > seen[k].bytes) {
                sum += bytes - seen[k].bytes;
                seen[k].bytes = bytes;
            }
            if (sum > POLICY_BYTES_MAX) {
                loader_fault(l, rule->line, NULL, f->name,
                             "the rules' fields together can be longer than "
                             "%d bytes of a head",
                             POLICY_BYTES_MAX);
                return;
            }
        }
    }
}
