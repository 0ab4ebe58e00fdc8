/* SPDX-License-Identifier: MIT
 *
 * audit: stale confirmations and cache debt.
 * Layer: files.  Works when facts about a file arrive and once a second for
 * a file that is asked for; of single requests it sees only those of files that
 * have changed.
 */
#include "files/audit.h"

#include <string.h>

#include "conf/rules.h"
#include "files/about.h"
#include "files/files.h"
#include "http/date.h"
#include "http/lifetime.h"
#include "os/log.h"
#include "share/issued.h"

static struct span sent_value(const struct policy *p, struct span name)
{
    for (size_t i = 0; i < p->n_fields; i++) {
        if (p->field[i]->value &&
            span_eq_nocase(span_str(p->field[i]->name), name))
            return span_str(p->field[i]->value);
    }
    return SPAN_NONE;
}

static void resolve_policy(const struct files *fs, const struct entry *e,
                           struct policy *p)
{
    const struct conf_site *site = &fs->conf->sites[e->site];
    struct span host = site->n_names ? span_str(site->names[0]) : SPAN("");

    rules_resolve(fs->conf, host, span_of(e->path, e->path_n),
                  span_trim(span_of(e->type, strcspn(e->type, ";"))), 200, p);
}

/* What of a response's lifetime does not depend on when it is sent. */
static void take_fields(struct files *fs, struct entry *e)
{
    struct policy p;

    resolve_policy(fs, e, &p);
    const struct lifetime_source *was = e->fields;
    const struct lifetime_source now = {
        .cache_control = sent_value(&p, SPAN("Cache-Control")),
        .pragma = sent_value(&p, SPAN("Pragma")),
        .vary = sent_value(&p, SPAN("Vary")),
        .age = sent_value(&p, SPAN("Age")),
        .expires = LIFETIME_NONE,
    };
    e->fields = words_keep(&fs->words, &now, sizeof now);
    if (was)
        words_drop(&fs->words, was);
}

void audit_dated(const struct files *fs, const struct entry *e)
{
    const struct entry_form *f = &e->own_form;
    struct lifetime_source s;

    if (!f->bytes_id || !e->fields)
        return; /* no file, or no digest */
    s = *e->fields;
    s.last_modified = e->source.last_modified;
    s.now = fs->now->second;
    s.date = fs->now->second + e->clock_s;
    if (e->expires == EXPIRES_ACCESS)
        s.expires = s.date + e->expires_s;
    else if (e->expires == EXPIRES_MODIFIED && e->modified_s != COND_NO_DATE)
        s.expires = e->modified_s + e->expires_s;
    int64_t unasked_s = lifetime_of(&s).unasked_s;
    if (unasked_s > 0)
        issued_grant(fs->issued, f->issued_key, f->bytes_id,
                     fs->now->second + unasked_s);
}

static void tell_debt(struct files *fs, const struct entry *e,
                      const struct entry_form *f)
{
    int64_t until = issued_debt_news(fs->issued, f->issued_key, f->bytes_id);
    char text[DATE_BYTES];

    if (until == ISSUED_NEVER || until <= fs->now->second)
        return;
    date_format(text, until);
    log_line(LOG_INFO_, about_entry(fs, e), "W091",
             "%s has changed: caches may show an older version unasked until "
             "%.*s (%lld s)",
             e->path, DATE_BYTES, text, (long long)(until - fs->now->second));
}

uint64_t audit_bytes_id(const uint8_t *digest)
{
    uint64_t id;

    memcpy(&id, digest, sizeof id);
    return id | 1; /* never 0 */
}

void audit_note(struct files *fs, struct entry *e, enum coding c, bool first,
                const uint8_t *digest)
{
    struct issued *issued = fs->issued;
    struct entry_form *f = entry_form(e, c);
    struct issued_version v = { .last_modified = e->source.last_modified };

    if (!issued || !digest)
        return;
    f->bytes_id = audit_bytes_id(digest);
    v.bytes = f->bytes_id;
    f->issued_key =
        issued_key(issued, e->site, span_of(e->path, e->path_n), c, first);
    if (f->tag_n)
        v.tag = issued_hash(issued, span_of(f->tag_text, f->tag_n));
    issued_note(issued, f->issued_key, &v);
    f->others = issued_others(issued, f->issued_key, v.bytes);
    f->tag_of_others =
        v.tag && issued_tag_of_others(issued, f->issued_key, v.tag, v.bytes);
    if (c != CODING_IDENTITY)
        return;
    take_fields(fs, e);
    if (f->others)
        tell_debt(fs, e, f);
}

/* The client's date: the one of a version with other bytes? */
static bool date_of_others(const struct files *fs, const struct head *h,
                           const struct entry_form *f)
{
    int64_t date;

    return date_parse(head_value(h, FIELD_IF_MODIFIED_SINCE), fs->now->second,
                      &date) &&
           issued_date_of_others(fs->issued, f->issued_key, date, f->bytes_id);
}

enum reason audit_judge(struct files *fs, const struct head *h, struct entry *e,
                        const struct plan *plan)
{
    struct entry_form *f = entry_form(e, plan->coding);
    enum reason reason = plan->reason;

    if (plan->reason == REASON_TAG_MATCHES && f->tag_of_others)
        reason = REASON_TAG_OF_OTHERS;
    else if (plan->reason == REASON_DATE_NOT_NEWER && date_of_others(fs, h, f))
        reason = REASON_DATE_OF_OTHERS;
    else if (plan->reason == REASON_RANGE && f->tag_of_others &&
             head_has(h, FIELD_IF_RANGE))
        reason = REASON_RANGE_OF_OTHERS;
    if (reason != plan->reason && !f->told) {
        f->told = true; /* each further one is in the access log */
        log_line(LOG_WARN_, about_entry(fs, e), "W090",
                 "%s: this %d confirms %s, which was also issued for different "
                 "content: the client may keep a stale copy",
                 e->path, plan->status,
                 reason == REASON_DATE_OF_OTHERS ? "a date" : f->tag_text);
    }
    return reason;
}
