/* SPDX-License-Identifier: MIT
 *
 * send: one system call for everything that is in memory, a block of a file at
 * a time for the rest.
 * Layer: serve.  When a file no longer has the bytes that were announced the
 * connection ends, so that no mixture of two versions ever looks whole.
 */
#include "serve/send.h"

#include <errno.h>

#include "answer/events.h"
#include "answer/txn.h"
#include "base/check.h"
#include "base/uninit.h"
#include "files/entry.h"
#include "files/forms.h"
#include "files/heat.h"
#include "os/net.h"
#include "serve/access.h"
#include "serve/conn.h"
#include "serve/ferry.h"
#include "serve/gauges.h"
#include "serve/guard.h"
#include "serve/pacing.h"
#include "serve/turn.h"
#include "serve/worker.h"

#define IOV_MAX_HERE 64
#define TURN_BYTES (512u << 10) /* most of one connection per turn */
#define SEALED_BYTES (2u << 20) /* of one call, where none is copied */
#define LONG_BYTES (8u << 20)   /* such a run of them leaves by itself */
#define PAGE_BYTES 4096u
#define DOUBT_US 20000 /* most between the times and the size of an append */
#define MUCH_BYTES (64u << 10) /* of one call: the clock is looked at */

static void count(struct counters_slot *counters, unsigned status)
{
    counters_add(&counters->requests, 1);
    counters_add(counters_status(counters, status), 1);
}

static inline void end_record(struct worker *w, struct conn *c,
                              struct record *r)
{
    if (!r->quiet)
        count(w->counters, (unsigned)r->line.status);
    if (w->answers.ring)
        event_request(&w->answers, c, r);
    if (!r->quiet)
        access_write(w->access, c, r);
    if (r->entry)
        entry_release(&w->files, r->entry);
    r->entry = NULL;
}

/* Those of which bytes are out have begun, and some have ended. */
static void finish_records(struct worker *w, struct conn *c, struct txn *t)
{
    uint64_t now_us = gauges_clock(w->wants.timed), from = 0;

    while (t->record_at < t->record_n && from < t->sent) {
        struct record *r = &t->record[t->record_at];
        gauges_begun(w, r, now_us);
        if (r->ends > t->sent)
            return;
        from = r->ends;
        gauges_ended(w, r, now_us);
        end_record(w, c, r);
        t->record_at++;
    }
}

static void advance(struct worker *w, struct conn *c, struct txn *t, size_t n)
{
    CHECK(t->sent + n <= t->queued);
    t->sent += n;
    c->passed.moved += n;
    counters_add(&w->counters->bytes, n);
    while (n > 0) {
        struct piece *p = &t->piece[t->piece_at];
        size_t step = n < p->bytes ? n : (size_t)p->bytes;
        p->bytes -= step;
        if (p->p)
            p->p += step;
        p->offset += step;
        n -= step;
        if (p->bytes == 0)
            t->piece_at++;
    }
    finish_records(w, c, t);
}

/* Is it sent along with its neighbours? */
static bool in_line(const struct piece *p)
{
    return p->p && p->fd < 0;
}

static ssize_t send_memory(struct conn *c, struct txn *t, size_t most)
{
    UNINIT struct iovec iov[IOV_MAX_HERE];
    unsigned n = 0, at = t->piece_at;
    bool whole = most == SIZE_MAX; /* nothing of this call is to leave apart */

    for (; at < t->piece_n && in_line(&t->piece[at]) && n < IOV_MAX_HERE;
         at++) {
        if (most == 0)
            break;
        iov[n].iov_base = (void *)(size_t)t->piece[at].p;
        iov[n].iov_len =
            t->piece[at].bytes < most ? (size_t)t->piece[at].bytes : most;
        most -= iov[n++].iov_len;
    }
    /* the last bytes of a connection leave together with its FIN: whoever
     * has queued them closes or shuts down next */
    bool more = whole && (at < t->piece_n || c->closing);
    if (n == 1)
        return net_send(c->fd, iov[0].iov_base, iov[0].iov_len, more);
    return net_sendv(c->fd, iov, n, more);
}

/* Is it too early to tell whether a file only grows? */
static bool doubted(struct txn *t, uint64_t now_us)
{
    if (t->doubt_us == 0)
        t->doubt_us = now_us;
    return now_us - t->doubt_us < DOUBT_US;
}

/* What nobody can write to goes by reference, from the next page on: within a
 * page, where a socket that was full has left off, all that follows would take
 * three times as long. */
static ssize_t send_sealed(const struct conn *c, struct txn *t, size_t most)
{
    const struct piece *p = &t->piece[t->piece_at];
    size_t n = p->bytes < SEALED_BYTES ? (size_t)p->bytes : SEALED_BYTES;
    size_t rest = (size_t)(-p->offset % PAGE_BYTES);

    if (p->bytes >= LONG_BYTES && !t->is_long && most == SIZE_MAX) {
        net_long(c->fd, true);
        t->is_long = true;
    }
    if (rest > 0 && rest < n)
        return net_send(c->fd, p->p, rest < most ? rest : most,
                        most == SIZE_MAX);
    return net_send_sealed(c->fd, p->fd, p->offset, n < most ? n : most);
}

static ssize_t send_stored(struct conn *c, struct txn *t, size_t most)
{
    const struct piece *p = &t->piece[t->piece_at];

    return in_line(p) ? send_memory(c, t, most) : send_sealed(c, t, most);
}

/* All that waits is one run of memory, as nearly always: no list of them. */
static inline bool is_one(const struct txn *t, const struct piece *p,
                          size_t most)
{
    return t->piece_at + 1 == t->piece_n && in_line(p) && most == SIZE_MAX;
}

/* Its bytes have come into memory while it was being sent. */
static bool in_memory_now(const struct worker *w, struct piece *p,
                          const struct entry_form *f)
{
    uint64_t at;

    if (!f->bytes)
        return false;
    const char *bytes = f->bytes + p->offset;
    int fd = forms_sealed(&w->files, f, bytes, p->bytes, &at);
    *p = (struct piece){ bytes, fd, at, p->bytes };
    return true;
}

/* Of a file whose own bytes are coded it is the one that was not made. */
static const struct entry_form *form_of(const struct record *r)
{
    const struct entry *e = r->entry;
    bool own = r->line.coding == e->own;

    return entry_form(e, own ? CODING_IDENTITY : r->line.coding);
}

/* A file's bytes: a block of them at a time (guard.h). */
static ssize_t send_file(struct worker *w, struct conn *c, struct txn *t,
                         size_t most)
{
    struct piece *p = &t->piece[t->piece_at];
    const struct record *r = &t->record[t->record_at];
    CHECK(t->record_at < t->record_n && r->entry);
    const struct entry_form *f = form_of(r);
    const char *bytes;
    size_t n;
    enum end why;
    bool doubt;

    if (in_memory_now(w, p, f)) {
        ferry_leave(t);
        t->doubt_us = 0;
        return send_stored(c, t, most);
    }
    if (r->entry->foreign && w->files.aside) {
        why = ferry_take(w, c, r->entry, f, p, &bytes, &n, &doubt);
        if (why == END_OPEN && n == 0)
            return -EAGAIN; /* they come, and then this is called again */
    } else {
        why = guard_take(&w->guard, r->entry, f, p, &bytes, &n);
        doubt = w->guard.doubt;
    }
    if (doubt && doubted(t, w->now.us)) {
        ferry_empty(t);
        return -EBUSY;
    }
    if (why != END_OPEN) {
        /* times need not tell: at its next request it is read again */
        r->entry->rewritten = why != END_UNANSWERED;
        r->entry->watched = false;
        c->end = why;
        return -ESTALE;
    }
    t->doubt_us = 0;
    bool more = n < p->bytes || t->piece_at + 1 < t->piece_n || c->closing;
    ssize_t sent =
        net_send(c->fd, bytes, n < most ? n : most, more && most == SIZE_MAX);
    ferry_empty(t);
    if (sent > 0)
        heat_add(&w->files, r->entry, (size_t)sent);
    return sent;
}

enum send_result send_flush(struct worker *w, struct conn *c)
{
    struct txn *t = c->txn;
    uint64_t before = t->sent;

    while (txn_sending(t)) {
        const struct piece *p = &t->piece[t->piece_at];
        if (t->sent > before && (t->sent - before > TURN_BYTES || turn_over(w)))
            return SEND_YIELD;
        size_t most = w->wants.stepwise ? pacing_most(w, c) : SIZE_MAX;
        ssize_t n;
        if (most == 0)
            n = net_send(c->fd, "", 0, false); /* is anybody there? */
        else if (is_one(t, p, most))
            n = net_send(c->fd, p->p, (size_t)p->bytes, c->closing);
        else if (p->p)
            n = send_stored(c, t, most);
        else
            n = send_file(w, c, t, most);
        if (n == 0 && most == 0)
            return SEND_PACED;
        if (n == -EAGAIN)
            return SEND_BLOCKED;
        if (n == -EBUSY)
            return SEND_YIELD;
        if (n < 0) {
            if (n == -EPIPE || n == -ECONNRESET || n == -ETIMEDOUT)
                c->end = END_CLIENT_RESET;
            else if (n != -ESTALE)
                c->end = END_SYSTEM;
            return SEND_FAILED;
        }
        advance(w, c, t, (size_t)n);
        if ((size_t)n > MUCH_BYTES)
            (void)turn_over(w);
    }
    CHECK(t->sent == t->queued);
    if (t->is_long)
        net_long(c->fd, false);
    txn_reset_out(t);
    return SEND_DONE;
}

void send_abandon(struct worker *w, struct conn *c, enum end why)
{
    struct txn *t = c->txn;
    uint64_t begins = t->sent;

    CHECK(txn_is(t) && why != END_OPEN);
    for (; t->record_at < t->record_n; t->record_at++) {
        struct record *r = &t->record[t->record_at];
        uint64_t left = r->ends - begins;
        begins = r->ends;
        CHECK(r->ends >= begins);
        r->line.end = why;
        /* heads count as sent before content */
        r->line.bytes = r->line.bytes > left ? r->line.bytes - left : 0;
        end_record(w, c, r);
    }
    txn_reset_out(t);
}
