/* SPDX-License-Identifier: MIT
 *
 * entry: makes, holds and releases entries.
 * Layer: files.
 * Heap: an entry, when a path is asked for the first time; never for a hit.
 */
#include "files/entry.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "files/aside.h"
#include "files/questions.h"
#include "files/blocks.h"
#include "files/files.h"
#include "os/directory.h"
#include "os/marks.h"

struct entry *entry_new(unsigned site, struct span path, uint64_t hash)
{
    struct entry *e = calloc(1, offsetof(struct entry, path) + path.n + 1);

    if (!e)
        return NULL;
    e->magic = ENTRY_MAGIC;
    e->refs = 1;
    e->site = site;
    e->hash = hash;
    e->fd = e->lane = -1;
    e->own_form.fd = -1;
    e->type = "";
    e->source.form[CODING_IDENTITY] = &e->own_form.plan;
    list_init(&e->lru);
    list_init(&e->waiters);
    list_init(&e->asked);
    list_init(&e->hashed);
    e->path_n = (uint32_t)path.n;
    list_init(&e->open);
    memcpy(e->path, path.p, path.n);
    return e;
}

bool entry_rewritten(const struct files *fs, const struct entry *e)
{
    bool closed = e->rewritten;

    for (int c = 0; c < CODING_COUNT; c++)
        closed |= marks_closed(fs->marks, e->mark[c]) > e->asked_fresh;
    return closed;
}

void entry_type(struct files *fs, struct entry *e, const char *type)
{
    const char *was = e->type;

    e->type = words_keep(&fs->words, type, strlen(type));
    if (!e->type)
        e->type = "";
    if (*was)
        words_drop(&fs->words, was);
}

bool entry_place(struct entry *e, const char *path)
{
    CHECK(!e->file_path);
    if (e->path_n > 0 && strcmp(path, e->path + 1) == 0)
        e->file_path = e->path + 1;
    else
        e->file_path = strdup(path);
    return e->file_path != NULL;
}

void entry_refer(struct files *fs, struct entry *e, struct span list)
{
    free(e->refers);
    e->refers = malloc(list.n + 1);
    e->refers_n = e->refers ? (uint32_t)list.n : 0;
    if (e->refers)
        memcpy(e->refers, list.p, list.n);
    cache_weigh(&fs->cache, e);
}

void entry_names(struct entry *e, struct directory *names)
{
    CHECK(e->kind == ENTRY_LISTING);
    if (e->names)
        directory_free(e->names);
    free(e->names);
    e->names = names;
}

void entry_close(struct files *fs, const struct entry *e, int fd)
{
    aside_close(fs, e->foreign ? e->lane : -1, fd);
}

static void drop_form(struct files *fs, struct entry *e, struct entry_form *f)
{
    CHECK(!f->sums || f->slab); /* both come and go with the slab */
    if (f->fd >= 0)
        entry_close(fs, e, f->fd);
    if (f->slab)
        client_slab_release(fs->client, f->slab);
    f->fd = -1;
    f->slab = 0;
    f->bytes = NULL;
    f->sums = NULL;
    block_drop(fs->heads, &f->ok, f);
    block_drop(fs->heads, &f->partial, f);
    block_drop(fs->heads, &f->not_modified, f);
}

/* What is said of other things than files. */
static void drop_fixed(struct files *fs, struct entry *e)
{
    if (e->kind == ENTRY_LISTING)
        entry_names(e, NULL);
    CHECK(fs->listing_bytes >= e->listing_bytes);
    fs->listing_bytes -= e->listing_bytes;
    free(e->location);
    free(e->page);
}

static void drop_words(struct files *fs, struct entry *e)
{
    if (e->kind == ENTRY_FILE && *e->type)
        words_drop(&fs->words, e->type);
    if (e->fields)
        words_drop(&fs->words, e->fields);
}

void entry_end(struct files *fs, struct entry *e)
{
    CHECK(entry_is(e) && e->refs == 0);
    /* whatever it hangs in holds it */
    CHECK(!e->in_cache && list_empty(&e->lru) && list_empty(&e->waiters));
    CHECK(list_empty(&e->asked) && list_empty(&e->hashed));
    questions_remove(fs, e);
    for (int c = 0; c < CODING_COUNT; c++) {
        if (entry_form(e, (unsigned)c))
            drop_form(fs, e, entry_form(e, (unsigned)c));
        if (c != CODING_IDENTITY)
            free(entry_form(e, (unsigned)c));
        marks_drop(fs->marks, e->mark[c]);
    }
    if (e->fd >= 0)
        entry_close(fs, e, e->fd);
    cache_closed(&fs->cache, e);
    if (e->kind == ENTRY_FILE)
        free(e->refers);
    else
        drop_fixed(fs, e);
    drop_words(fs, e);
    free((void *)(uintptr_t)e->source.alias);
    if (e->file_path != e->path + 1)
        free(e->file_path);
    free(e->known);
    e->magic = 0;
    free(e);
}
