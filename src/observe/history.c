/* SPDX-License-Identifier: MIT
 *
 * history: keeps events, and adds them up per connection.
 * Layer: observe.  Heap: the tables at the start, and a copy of each event: no
 * request of a client waits for it.
 */
#include "observe/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "http/accept.h"
#include "http/fault.h"
#include "os/heap.h"

#define TIME_MAX_US ((uint64_t)1 << 52) /* the clock is far from it */

size_t history_bytes(void)
{
    return sizeof(struct history) + HISTORY_OPEN * sizeof(struct life) +
           HISTORY_EVENTS * (sizeof(struct happened) + 16);
}

struct history *history_new(void)
{
    struct history *h = calloc(1, sizeof *h);
    struct life *all = calloc(HISTORY_OPEN, sizeof *all);

    CHECK(h && all && slots_init(&h->taken, HISTORY_OPEN));
    h->next = 1;
    h->lives = all;
    list_init(&h->quiet);
    return h;
}

static struct life **chain_of(struct history *h, uint64_t number)
{
    return &h->open[number & (HISTORY_OPEN - 1)];
}

static struct life **find_open(struct history *h, uint64_t number)
{
    struct life **at = chain_of(h, number);

    while (*at && (*at)->number != number)
        at = &(*at)->next;
    return at;
}

static struct life *begin(struct history *h, const struct happened *x)
{
    if (h->taken.used == HISTORY_OPEN) {
        h->unfollowed++;
        return NULL;
    }
    struct life *l = &h->lives[slots_take(&h->taken)];
    CHECK(l->magic == LIFE_UNUSED);
    memset(l, 0, sizeof *l);
    list_init(&l->quiet);
    l->magic = LIFE_OPEN;
    l->mono_wall = x->mono_wall;
    l->number = x->event.connection;
    l->generation = x->generation;
    l->worker = x->worker;
    l->next = *chain_of(h, l->number);
    *chain_of(h, l->number) = l;
    return l;
}

static void finish(struct history *h, struct life **at)
{
    struct life *l = *at;

    CHECK(l && l->magic == LIFE_OPEN);
    *at = l->next;
    list_remove(&l->quiet);
    h->ended[h->n_ended++ % HISTORY_ENDED] = *l;
    h->by_end[l->end.end]++;
    l->magic = LIFE_UNUSED;
    slots_leave(&h->taken, (size_t)(l - h->lives));
}

static void take_accept(struct life *l, const struct happened *x)
{
    l->accept = x->event.conn;
    l->opened_us = x->wall_us;
    l->has_syn = syn_parse(board_text_of(&x->event, 0), &l->syn);
}

static void keep_text(char *to, size_t cap, struct span s)
{
    s = span_to(s, cap - 1);
    memcpy(to, s.p, s.n);
    to[s.n] = '\0';
}

static void take_proxy(struct life *l, const struct happened *x)
{
    struct span lines = board_text_of(&x->event, 1);

    l->accept.peer = x->event.conn.peer;
    keep_text(l->via, sizeof l->via, board_text_of(&x->event, 0));
    for (int i = 0; i < 3; i++) {
        size_t n = span_find(lines, '\n');
        keep_text(l->tls[i], sizeof l->tls[i], span_to(lines, n));
        lines = span_from(lines, n + 1);
    }
}

static void take_request(struct life *l, const struct happened *x)
{
    const struct board_request *q = &x->event.request;

    if (!l->first_us)
        l->first_us = (int64_t)q->first_us + x->mono_wall;
    if (x->event.kind == BOARD_CUT)
        l->cut++;
    if (x->event.kind != BOARD_REQUEST)
        return;
    l->requests++;
    l->status[q->status / 100 % 6]++;
    l->not_modified += q->status == 304;
    l->bytes += q->bytes;
}

/* Something happens on it: until then it was idle, perhaps. */
static void stir(struct life *l, const struct board_event *e)
{
    bool asked = e->kind == BOARD_FIRST || e->kind == BOARD_WAITING ||
                 e->kind == BOARD_REQUEST || e->kind == BOARD_CUT;
    uint64_t until = asked ? e->request.first_us : e->time_us;

    list_remove(&l->quiet);
    if (l->idle_since && until > l->idle_since)
        l->idle_us += until - l->idle_since;
    l->idle_since = 0;
}

static void take_idle(struct life *l, const struct board_idle *e)
{
    l->idle_since = e->since_us;
    l->idles++;
}

/* Adds the event to its connection's life. */
static void live(struct history *h, struct happened *x)
{
    struct life **at = find_open(h, x->event.connection);
    struct life *l = *at ? *at : begin(h, x);

    if (!l)
        return;
    CHECK(l->number == x->event.connection && l->last < x->id);
    x->before = l->last;
    l->last = x->id;
    if (x->event.kind == HISTORY_IDLE) {
        take_idle(l, &x->event.idle);
        return;
    }
    if (x->event.kind == BOARD_TAKEN) { /* which is nothing to its client */
        l->generation = x->generation;
        l->worker = x->worker;
        return;
    }
    stir(l, &x->event);
    switch ((enum board_kind)x->event.kind) {
    case BOARD_ACCEPT:
        take_accept(l, x);
        break;
    case BOARD_PROXY:
        take_proxy(l, x);
        break;
    case BOARD_FIRST:
    case BOARD_WAITING:
    case BOARD_REQUEST:
    case BOARD_CUT:
        take_request(l, x);
        if (x->event.kind == BOARD_REQUEST) {
            l->sent_us = x->event.time_us;
            list_append(&h->quiet, &l->quiet);
        }
        break;
    case BOARD_FIN:
        l->fin_us[x->event.conn.by_client != 0] = x->wall_us;
        break;
    case BOARD_END:
        l->ended_us = x->wall_us;
        l->end = x->event.conn;
        finish(h, find_open(h, l->number));
        break;
    case BOARD_TAKEN:
    case BOARD_START:
    case BOARD_PAGE:
    case BOARD_KINDS:
        break;
    }
}

/* What a worker has written: it may have been taken over. */
static bool sound(const struct board_event *e)
{
    const struct board_request *q = &e->request;

    if (e->time_us > TIME_MAX_US)
        return false;
    switch ((enum board_kind)e->kind) {
    case BOARD_ACCEPT:
    case BOARD_PROXY:
    case BOARD_TAKEN:
    case BOARD_FIN:
    case BOARD_END:
        return e->conn.end < END_COUNT && e->connection != 0;
    case BOARD_FIRST:
    case BOARD_WAITING:
    case BOARD_REQUEST:
    case BOARD_CUT:
        return e->connection != 0 && q->reason < REASON_COUNT &&
               q->fault < FAULT_COUNT && q->coding < CODING_COUNT &&
               q->end < END_COUNT && q->first_us <= TIME_MAX_US &&
               q->queued_us <= TIME_MAX_US;
    case BOARD_START:
    case BOARD_PAGE:
    case BOARD_KINDS:
        break;
    }
    return true;
}

static void keep(struct history *h, const struct history_place *at,
                 const struct board_event *e)
{
    size_t n =
        offsetof(struct board_event, text) + board_text_at(e, BOARD_TEXTS);
    size_t room = offsetof(struct happened, event) + n;
    struct happened **slot = &h->event[h->next & (HISTORY_EVENTS - 1)];
    /* whole, so that the compiler's idea of its size holds */
    struct happened *x =
        malloc(room < sizeof *x ? (room + 15) / 16 * 16 : sizeof *x);

    CHECK(x != NULL);
    CHECK(e->kind < HISTORY_KINDS && n <= sizeof *e);
    /* the oldest one gives way, and no other */
    CHECK(!*slot || (*slot)->id + HISTORY_EVENTS == h->next);
    free(*slot);
    *slot = x;
    memcpy(&x->event, e, n);
    x->id = h->next++;
    x->before = 0;
    x->mono_wall = at->mono_wall;
    x->wall_us = (int64_t)e->time_us + at->mono_wall;
    x->generation = at->generation;
    x->worker = at->worker;
    if (e->connection)
        live(h, x);
}

/* A worker has taken the place of one that died. */
static void end_orphans(struct history *h, const struct history_place *at,
                        uint64_t time_us)
{
    struct board_event e;

    for (size_t i = 0; i < HISTORY_OPEN; i++) {
        struct life *next, *l = h->open[i];
        for (; l; l = next) {
            next = l->next;
            if (l->generation != at->generation || l->worker != at->worker)
                continue;
            memset(&e, 0, offsetof(struct board_event, text));
            e.kind = BOARD_END;
            e.time_us = time_us;
            e.connection = l->number;
            e.conn = l->accept;
            e.conn.end = END_WORKER_DIED;
            e.conn.requests = l->requests;
            keep(h, at, &e);
        }
    }
}

void history_add(struct history *h, const struct history_place *at,
                 const struct board_event *e)
{
    if (!sound(e)) {
        h->lost++;
        return;
    }
    if (e->kind == BOARD_START)
        end_orphans(h, at, e->time_us);
    keep(h, at, e);
}

void history_add_lost(struct history *h, const struct history_place *at,
                      uint64_t n)
{
    struct board_event e;
    const struct happened *last = history_at(h, h->next - 1);

    memset(&e, 0, offsetof(struct board_event, text));
    e.kind = HISTORY_LOST;
    e.time_us = last ? last->event.time_us : 0;
    e.request.bytes = n;
    h->lost += n;
    keep(h, at, &e);
    /* nobody knows what the others did */
    while (!list_empty(&h->quiet))
        list_remove(h->quiet.next);
}

void history_idle(struct history *h, uint64_t now_us)
{
    struct board_event e;

    while (!list_empty(&h->quiet)) {
        struct life *l = LIST_ENTRY(h->quiet.next, struct life, quiet);
        CHECK(l->magic == LIFE_OPEN && l->requests > 0);
        uint64_t first_us = (uint64_t)(l->first_us - l->mono_wall);
        uint64_t opened_us = (uint64_t)(l->opened_us - l->mono_wall);
        if (now_us < l->sent_us + HISTORY_QUIET_US)
            return;
        list_remove(&l->quiet);
        memset(&e, 0, offsetof(struct board_event, text));
        e.kind = HISTORY_IDLE;
        e.time_us = l->sent_us + HISTORY_QUIET_US;
        e.connection = l->number;
        e.idle = (struct board_idle){
            .since_us = l->sent_us,
            .used_us = l->sent_us - (l->opened_us ? opened_us : first_us),
            .requests = l->requests,
        };
        keep(h,
             &(struct history_place){ l->generation, l->worker, l->mono_wall },
             &e);
    }
}

const struct happened *history_at(const struct history *h, uint64_t id)
{
    const struct happened *x = h->event[id & (HISTORY_EVENTS - 1)];

    return x && x->id == id ? x : NULL;
}

uint64_t history_oldest(const struct history *h)
{
    return h->next > HISTORY_EVENTS ? h->next - HISTORY_EVENTS : 1;
}

const struct life *history_ended(const struct history *h, uint64_t i)
{
    if (i >= h->n_ended || h->n_ended - i > HISTORY_ENDED)
        return NULL;
    return &h->ended[i % HISTORY_ENDED];
}

const struct life *history_find(const struct history *h, uint64_t number)
{
    const struct life *l = h->open[number & (HISTORY_OPEN - 1)];

    while (l && l->number != number)
        l = l->next;
    for (uint64_t i = h->n_ended; !l && i-- > 0;) {
        const struct life *e = history_ended(h, i);
        if (!e)
            break;
        if (e->number == number)
            l = e;
    }
    return l;
}

void history_rest(struct history *h)
{
    heap_places(&h->taken, h->lives, sizeof h->lives[0]);
}

void history_free(struct history *h)
{
    for (size_t i = 0; i < HISTORY_EVENTS; i++)
        free(h->event[i]);
    slots_end(&h->taken);
    free(h->lives);
    free(h);
}
