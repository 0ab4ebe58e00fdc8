/* SPDX-License-Identifier: MIT
 *
 * client: asks, answers, and a small table of mapped slabs.
 * Layer: prepare.  The preparer reads hostile files and may have been taken
 * over: an answer is used only when its slab is sealed and as large as it says,
 * its places lie within, and its text could be a field value.
 */
#include "config.h"

#include "prepare/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/chars.h"
#include "base/check.h"
#include "base/sum.h"
#include "http/refs.h"
#include "os/channel.h"
#include "prepare/ask.h"
#include "prepare/seals.h"

struct mapped {
    uint64_t id;
    int fd;
    char *p;
    size_t size;
    size_t holds;
    bool dropped; /* goes with the last hold */
};

struct client {
    int fd;
    struct prepare_answer got[PREPARE_ANSWERS_MAX]; /* the last message */
    size_t got_n, got_at;
    bool more; /* the last message was full, or of one kind only */
    struct mapped *slabs;
    size_t n, cap;
};

struct client *client_new(int fd)
{
    struct client *c = calloc(1, sizeof *c);

    if (c)
        c->fd = fd;
    return c;
}

static void unmap(struct client *c, size_t i)
{
    CHECK(i < c->n);
    munmap(c->slabs[i].p, c->slabs[i].size);
    close(c->slabs[i].fd);
    c->slabs[i] = c->slabs[--c->n];
}

void client_free(struct client *c)
{
    if (!c)
        return;
    while (c->n > 0)
        unmap(c, c->n - 1);
    free(c->slabs);
    free(c);
}

/* The newest are asked for most. */
static struct mapped *find(struct client *c, uint64_t id)
{
    for (size_t i = c->n; id != 0 && i > 0; i--) {
        if (c->slabs[i - 1].id == id)
            return &c->slabs[i - 1];
    }
    return NULL;
}

static void drop(struct client *c, struct mapped *m)
{
    m->dropped = true;
    if (m->holds == 0)
        unmap(c, (size_t)(m - c->slabs));
}

bool client_left(const struct client *c)
{
    return c->got_at < c->got_n;
}

bool client_more(const struct client *c)
{
    return client_left(c) || c->more;
}

int client_ask_all(struct client *c, const struct prepare_ask *asks, size_t n,
                   const int *fds, size_t n_fds)
{
    size_t own = 0;

    CHECK(n > 0 && n <= PREPARE_ASKS_MAX);
    for (size_t i = 0; i < n; i++)
        own += ask_fds(&asks[i]);
    CHECK(n_fds == own);
    int error = channel_send(c->fd, asks, n * sizeof *asks, fds, n_fds);
    return error == -ECONNRESET ? -EPIPE : error;
}

int client_ask(struct client *c, const struct prepare_ask *ask, const int *fds,
               size_t n_fds)
{
    return client_ask_all(c, ask, 1, fds, n_fds);
}

static bool sealed(int fd, uint64_t size)
{
    struct stat st;
    int seals = fcntl(fd, F_GET_SEALS);

    return seals >= 0 && (seals & SLAB_SEALS) == SLAB_SEALS &&
           fstat(fd, &st) == 0 && size > 0 && (uint64_t)st.st_size == size;
}

/* Takes over fd.  0 or -errno. */
static int map(struct client *c, const struct prepare_place *at, int fd)
{
    if (at->slab == 0 || find(c, at->slab) || !sealed(fd, at->slab_bytes)) {
        close(fd);
        return -EPROTO;
    }
    if (c->n == c->cap) {
        size_t cap = c->cap ? c->cap * 2 : 16;
        struct mapped *more = realloc(c->slabs, cap * sizeof *more);
        if (!more) {
            close(fd);
            return -ENOMEM;
        }
        c->slabs = more;
        c->cap = cap;
    }
    void *p = mmap(NULL, (size_t)at->slab_bytes, PROT_READ, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED) {
        close(fd);
        return -ENOMEM;
    }
    c->slabs[c->n++] = (struct mapped){
        .id = at->slab, .fd = fd, .p = p, .size = (size_t)at->slab_bytes
    };
    return 0;
}

static bool text_ok(const char *s)
{
    for (size_t i = 0; i < MEDIA_TYPE_MAX; i++) {
        if (s[i] == '\0')
            return true;
        if (!chars_is(s[i], CHAR_FIELD))
            return false;
    }
    return false;
}

static bool within(const struct mapped *m, const struct prepare_place *at)
{
    uint64_t n = at->bytes;

    if (at->sums)
        n = sum_blocks(n) * sizeof(uint64_t);
    if (at->sums && at->offset % sizeof(uint64_t))
        return false;
    return at->offset <= m->size && n <= m->size - at->offset;
}

/* A slab whose descriptor got lost, because this process had no number left for
 * it, is nowhere: the worker then sends from its own descriptor. */
static bool place_ok(struct client *c, struct prepare_place *at)
{
    const struct mapped *m = find(c, at->slab);

    if (m)
        return within(m, at);
    at->slab = at->offset = at->slab_bytes = at->sums = 0;
    return true;
}

static bool answer_ok(struct client *c, struct prepare_answer *a)
{
    if (a->kind > PREPARE_DROP || !text_ok(a->type) || !text_ok(a->magic))
        return false;
    if (a->kind == PREPARE_DROP)
        return true;
    uint8_t codings = a->forms | a->coming | a->offers | a->first;
    if (a->follow >= 1u << CODING_COUNT || codings >= 1u << CODING_COUNT ||
        (codings & 1u << CODING_IDENTITY))
        return false;
    if (a->kind == PREPARE_REFS &&
        (a->place.sums || (a->place.slab && !a->place.bytes) ||
         a->place.bytes > REFS_LIST_MAX + 1))
        return false;
    if (a->kind == PREPARE_CODED &&
        (a->coding == CODING_IDENTITY || a->coding >= CODING_COUNT))
        return false;
    return place_ok(c, &a->place);
}

/* 1: a message of one answer or more is there; else as client_take(). */
static int take_message(struct client *c)
{
    const size_t each = sizeof c->got[0];
    int fd = -1;
    size_t n_fds = 1;
    ssize_t n = channel_take(c->fd, c->got, sizeof c->got, &fd, &n_fds);

    if (n == -EAGAIN)
        return 0;
    if (n == 0 || n == -ECONNRESET)
        return -EPIPE;
    if (n == -EMSGSIZE) /* whole, but its descriptor found no room here */
        n = (ssize_t)each;
    if (n < 0)
        return (int)n;
    if (n_fds > 0) {
        int error = map(c, &c->got[0].place, fd);
        if (error)
            return error;
    }
    if ((size_t)n % each || (n_fds > 0 && (size_t)n != each))
        return -EPROTO;
    c->got_n = (size_t)n / each;
    /* those with a slab and those that drop one go alone, before others */
    c->more = n_fds > 0 || c->got_n == PREPARE_ANSWERS_MAX ||
              c->got[0].kind == PREPARE_DROP;
    return 1;
}

int client_take(struct client *c, struct prepare_answer *out)
{
    if (!client_left(c)) {
        c->got_n = c->got_at = 0;
        c->more = false;
        int rc = take_message(c);
        if (rc <= 0)
            return rc;
    }
    *out = c->got[c->got_at++];
    if (!answer_ok(c, out))
        return -EPROTO;
    if (out->kind == PREPARE_DROP) {
        struct mapped *m = find(c, out->place.slab);
        if (m)
            drop(c, m);
    }
    return 1;
}

const char *client_slab_hold(struct client *c, const struct prepare_place *at)
{
    struct mapped *m = find(c, at->slab);

    if (!m || !within(m, at))
        return NULL;
    CHECK(m->fd >= 0 && m->p);
    m->holds++;
    return m->p + at->offset;
}

void client_slab_release(struct client *c, uint64_t slab)
{
    struct mapped *m = find(c, slab);

    CHECK(m != NULL && m->holds > 0);
    if (--m->holds == 0 && m->dropped)
        unmap(c, (size_t)(m - c->slabs));
}

bool client_holds(const struct client *c)
{
    for (size_t i = 0; i < c->n; i++) {
        if (c->slabs[i].holds > 0)
            return true;
    }
    return false;
}

void client_tell_held(const struct client *c)
{
    struct prepare_held held = { .n = 0 };

    for (size_t i = 0; i < c->n; i++) {
        const struct mapped *m = &c->slabs[i];
        if (m->holds > 0 && !m->dropped) {
            held.slab[held.n] = m->id;
            held.holds[held.n++] =
                m->holds < UINT32_MAX ? (uint32_t)m->holds : UINT32_MAX;
        }
        if (held.n == PREPARE_HELD_MAX || (held.n > 0 && i + 1 == c->n)) {
            (void)channel_send(c->fd, &held, sizeof held, NULL, 0);
            held.n = 0;
        }
    }
}

int client_slab_fd(struct client *c, uint64_t slab)
{
    const struct mapped *m = find(c, slab);

    return m ? m->fd : -1;
}

int client_slab_at(struct client *c, uint64_t slab, const char *p,
                   uint64_t *offset)
{
    const struct mapped *m = find(c, slab);

    if (!m || p < m->p || p >= m->p + m->size)
        return -1;
    *offset = (uint64_t)(p - m->p);
    return m->fd;
}

void client_renew(struct client *c, int fd)
{
    c->fd = fd;
    c->got_n = c->got_at = 0;
    c->more = false;
    for (size_t i = c->n; i > 0; i--)
        drop(c, &c->slabs[i - 1]); /* unmap moves the last one, seen already */
}
