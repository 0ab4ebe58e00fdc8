/* SPDX-License-Identifier: MIT
 *
 * files: makes and ends what a worker knows about files.
 * Layer: files.
 * Heap: at the start.
 */
#include "files/files.h"

#include <stdlib.h>
#include <string.h>

#include "files/aside.h"
#include "files/block.h"
#include "files/questions.h"
#include "files/dirs.h"
#include "files/entry.h"
#include "files/follow.h"
#include "files/passing.h"
#include "os/marks.h"
#include "os/poll.h"

bool files_init(struct files *fs, const struct root *root, size_t n_roots,
                int prepare_fd, uint64_t seed)
{
    list_init(&fs->asked);
    list_init(&fs->hashed);
    list_init(&fs->ready);
    list_init(&fs->looked);
    list_init(&fs->awaiting);
    fs->places = -1;
    siblings_init(&fs->siblings);
    fs->n_roots = n_roots;
    fs->given = root;
    fs->root = calloc(n_roots, sizeof fs->root[0]);
    if (!fs->root)
        return false;
    memcpy(fs->root, root, n_roots * sizeof fs->root[0]);
    fs->heads = calloc(1, sizeof *fs->heads);
    if (!fs->heads || !questions_init(fs) ||
        !cache_init(&fs->cache, fs->conf->prepare.files, seed))
        return false;
    if (fs->conf->prepare.freshness == FRESHNESS_AUTO)
        fs->dirs = dirs_new(seed * 31 + 7, 8192);
    if (fs->dirs) {
        dirs_watch_mounts(fs->dirs, fs->poll);
        fs->marks = marks_new(FILES_MARKED_MAX);
    }
    follow_start(fs);
    fs->cache.second = fs->now->second;
    fs->client = client_new(prepare_fd);
    fs->prepare_fd = prepare_fd;
    return fs->client &&
           poll_add_level(fs->poll, fs->prepare_fd, &fs->prepare_fd) >= 0;
}

static void drop_entries(struct files *fs, struct list *entries)
{
    while (!list_empty(entries)) {
        struct entry *e = LIST_ENTRY(entries->next, struct entry, lru);
        cache_unlink(&fs->cache, e);
        entry_release(fs, e);
    }
}

bool files_free(struct files *fs)
{
    passing_end(fs);
    if (fs->cache.bucket) {
        drop_entries(fs, &fs->cache.files);
        drop_entries(fs, &fs->cache.others);
        cache_free(&fs->cache);
    }
    if (!aside_end(fs))
        return false;
    if (fs->client)
        client_free(fs->client);
    siblings_end(&fs->siblings);
    if (fs->dirs)
        dirs_free(fs->dirs);
    marks_free(fs->marks);
    follow_end(fs);
    free(fs->asks);
    words_end(&fs->words);
    if (fs->heads)
        block_table_end(fs->heads);
    free(fs->heads);
    return true;
}

void files_mounts(struct files *fs)
{
    (void)follow_look(fs);
    if (fs->aside)
        aside_mounts(fs);
    dirs_forget(fs->dirs);
    fs->fresh++;
}

void files_news(struct files *fs)
{
    bool names = fs->dirs && dirs_news(fs->dirs);
    bool files = marks_news(fs->marks, fs->fresh + 1);

    if (follow_due(fs) && follow_news(fs)) {
        if (fs->dirs)
            dirs_forget(fs->dirs);
        if (fs->aside)
            aside_mounts(fs);
        names = true;
    }

    if (names || files)
        fs->fresh++;
}
