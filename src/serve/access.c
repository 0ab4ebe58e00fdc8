/* SPDX-License-Identifier: MIT
 *
 * access: formats, gathers and writes lines.
 * Layer: serve.  Never waits: what a pipe does not take now stays in the buffer
 * and is offered again; only when that is full are lines lost.  The rest of a
 * line whose beginning is written already is kept in any case, so that lines
 * never run into each other.
 * Heap: one buffer, at the start.
 */
#include "serve/access.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answer/answer.h"
#include "answer/txn.h"
#include "base/check.h"
#include "base/plural.h"
#include "base/uninit.h"
#include "http/logline.h"
#include "http/mask.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/log.h"
#include "serve/conn.h"
#include "serve/worker.h"

#define FINISH_US 200000
#define RETRY_FAILED_MS 1000
#define RETRY_MS 10 /* until a full pipe is tried again */

struct access {
    /* the worker's */
    const struct conf *conf;
    const struct moment *now;
    struct counters_slot *counters;
    unsigned worker; /* from 1 on, as in the lines */
    int fd;
    void (*format)(struct buf *, const struct logline *);
    bool prompt;       /* for a person: written out at the end of each turn */
    uint64_t since_ms; /* of the oldest line in the buffer */
    uint64_t flush_ms;
    uint64_t lost;
    bool failing;
    unsigned retry_ms; /* the last try failed: until the next one; else 0 */
    uint64_t tried_ms; /* and was asked then */
    size_t broken;     /* bytes at the front that end a line written in part */
    struct shown {
        char text[NET_PEER_TEXT]; /* of peer */
        struct net_peer peer;
    } client, via;              /* the last ones */
    struct logline_stamp stamp; /* of the last line's second */
    struct buf buf;
    char bytes[];
};

struct access *access_new(const struct worker *w, int fd)
{
    static void (*const formats[])(struct buf *, const struct logline *) = {
        [LOG_COMBINED] = logline_combined,
        [LOG_JSON] = logline_json,
        [LOG_READABLE] = logline_readable,
    };
    const struct conf_log *log = &w->conf->log;
    size_t cap = log->buffer_bytes + LOGLINE_BYTES_MAX;
    struct access *a = calloc(1, sizeof *a + cap);

    if (!a)
        return NULL;
    a->conf = w->conf;
    a->now = &w->now;
    a->counters = w->counters;
    a->worker = w->start->index + 1;
    a->fd = fd;
    a->format = formats[log->format];
    a->prompt = log->format == LOG_READABLE || log->flush_ms == 0;
    a->flush_ms = log->flush_ms;
    a->client.peer.family = a->via.peer.family = 255;
    logline_stamp(&a->stamp, 0);
    a->buf = buf_over(a->bytes, cap);
    return a;
}

static const char *peer_text(struct shown *s, const struct net_peer *peer)
{
    size_t n = peer->family == 6 ? 16 : 4;

    if (s->peer.family != peer->family ||
        memcmp(s->peer.addr, peer->addr, n) != 0) {
        net_peer_text(peer, s->text);
        s->peer = *peer;
    }
    return s->text;
}

static unsigned count_lines(const char *p, size_t n)
{
    unsigned lines = 0;

    for (size_t i = 0; i < n; i++)
        lines += p[i] == '\n';
    return lines;
}

/* Gives up what is in the buffer behind the rest of a broken line. */
static void lose(struct access *a, int error)
{
    unsigned lines = count_lines(a->buf.p + a->broken, a->buf.n - a->broken);

    a->buf.n = a->broken;
    a->lost += lines;
    counters_add(&a->counters->log_lost, lines);
    if (!a->failing)
        log_error("W030", "access log: %s: lines are being lost",
                  strerror(-error));
    a->failing = true;
}

/* The first n bytes are out. */
static void written(struct access *a, size_t n)
{
    CHECK(n <= a->buf.n && a->broken <= a->buf.n);
    bool whole = n == 0 ? a->broken == 0 : a->buf.p[n - 1] == '\n';
    const char *end;

    memmove(a->buf.p, a->buf.p + n, a->buf.n - n);
    a->buf.n -= n;
    end = whole ? NULL : memchr(a->buf.p, '\n', a->buf.n);
    a->broken = end ? (size_t)(end - a->buf.p) + 1 : 0;
}

static bool full(const struct access *a)
{
    return a->buf.n + LOGLINE_BYTES_MAX > a->buf.cap;
}

static void flush(struct access *a)
{
    int error;

    if (!a || a->buf.n == 0)
        return;
    written(a, file_append(a->fd, a->buf.p, a->buf.n, &error));
    a->retry_ms = !error ? 0 : error == -EAGAIN ? RETRY_MS : RETRY_FAILED_MS;
    a->tried_ms = a->now->ms;
    if (error && (error != -EAGAIN || full(a))) {
        lose(a, error);
    } else if (!error && a->failing) {
        log_warn("W031", "access log: writing again; %llu line%s lost",
                 (unsigned long long)a->lost, plural(a->lost));
        a->failing = false;
        a->lost = 0;
    }
}

/* One byte more than a format writes, so that it can tell that it cut. */
static struct span masked(struct access *a, struct span text, struct buf *b)
{
    if (!text.p)
        return text;
    mask_text(b, span_str(a->conf->observe.mask),
              span_to(text, LOGLINE_TARGET_MAX + 1));
    return b->overflow ? SPAN("***") : buf_span(b);
}

static void put_line(struct access *a, struct logline *l)
{
    UNINIT char storage[2][MASK_GROWTH * (LOGLINE_TARGET_MAX + 1)];
    struct buf target = buf_over(storage[0], sizeof storage[0]);
    struct buf referer = buf_over(storage[1], sizeof storage[1]);
    struct logline shown = *l;

    if (a->conf->log.mask) {
        shown.target = masked(a, l->target, &target);
        shown.referer = masked(a, l->referer, &referer);
        if (l->user.p &&
            mask_named(span_str(a->conf->observe.mask), SPAN("user")))
            shown.user = SPAN("***");
        l = &shown;
    }
    a->format(&a->buf, l);
}

/* client: NULL: the connection's */
static void put(struct access *a, const struct conn *c,
                const struct net_peer *client, struct logline *l)
{
    size_t before = a->buf.n;

    l->worker = a->worker;
    l->connection = c->number;
    l->via = client ? peer_text(&a->via, &c->peer) : NULL;
    l->via_port = c->peer.port;
    if (!client)
        client = &c->peer;
    l->peer = peer_text(&a->client, client);
    l->port = client->port;
    if (l->time_us - a->stamp.second * 1000000 >= 1000000 ||
        l->time_us < a->stamp.second * 1000000)
        logline_stamp(&a->stamp, l->time_us);
    l->stamp = &a->stamp;
    put_line(a, l);
    if (a->buf.overflow) {
        a->buf.n = before; /* longer than any line may be: left out whole */
        a->buf.overflow = false;
        a->lost++;
        counters_add(&a->counters->log_lost, 1);
    }
    if (before == 0)
        a->since_ms = a->now->ms;
    if (full(a))
        flush(a);
}

void access_write(struct access *a, const struct conn *c, struct record *r)
{
    if (!a)
        return;
    r->line.duration_us = a->now->us - r->started_us;
    r->line.time_us = a->now->real_us - (int64_t)r->line.duration_us;
    put(a, c, r->fronted ? &r->client : NULL, &r->line);
}

void access_cut(struct access *a, const struct conn *c, const struct request *q,
                enum end why)
{
    const struct head *h = &q->head;
    bool named = q->front.on && q->front.named;

    if (!a)
        return;
    uint64_t took = c->first_us ? a->now->us - c->first_us : 0;
    struct logline l = {
        .time_us = a->now->real_us - (int64_t)took,
        .request = c->requests + 1,
        .method = h->method_text,
        .target = h->target,
        .user = c->txn ? txn_user(c->txn) : SPAN_NONE,
        .minor = h->minor,
        .duration_us = took,
        .end = why,
    };
    put(a, c, named ? &q->front.client : NULL, &l);
}

int access_turn(struct access *a)
{
    if (!a || a->buf.n == 0)
        return -1;
    if (a->now->ms < a->tried_ms + a->retry_ms)
        return (int)(a->tried_ms + a->retry_ms - a->now->ms);
    if (a->retry_ms || a->prompt || a->now->ms >= a->since_ms + a->flush_ms) {
        flush(a);
        return a->buf.n ? (int)a->retry_ms : -1;
    }
    return (int)(a->since_ms + a->flush_ms - a->now->ms);
}

/* The last chance of what is in the buffer: the reader of a pipe may be just
 * about to take more. */
void access_finish(struct access *a)
{
    uint64_t until_us = clock_mono_us() + FINISH_US;

    flush(a);
    while (a && a->buf.n > 0 && a->retry_ms == RETRY_MS &&
           clock_mono_us() < until_us) {
        sched_yield();
        flush(a);
    }
    if (a && a->buf.n > 0) {
        a->broken = 0; /* that line's rest is lost, too */
        lose(a, -EAGAIN);
    }
}

void access_reopen(struct access *a, int fd)
{
    if (!a) {
        close(fd);
        return;
    }
    CHECK(fd != a->fd);
    flush(a);
    written(a, a->broken); /* its beginning is elsewhere */
    close(a->fd);
    a->fd = fd;
}

void access_free(struct access *a)
{
    free(a);
}
