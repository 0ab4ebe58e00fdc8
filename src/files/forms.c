/* SPDX-License-Identifier: MIT
 *
 * forms: gives an entry's forms their tags.
 * Layer: files.  The tag of a form that the preparer makes follows from the
 * file's bytes and the encoder (prepare/form.h), all others from the bytes that
 * are sent under it.
 * Heap: a large file's second name, when its digest arrives.
 */
#include "files/forms.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "files/audit.h"
#include "files/coded.h"
#include "files/files.h"
#include "files/tags.h"
#include "http/media.h"

#define COMING_S 10             /* brotli of a megabyte, on a busy machine */
#define READ_AT_ONCE (1u << 20) /* more: facts without a digest come first */

/* What a tag without a digest may tell.  Of a file that is too large for one
 * soon, it is all that there is for a long while: so not the time of its last
 * change of anything, which differs between copies of it (rsync -t). */
static struct file_version told(const struct files *fs,
                                const struct file_version *v)
{
    struct file_version shown = *v;

    if (v->size > fs->conf->prepare.digest_bytes)
        shown.ctime_ns = 0;
    return shown;
}

/* A large file was sent under a tag without a digest first, perhaps: as long as
 * this version lasts, that one means the same.  One that does not tell all that
 * is known of the version does so only where it was sent (`sent`). */
static void set_alias(const struct files *fs, struct entry *e, bool sent)
{
    const struct entry_form *own = &e->own_form;
    struct file_version v = told(fs, &e->version);
    struct entry_alias *alias;

    if (v.ctime_ns == 0 && !sent)
        return; /* what was found at first */
    free((void *)(uintptr_t)e->source.alias);
    e->source.alias = NULL;
    if (!own->exact || e->version.size <= READ_AT_ONCE ||
        e->etag_scheme != ETAG_SCHEME_CONTENT)
        return;
    alias = calloc(1, sizeof *alias);
    if (!alias)
        return; /* it is sent again */
    size_t n = tags_make(alias->text, e->etag_scheme, (enum coding)e->own,
                         false, &v, NULL);
    CHECK(etag_parse(span_of(alias->text, n), &alias->tag));
    e->source.alias = &alias->tag;
}

static void set_tag(const struct files *fs, struct entry *e, enum coding c,
                    bool first, const uint8_t *digest)
{
    struct entry_form *f = entry_form(e, c);
    bool beside = c != CODING_IDENTITY && (e->sidecars >> c & 1);
    struct file_version v =
        told(fs, beside ? entry_sidecar(e, c) : &e->version);
    bool sent = f->tag_n && !f->exact;

    f->tag_n = (uint8_t)tags_make(
        f->tag_text, e->etag_scheme,
        c == CODING_IDENTITY ? (enum coding)e->own : c, first, &v, digest);
    e->source.first &= (uint8_t) ~(1u << c);
    e->source.first |= (uint8_t)(first << c);
    struct etag *tag = &f->plan.tag;
    *tag = (struct etag){ SPAN_NONE, false };
    if (f->tag_n)
        CHECK(etag_parse(span_of(f->tag_text, f->tag_n), tag));
    f->exact = digest != NULL;
    if (c == CODING_IDENTITY)
        set_alias(fs, e, sent);
}

/* What can be confirmed before it is there.  Tags of times are left until then:
 * whether they were handed out for other bytes is known of bytes alone. Without
 * memory it is not told. */
static void know(const struct files *fs, struct entry *e,
                 const struct prepare_answer *a)
{
    unsigned known = a->forms & ~e->source.available;

    e->source.known = 0;
    e->source.twice = 0;
    e->untold = false;
    if (e->etag_scheme != ETAG_SCHEME_CONTENT &&
        e->etag_scheme != ETAG_SCHEME_WEAK)
        return;
    if (known && !e->known)
        e->known = calloc(1, sizeof *e->known);
    if (known && !e->known)
        return;
    for (unsigned c = CODING_IDENTITY + 1; known && c < CODING_COUNT; c++)
        memcpy(e->known->tag[c], a->form[c], TAGS_DIGEST);
    e->source.known = (uint8_t)known;
    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        bool there = entry_form(e, c) != NULL;
        if (known >> c & 1 && there)
            set_tag(fs, e, (enum coding)c, false, e->known->tag[c]);
        e->untold = e->untold || (known >> c & 1 && !there);
    }
    e->source.twice = a->first;
}

/* Without memory it is not told, and what it would have confirmed is sent. */
void forms_tell(struct files *fs, struct entry *e)
{
    e->untold = false;
    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        if (e->source.known >> c & 1 && !entry_form(e, c) &&
            coded_add(e, (enum coding)c))
            set_tag(fs, e, (enum coding)c, false, e->known->tag[c]);
    }
    cache_weigh(&fs->cache, e);
}

void forms_of_file(struct files *fs, struct entry *e,
                   const struct prepare_answer *a)
{
    const uint8_t *digest = a->has_digest ? a->digest : NULL;

    e->source.available |= 1u << CODING_IDENTITY;
    e->own_form.plan.size = e->version.size;
    set_tag(fs, e, CODING_IDENTITY, false, digest);
    audit_note(fs, e, CODING_IDENTITY, false, digest);
    know(fs, e, a);
    forms_offered(fs, e, a);
}

void forms_come(const struct files *fs, struct entry *e, unsigned codings)
{
    e->source.unasked &= (uint8_t)~codings;
    e->source.coming = (uint8_t)(codings & ~e->source.available);
    e->source.coming_until = fs->now->second + e->clock_s + COMING_S;
}

void forms_offered(const struct files *fs, struct entry *e,
                   const struct prepare_answer *a)
{
    e->source.unasked = a->offers & (uint8_t)~e->wanted;
    forms_come(fs, e, a->coming);
}

void forms_coded(struct files *fs, struct entry *e,
                 const struct prepare_answer *a, bool usable)
{
    enum coding c = (enum coding)a->coding;
    bool made = a->forms >> c & 1, first = a->first >> c & 1;

    e->source.coming &= (uint8_t) ~(1u << c);
    e->source.unasked &= (uint8_t) ~(1u << c);
    if (usable || !made) /* else there was no room: its tag is what it was */
        e->source.known &= (uint8_t) ~(1u << c);
    if (!usable)
        return;
    e->source.available |= (uint8_t)(1u << c);
    entry_form(e, c)->plan.size = a->place.bytes;
    set_tag(fs, e, c, first, made ? a->form[c] : a->digest);
    audit_note(fs, e, c, first,
               a->digest); /* of the bytes: what tags are to be of */
}

void forms_unknown(struct files *fs, struct entry *e)
{
    static const struct prepare_answer nothing;

    forms_of_file(fs, e, &nothing);
}

bool forms_worth(const struct files *fs, const struct media *m, uint64_t n)
{
    const struct conf_prepare *p = &fs->conf->prepare;

    return p->compress && m->compressible && n >= p->compress_min_bytes &&
           n <= p->compress_max_bytes;
}

int forms_sealed(const struct files *fs, const struct entry_form *f,
                 const char *p, uint64_t bytes, uint64_t *at)
{
    *at = 0;
    if (bytes < PREPARE_PAGED || !f->slab)
        return -1;
    return client_slab_at(fs->client, f->slab, p, at);
}
