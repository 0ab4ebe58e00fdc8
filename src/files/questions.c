/* SPDX-License-Identifier: MIT
 *
 * questions: what was asked, by number, and the sending of it.
 * Layer: files.  What could not be sent (the channel is full or gone) is marked
 * and sent again by replies_turn() or replies_renew().
 * Heap: one table, at the start.
 */
#include "files/questions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/check.h"
#include "base/uninit.h"
#include "files/about.h"
#include "files/aside.h"
#include "files/coded.h"
#include "files/replies.h"
#include "files/files.h"
#include "files/find.h"
#include "os/channel.h"
#include "os/log.h"

#define QUESTIONS_MASK 4095
#define LOSSES_MAX 2 /* a file whose coding kills preparers is let be */

bool questions_init(struct files *fs)
{
    fs->asks = calloc(QUESTIONS_MASK + 1, sizeof fs->asks[0]);
    return fs->asks != NULL;
}

struct entry *questions_find(struct files *fs, uint64_t seq)
{
    struct entry *e = fs->asks[seq & QUESTIONS_MASK];

    while (e && e->seq != seq)
        e = e->seq_next;
    return e;
}

static void add(struct files *fs, struct entry *e)
{
    CHECK(entry_is(e) && !e->in_asks);
    e->seq = ++fs->seq;
    e->seq_next = fs->asks[e->seq & QUESTIONS_MASK];
    fs->asks[e->seq & QUESTIONS_MASK] = e;
    e->in_asks = true;
}

void questions_remove(struct files *fs, struct entry *e)
{
    if (!e->in_asks)
        return;
    struct entry **at = &fs->asks[e->seq & QUESTIONS_MASK];
    while (*at != e) {
        CHECK(*at);
        at = &(*at)->seq_next;
    }
    *at = e->seq_next;
    e->seq_next = NULL;
    e->in_asks = false;
}

const char *questions_name(const struct entry *e)
{
    const char *slash = strrchr(e->file_path, '/');

    return slash ? slash + 1 : e->file_path;
}

struct message {
    struct prepare_ask ask[PREPARE_ASKS_MAX];
    int fds[CHANNEL_FDS_MAX];
    size_t n, n_fds;
};

static void put_files(struct message *m, const struct entry *e)
{
    CHECK(e->fd >= 0);
    m->fds[m->n_fds++] = e->fd;
    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        if (!(e->sidecars >> c & 1))
            continue;
        CHECK(entry_form(e, c)->fd >= 0);
        m->fds[m->n_fds++] = entry_form(e, c)->fd;
    }
}

static void put_ask(const struct files *fs, struct message *m,
                    const struct entry *e)
{
    struct prepare_ask *ask = &m->ask[m->n++];
    const char *name = questions_name(e);
    size_t name_n = strlen(name);

    memset(ask, 0, sizeof *ask);
    ask->seq = e->seq;
    ask->version = e->version;
    ask->sidecars = e->sidecars;
    ask->want_bytes =
        e->hot || e->version.size <= fs->conf->prepare.memory_file_bytes;
    ask->want_codings = fs->conf->prepare.compress && !e->declared;
    ask->make = ask->want_codings ? e->wanted : 0;
    ask->bare = e->bare;
    ask->own = e->declared;
    ask->lane = e->foreign && e->lane >= 0 ? (uint32_t)e->lane + 1 : 0;
    ask->since_us = e->since_us;
    ask->watch = e->mark[CODING_IDENTITY] > 0;
    /* a name's type is in its end */
    if (name_n >= sizeof ask->name)
        name += name_n - (sizeof ask->name - 1);
    memcpy(ask->name, name, strlen(name));
    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        if (e->sidecars >> c & 1)
            ask->sidecar_version[c] = *entry_sidecar(e, c);
    }
    CHECK(e->in_asks);
    if (!e->bare)
        put_files(m, e);
}

/* As many as fit, from `at` on; the first one that was not sent, or NULL when
 * the channel takes none. */
static struct list *send_some(struct files *fs, struct list *at)
{
    UNINIT struct message m;
    struct list *to = at;

    m.n = m.n_fds = 0;
    while (to != &fs->asked && m.n < PREPARE_ASKS_MAX &&
           m.n_fds + CODING_COUNT <= CHANNEL_FDS_MAX) {
        put_ask(fs, &m, LIST_ENTRY(to, struct entry, asked));
        to = to->next;
    }
    if (client_ask_all(fs->client, m.ask, m.n, m.fds, m.n_fds) != 0)
        return NULL;
    for (; at != to; at = at->next)
        LIST_ENTRY(at, struct entry, asked)->unasked = false;
    return to;
}

/* What is to be asked is the end of the list: an entry that is asked about
 * joins there, and when a message finds no room none behind it does. */
void questions_flush(struct files *fs)
{
    struct list *at = &fs->asked;

    if (!fs->asks_waiting || fs->prepare_down)
        return;
    while (at->prev != &fs->asked &&
           LIST_ENTRY(at->prev, struct entry, asked)->unasked)
        at = at->prev;
    while (at && at != &fs->asked)
        at = send_some(fs, at);
    fs->asks_unsent = 0;
    fs->asks_waiting = at == NULL;
}

void questions_send(struct files *fs, struct entry *e)
{
    CHECK(!list_empty(&e->asked));
    e->unasked = true;
    fs->asks_waiting = true;
    if (++fs->asks_unsent >= PREPARE_ASKS_MAX)
        questions_flush(fs);
}

static void begin(struct files *fs, struct entry *e)
{
    questions_remove(fs, e);
    add(fs, e);
    e->sent_us = fs->now->us;
    if (list_empty(&e->asked))
        entry_hold(e); /* until wake(): it may be evicted meanwhile */
    list_remove(&e->asked);
    list_append(&fs->asked, &e->asked);
    questions_send(fs, e);
}

void questions_more(struct files *fs, struct entry *e)
{
    CHECK(e->kind == ENTRY_FILE && !e->pending && !e->background);
    e->background = e->bare = true;
    begin(fs, e);
}

/* One for which there is no memory is as good as not there. */
static void take_sidecars(struct files *fs, struct entry *e,
                          const struct found *f)
{
    e->sidecars = (uint8_t)f->sidecars;
    for (unsigned c = 0; c < CODING_COUNT; c++) {
        if (!(f->sidecars >> c & 1))
            continue;
        struct entry_form *form = coded_add(e, (enum coding)c);
        CHECK(f->sidecar_fd[c] >= 0);
        if (!form) {
            aside_close(fs, e->foreign ? e->lane : -1, f->sidecar_fd[c]);
            e->sidecars &= (uint8_t) ~(1u << c);
            continue;
        }
        CHECK(form->fd < 0);
        *entry_sidecar(e, c) = f->sidecar_version[c];
        form->fd = f->sidecar_fd[c];
    }
}

void questions_begin(struct files *fs, struct entry *e, const struct found *f,
                     bool background)
{
    CHECK(e->kind == ENTRY_FILE && e->fd >= 0 && !e->pending);
    take_sidecars(fs, e, f);
    e->wanted |= (uint8_t)f->make;
    e->pending = !background;
    e->background = background;
    e->bare = false;
    e->asked_us = fs->now->us;
    e->asked_fresh = fs->fresh;
    e->tries = (uint8_t)(e->tries + 1 + fs->tries_before);
    begin(fs, e);
}

/* Codings that the last preparer was still to make: their files are looked at
 * afresh at their next request, and so asked for again. */
void questions_repeat_codings(struct files *fs)
{
    for (size_t i = 0; i <= QUESTIONS_MASK; i++) {
        for (struct entry *e = fs->asks[i]; e; e = e->seq_next) {
            if (e->pending || e->background || e->losses == LOSSES_MAX)
                continue;
            e->losses++;
            e->racy = true;
        }
    }
}

static const char *late_text(const struct files *fs, const struct entry *e)
{
    if (e->background)
        return "no answer from the preparer in time; what was known of it "
               "goes on being served";
    if (e->foreign && !fs->prepare_down)
        return "no answer from its file system in time";
    return "no answer from the preparer in time; type taken from the name, "
           "weak tag";
}

void questions_tell_late(const struct files *fs, const struct entry *e)
{
    char forms[32];
    struct buf b = buf_over(forms, sizeof forms);

    for (unsigned c = 0; c < CODING_COUNT; c++) {
        if (e->follow >> c & 1)
            buf_fmt(&b, "%s%s", b.n ? " or " : "",
                    coding_row((enum coding)c)->name);
    }
    if (!e->background && b.n && buf_cstr(&b))
        log_line(LOG_WARN_, about_entry(fs, e), "W024",
                 "%s: no %s form from the preparer in time; sent without it",
                 e->path, forms);
    else
        log_line(LOG_WARN_, about_entry(fs, e), "W024", "%s: %s", e->path,
                 late_text(fs, e));
}
