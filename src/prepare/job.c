/* SPDX-License-Identifier: MIT
 *
 * job: reads the file, asks libmagic where it has a say, settles the type, then
 * reads sidecars.
 * Layer: prepare.
 */
#include "prepare/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/check.h"
#include "conf/conf.h"
#include "http/refs.h"
#include "prepare/compress.h"
#include "prepare/magic.h"

/* The configured type for what neither name nor content tells; a charset that
 * was found stays. */
static void choose_default(const struct conf_media *chosen, struct media *m)
{
    bool text = strncmp(m->type, "text/", 5) == 0;
    const char *type = text ? chosen->default_text : chosen->default_binary;
    const char *parameter = strchr(m->type, ';');
    char joined[MEDIA_TYPE_MAX];
    struct buf b = buf_over(joined, sizeof joined);

    buf_str(&b, type);
    if (text && parameter)
        buf_str(&b, parameter);
    if (buf_cstr(&b))
        memcpy(m->type, joined, b.n + 1);
}

/* What the content says.  libmagic takes longer than all the rest together, so
 * it is asked only where it has a say. */
static void ask_content(struct item *it, const struct reading *r,
                        enum media_bytes bytes)
{
    struct magic_answer magic = { "", "utf-8" };
    struct span head = span_of(r->piece, r->piece_n);

    if (media_by_mark(it->key.row, head))
        snprintf(magic.type, sizeof magic.type, "%s", it->key.row->type);
    else if (!media_by_name_alone(it->key.row, head, bytes))
        magic_ask(&magic, r->piece, r->piece_n);
    memcpy(it->work->magic, magic.type, sizeof it->work->magic);
    memcpy(it->work->charset, magic.charset, sizeof it->work->charset);
}

static void settle_plain(struct item *it, const struct reading *r,
                         struct media *media, enum media_bytes bytes)
{
    if (r->at == r->piece_n) /* the piece is the file's beginning */
        ask_content(it, r, bytes);
    media_settle(media, span_str(it->work->name), span_str(it->work->magic),
                 span_str(it->work->charset), bytes);
}

static void settle(struct reading_tools *t, struct item *it,
                   const struct reading *r, bool whole)
{
    struct media media;
    enum media_bytes bytes = utf8_bytes(&r->utf8, whole);

    if (it->own)
        media_settle(&media, media_inner(span_str(it->work->name)), SPAN(""),
                     SPAN(""), MEDIA_BYTES_OTHER);
    else
        settle_plain(it, r, &media, bytes);
    if (t->media && media.source == MEDIA_BY_DEFAULT)
        choose_default(t->media, &media);
    item_say(&t->words, &it->type, media.type);
    it->disagrees = media.disagrees;
    if (it->disagrees)
        item_say(&t->words, &it->magic, it->work->magic);
    it->text = bytes == MEDIA_BYTES_TEXT || bytes == MEDIA_BYTES_UTF8;
    it->work->compressible = media.compressible && !it->own;
}

static bool same_bytes(const struct part *a, const struct part *b)
{
    return a->has_digest && b->has_digest && a->bytes == b->bytes &&
           memcmp(a->digest, b->digest, DIGEST_BYTES) == 0;
}

/* A predecessor's place serves when the bytes are the same: a racy file is read
 * twice, and the second copy is not needed. */
static bool reuse_place(struct reading_tools *t, struct reading *r,
                        struct part *part, const struct part *before)
{
    if (!same_bytes(part, before) || !part_alive(before, t->slabs))
        return false;
    slabs_undo(t->slabs, r->slab, r->offset, (size_t)r->version.size);
    r->slab = NULL;
    part->slab = before->slab;
    part->offset = before->offset;
    return true;
}

static void keep_sums(struct reading_tools *t, struct part *part,
                      const struct sums *sums)
{
    if (part->sums)
        sums_end(&part->sums->sums, &t->sums);
    free(part->sums);
    part->sums = NULL;
    if (!sums->bytes)
        return;
    part->sums = calloc(1, sizeof *part->sums);
    CHECK(part->sums != NULL);
    part->sums->sums = *sums;
}

/* The part's digest, place and sums, now the item's. */
static void keep(struct reading_tools *t, struct item *it, enum coding c)
{
    struct reading *r = &it->work->reading;
    struct part *part = item_part_add(it, c);
    const struct part *before = &it->work->before[c];

    part->state = PART_THERE;
    part->version = r->version;
    part->bytes = r->version.size;
    part->racy = reading_racy(t, r);
    part->has_digest = r->digest != NULL;
    if (r->digest)
        digest_end(r->digest, part->digest);
    if (r->slab && !reuse_place(t, r, part, before)) {
        slab_unpin(t->slabs, r->slab);
        part->slab = r->slab->id;
        part->offset = r->offset;
        r->slab = NULL;
    }
    keep_sums(t, part, &r->sums);
    r->sums = (struct sums){ NULL, 0 };
    item_place(it, t->slabs);
    reading_end(t, r);
}

/* Are codings to be made?  Known as soon as the type is, so that Vary is right
 * from the first response on; and whether memory has room just now is no reason
 * to say something else. */
static bool compresses(const struct job_limits *l, struct item *it,
                       uint64_t bytes, bool in_memory)
{
    it->varies = it->key.want_codings && l->compress &&
                 it->work->compressible && bytes >= l->compress_min &&
                 bytes <= l->compress_max;
    return it->varies && in_memory;
}

/* Of a file that is about to be asked for again as well, for these are the
 * bytes that its own tag is of. */
void job_name_forms(const struct job_limits *l, struct item *it)
{
    const struct part *own = &it->own_part;

    uint8_t form[DIGEST_BYTES];

    /* without a digest there is nothing to name */
    CHECK(l->encoders->proven || !own->has_digest);
    it->unnamed = false;
    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        if (!own->has_digest || item_part(it, c)->sidecar ||
            item_part(it, c)->state == PART_USELESS ||
            !compress_can((enum coding)c))
            continue;
        form_digest(form, own->digest, (enum coding)c,
                    l->encoders->name[c][it->text]);
        memcpy(it->form[c - 1], form, sizeof it->form[c - 1]);
        it->forms |= (uint8_t)(1u << c);
    }
}

/* Which codings of its bytes are to be made: those that have been asked for so
 * far.  What a predecessor with the same bytes had is taken over. */
static void plan_codings(struct reading_tools *t, const struct job_limits *l,
                         struct item *it)
{
    const struct part *own = &it->own_part;
    const struct part *before = it->work->before;

    if (!compresses(l, it, own->bytes, own->slab != 0))
        return;
    it->negotiable = it->codes = true;
    it->unnamed = own->has_digest && !l->encoders->proven;
    if (!it->unnamed)
        job_name_forms(l, it);
    if (own->racy) /* it will be asked for again in a moment */
        return;
    bool same = same_bytes(own, &before[CODING_IDENTITY]);
    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        if (item_part(it, c)->state != PART_NONE)
            continue;
        if (same && !before[c].sidecar &&
            (part_alive(&before[c], t->slabs) ||
             before[c].state == PART_USELESS))
            *item_part_add(it, c) = before[c];
        if (item_part(it, c)->first)
            it->small |= (uint8_t)(1u << c);
        if (item_part(it, c)->state == PART_USELESS)
            it->forms &= (uint8_t) ~(1u << c);
    }
    item_want(it, t->slabs, it->wanted);
}

/* A sidecar is read later, but the worker looks at this flag now. */
static bool racy(const struct reading_tools *t, const struct item *it)
{
    const struct reading *r = &it->work->reading;
    bool any = reading_racy(t, r);

    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        if (it->key.sidecars & 1u << c)
            any |= reading_young(t, r, &it->sidecar_version[c]);
    }
    return any;
}

/* What a page, a sheet or a script refers to, for the observer: found here, in
 * the process that has read the bytes already and faces no network. */
static void find_refs(struct item *it, const struct reading *r)
{
    char storage[REFS_LIST_MAX];
    struct buf list = buf_over(storage, sizeof storage);
    enum refs_language language;

    if (!r->slab || !refs_language_of(span_str(it->type), &language))
        return;
    refs_list(&list, language,
              span_of(r->slab->p + r->offset, (size_t)r->version.size));
    free(it->refs);
    it->refs = malloc(sizeof *it->refs + list.n + 1);
    if (!it->refs)
        return;
    *it->refs = (struct item_refs){ .n = list.n + 1 };
    memcpy(it->refs->list, list.p, list.n);
    it->refs->list[list.n] = '\n'; /* that there are none is told, too */
}

static enum job_event file_done(struct reading_tools *t,
                                const struct job_limits *l, struct item *it)
{
    struct reading *r = &it->work->reading;

    settle(t, it, r, r->end == r->version.size);
    it->racy = racy(t, it);
    if (l->refs)
        find_refs(it, r);
    keep(t, it, CODING_IDENTITY);
    it->state = ITEM_READY;
    plan_codings(t, l, it);
    return JOB_FACTS;
}

static bool sidecar_ok(const struct item *it, const struct reading *r)
{
    const struct work *work = it->work;

    /* RFC 9110 has no word on it: a sidecar older than its file is a leftover
     * of the file's last version. */
    if (!file_version_eq(&r->version, &it->sidecar_version[work->part]))
        return false; /* the worker's descriptor shows something else now */
    return r->version.size > 0 && !work->bad_mark &&
           r->version.mtime_ns >= it->own_part.version.mtime_ns;
}

static enum job_event sidecar_done(struct reading_tools *t, struct item *it)
{
    struct reading *r = &it->work->reading;
    struct part *part = item_part_add(it, it->work->part);

    if (sidecar_ok(it, r)) {
        keep(t, it, it->work->part);
    } else {
        reading_end(t, r);
        part->state = PART_USELESS;
    }
    return JOB_CODING;
}

/* Workers know which bytes they want.  A file that is too large for that still
 * needs a place to be compressed from. */
static uint64_t own_room(const struct reading_tools *t,
                         const struct job_limits *l, const struct item *it)
{
    uint64_t asked = it->key.version.size, room = t->limits.memory_file;
    bool codings = it->key.want_codings && l->compress && it->key.row &&
                   it->key.row->compressible;

    if (!it->key.want_bytes)
        room = 0;
    else if (asked > room)
        room = asked;
    return codings && l->compress_max > room ? l->compress_max : room;
}

void job_begin(const struct reading_tools *t, const struct job_limits *l,
               struct item *it)
{
    struct work *work = it->work;
    unsigned c = CODING_IDENTITY;

    if (work->busy)
        return;
    while (c + 1 < CODING_COUNT && work->fds[c] < 0)
        c++;
    CHECK(work->fds[c] >= 0);
    work->part = (enum coding)c;
    work->busy = true;
    work->bad_mark = false;
    bool own = c == CODING_IDENTITY;
    const struct file_version *v =
        own ? &it->key.version : &it->sidecar_version[c];
    reading_start(&work->reading, work->fds[c],
                  own ? own_room(t, l, it) : t->limits.memory_file,
                  !own || it->key.want_bytes, own && !it->lane);
    /* what is read at once is looked at once, and that is at its end */
    if (v->size <= READING_SLICE_BYTES)
        reading_expect(&work->reading, v);
}

void job_act(struct item *it, char *scratch)
{
    CHECK(it->work && it->work->busy);
    reading_act(&it->work->reading, scratch);
}

void job_fail(struct item *it)
{
    reading_fail(&it->work->reading);
}

bool job_later(const struct item *it)
{
    return it->work && it->work->busy && it->work->reading.later;
}

/* What claims a format without its format's first bytes is a mistake. */
static void check_mark(struct item *it)
{
    struct work *work = it->work;
    const struct reading *r = &work->reading;
    struct span head = span_of(r->piece, r->piece_n);
    enum coding own = (enum coding)it->key.own;

    if (r->at != r->piece_n)
        return;
    if (work->part != CODING_IDENTITY)
        work->bad_mark = !coding_shown(work->part, head);
    else
        it->own = coding_shown(own, head) ? own : CODING_IDENTITY;
}

static enum job_event step(struct reading_tools *t, const struct job_limits *l,
                           struct item *it)
{
    struct work *work = it->work;
    bool sidecar = work->part != CODING_IDENTITY;
    enum reading_state state = reading_step(t, &work->reading);

    if (state == READING_FAILED)
        return JOB_FAILED;
    if (state == READING_BEGUN)
        return JOB_BEGUN;
    if (state == READING_AGAIN)
        return JOB_AGAIN;
    check_mark(it);
    if (state == READING_DONE)
        return sidecar ? sidecar_done(t, it) : file_done(t, l, it);
    if (sidecar || work->reading.at != work->reading.piece_n)
        return JOB_AGAIN;
    settle(t, it, &work->reading, false);
    if (it->state == ITEM_EARLY) /* it changed since it was told */
        return JOB_AGAIN;
    if (it->key.want_bytes && work->reading.slab)
        return JOB_AGAIN; /* no descriptor is to be swapped for memory later */
    it->state = ITEM_EARLY;
    if (compresses(l, it, work->reading.end, work->reading.slab != NULL))
        it->negotiable = true;
    it->own_part.version = work->reading.version;
    return JOB_EARLY;
}

/* A file that cannot be read fails the item, a sidecar only itself. */
static enum job_event failed(struct reading_tools *t, struct item *it)
{
    reading_end(t, &it->work->reading);
    if (it->work->part == CODING_IDENTITY) {
        it->state = ITEM_FAILED;
        return JOB_FAILED;
    }
    item_part_add(it, it->work->part)->state = PART_USELESS;
    return JOB_CODING;
}

static bool files_left(const struct work *work)
{
    for (unsigned c = 0; c < CODING_COUNT; c++) {
        if (work->fds[c] >= 0)
            return true;
    }
    return false;
}

enum job_event job_step(struct reading_tools *t, const struct job_limits *l,
                        struct item *it, enum coding *coding)
{
    struct work *work = it->work;
    enum job_event event = step(t, l, it);

    if (event == JOB_FAILED)
        event = failed(t, it);
    *coding = work->part;
    if (event == JOB_BEGUN || event == JOB_AGAIN || event == JOB_EARLY)
        return event;

    item_close(t, it, work->part);
    work->busy = false;
    if (event == JOB_FAILED || !files_left(work))
        item_work_end(t, it);
    return event;
}
