/* SPDX-License-Identifier: MIT
 *
 * agenda: takes asks, has files read and codings made, sends answers.
 * Layer: prepare.  Each turn takes what has arrived, does one slice of one
 * file, gives the coder its next task, and sends what can be sent; so nobody's
 * large file is in the way of somebody else's small one.
 */
#include "prepare/agenda.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/check.h"
#include "base/uninit.h"
#include "os/channel.h"
#include "os/clock.h"
#include "os/log.h"
#include "os/marks.h"
#include "prepare/ask.h"
#include "prepare/naming.h"
#include "prepare/peer.h"
#include "prepare/preparer.h"
#include "prepare/queues.h"
#include "prepare/reads.h"
#include "prepare/rest.h"

#define ASKS_A_TURN 4 /* messages */
#define EVENTS_MAX 32

/* Nobody waits for it any more.  What is half read is given up; what is known
 * is remembered. */
static void orphaned(void *arg, struct item *it)
{
    struct agenda *d = arg;

    if (it->in_memo && it->work)
        memo_forget(&d->memo, it);
    else
        queues_end(d, it);
}

void agenda_slab_dropped(void *arg, uint64_t id)
{
    struct agenda *d = arg;

    for (struct list *at = d->peers.next; at != &d->peers; at = at->next)
        peer_drop_slab(LIST_ENTRY(at, struct peer, node), id);
}

/* -- asks -- */

static void close_asked(struct agenda *d, const struct prepare_ask *ask,
                        const int *fds, size_t n)
{
    if (!ask->lane || !d->helpers) {
        channel_close(fds, n);
        return;
    }
    while (n > 0)
        helpers_close(d->helpers, ask->lane - 1, fds[--n]);
}

/* All that is known is known of it, or will be. */
static void join(struct agenda *d, struct peer *peer, struct item *it,
                 const struct prepare_ask *ask)
{
    d->count.joined++;
    item_place(it, &d->slabs);
    item_use(it, &d->slabs);
    item_want(it, &d->slabs, ask->make);
    queues_code(d, it);
    peer_wait(peer, it, ask->seq);
}

static void take_ask(struct agenda *d, struct peer *peer,
                     const struct prepare_ask *ask, const int *fds,
                     size_t n_fds)
{
    struct item_ask key;

    item_ask_of(ask, &key);
    if (marks_news(d->tools.marks, d->tools.fresh + 1))
        d->tools.fresh++;
    struct item *it = memo_find(&d->memo, &key);
    d->count.asks++;
    counters_add(&d->told->asks, 1);
    if (it && it->begun_us >= ask->since_us &&
        item_usable(it, &d->tools, ask->make)) {
        close_asked(d, ask, fds, n_fds);
        join(d, peer, it, ask);
        return;
    }
    if (ask->bare) {
        peer_wait(peer, item_unknown(ask), ask->seq);
        return;
    }
    struct item *fresh = item_new(ask, fds);
    fresh->used_us = d->slabs.now_us;
    if (ask->watch)
        item_watch(fresh, &d->tools);
    if (it) {
        item_inherit(fresh, it);
        memo_forget(&d->memo, it);
    }
    d->jobs++;
    d->count.read++;
    counters_add(&d->told->read, 1);
    list_append(&d->fresh, &fresh->queue);
    peer_wait(peer, fresh, ask->seq);
    memo_put(&d->memo, fresh);
}

/* Takes the asks of a message one by one: how many descriptors that used up;
 * *fault: what was wrong with the one behind these. */
static size_t take_asks(struct agenda *d, struct peer *peer,
                        const char *message, size_t n, const int *fds,
                        size_t n_fds, enum ask_fault *fault)
{
    struct prepare_ask ask;
    size_t used = 0;

    *fault = n % sizeof ask ? ASK_SIZE : ASK_OK;
    for (size_t at = 0; *fault == ASK_OK && at < n; at += sizeof ask) {
        size_t own = ask_fds(message + at), left = n_fds - used;
        bool last = at + sizeof ask == n;
        *fault = ask_check(message + at, sizeof ask,
                           last || own > left ? left : own, &ask);
        if (*fault != ASK_OK)
            break;
        take_ask(d, peer, &ask, fds + used, own);
        used += own;
    }
    return used;
}

static bool take_held(struct agenda *d, const char *message)
{
    struct prepare_held held;

    memcpy(&held, message, sizeof held);
    if (held.n > PREPARE_HELD_MAX)
        return false;
    rest_held(d, &held);
    return true;
}

/* Whatever is wrong with a message, the channel is not trusted any further. */
static void read_asks(struct agenda *d, struct peer *peer)
{
    UNINIT char message[PREPARE_ASKS_MAX * sizeof(struct prepare_ask)];
    int fds[CHANNEL_FDS_MAX];

    for (int i = 0; i < ASKS_A_TURN && d->jobs < d->jobs_max; i++) {
        size_t n_fds = CHANNEL_FDS_MAX, used = 0;
        ssize_t n =
            channel_take(peer->fd, message, sizeof message, fds, &n_fds);
        if (n == -EAGAIN)
            return;
        if (n == 0 || n == -ECONNRESET) {
            peer->dead = true;
            return;
        }
        if (n == (ssize_t)sizeof(struct prepare_held) && n_fds == 0 &&
            take_held(d, message))
            continue;
        enum ask_fault fault = ASK_SIZE;
        if (n > 0)
            used = take_asks(d, peer, message, (size_t)n, fds, n_fds, &fault);
        if (fault != ASK_OK) {
            log_warn("P021", "a worker's message: %s; its channel is closed",
                     ask_fault_text(fault));
            if (n > 0)
                channel_close(fds + used, n_fds - used);
            peer->dead = true;
            return;
        }
        if (!ask_full((size_t)n, n_fds))
            return;
    }
}

/* -- codings -- */

static void give_up_codings(struct item *it)
{
    unsigned coming = item_coming(it);

    it->small = 0;
    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        if (!(coming >> c & 1) || item_part(it, c)->sidecar)
            continue;
        if (item_part(it, c)->state == PART_COMING)
            item_part_add(it, c)->state = PART_LOST;
        peer_tell(it, (enum coding)c);
    }
}

static void give_task(struct agenda *d, struct item *it, enum coding c)
{
    const struct part *own = &it->own_part;
    struct slab *slab = slabs_find(&d->slabs, own->slab);

    if (!slab) { /* dropped while it waited */
        give_up_codings(it);
        queues_end(d, it);
        return;
    }
    slab_pin(slab);
    it->in_hand = true;
    coder_give(d->coder, &(struct coder_task){ .whose = it,
                                               .coding = c,
                                               .p = slab->p + own->offset,
                                               .n = (size_t)own->bytes,
                                               .text = it->text,
                                               .soon = !(it->small >> c & 1) &&
                                                       item_twice(it, c) });
}

static struct item *next_small(struct agenda *d, enum coding *c)
{
    struct item *it = LIST_ENTRY(d->small.next, struct item, queue);

    queues_leave(d, it);
    *c = (enum coding)__builtin_ctz(it->small);
    return it;
}

/* gzip of all files goes before zstd of any, and what is there soon before what
 * is as small as it gets. */
static void feed_coder(struct agenda *d)
{
    enum coding small;

    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        while (coder_idle(d->coder) && !list_empty(&d->coding[c])) {
            struct item *it = LIST_ENTRY(d->coding[c].next, struct item, queue);
            queues_leave(d, it);
            give_task(d, it, (enum coding)c);
        }
    }
    while (coder_idle(d->coder) && !list_empty(&d->small)) {
        struct item *it = next_small(d, &small);
        give_task(d, it, small);
    }
}

/* Large files get strong tags by it, and hot ones come into memory: beside busy
 * workers a thread that stands back would not come to an end. */
static void feed_reader(struct agenda *d)
{
    struct coder *reader = d->reader ? d->reader : d->coder;
    if (!coder_idle(reader) || list_empty(&d->later))
        return;
    struct item *it = LIST_ENTRY(list_take(&d->later), struct item, queue);
    it->in_hand = true;
    coder_give(reader,
               &(struct coder_task){ .whose = it, .coding = CODING_IDENTITY });
}

/* The small form is the smaller one of what both encoders make: of some texts,
 * lists of numbers above all, that is what there was at first.  Then the bytes
 * stay, and are called by the small form's tag from now on. */
static bool no_gain(struct item *it, const struct coder_task *task)
{
    struct part *part = item_part_add(it, task->coding);
    unsigned bit = 1u << task->coding;

    if (task->soon) { /* if it does not pay, the small one may */
        it->small |= (uint8_t)bit;
        return !task->out;
    }
    it->small &= (uint8_t)~bit;
    if (!part->first) /* it did not pay, or there was none to be made */
        return false;
    if (!task->out) /* nor may the encoder have failed: both tags stay true */
        return part->state == PART_THERE;
    if (task->out_n < part->bytes)
        return false;
    /* driven out and asked for again meanwhile: both are made again */
    part->first = part->state != PART_THERE;
    return true;
}

static void store_coding(struct agenda *d, struct item *it,
                         const struct coder_task *task)
{
    struct part *part = item_part_add(it, task->coding);
    size_t offset;

    if (no_gain(it, task))
        return;
    if (!task->out) { /* with the same encoder it is so on every node */
        part->state = PART_USELESS;
        it->forms &= (uint8_t) ~(1u << task->coding);
        return;
    }
    if (task->soon) { /* the small one is held against it, room or not */
        part->first = true;
        part->bytes = task->out_n;
    }
    struct slab *slab = slabs_reserve_dear(&d->slabs, task->out_n, &offset);
    if (!slab) {
        if (part->state != PART_THERE)
            part->state = PART_LOST;
        return;
    }
    memcpy(slab->p + offset, task->out, task->out_n);
    slab_unpin(&d->slabs, slab);
    part->state = PART_THERE;
    part->slab = slab->id;
    part->offset = offset;
    part->bytes = task->out_n;
    part->has_digest = true;
    part->first = task->soon;
    memcpy(part->digest, task->digest, sizeof part->digest);
}

static void coding_done(struct agenda *d, const struct coder_task *task)
{
    struct item *it = task->whose;
    struct part *own = &it->own_part;
    struct part *part = item_part_add(it, task->coding);
    struct slab *source = slabs_find(&d->slabs, own->slab);
    CHECK(source != NULL); /* pinned */
    bool was = part->state == PART_THERE;
    part->version = own->version;
    store_coding(d, it, task);
    slab_unpin(&d->slabs, source);
    free(task->out);
    it->in_hand = false;
    d->count.coded++;
    if (part->state == PART_THERE && !was)
        counters_add(&d->told->coded[task->coding], 1);
    if (part->state != PART_COMING)
        peer_tell(it, task->coding);
    queues_code(d, it);
    queues_end(d, it);
}

static void task_done(struct agenda *d, struct coder *coder)
{
    struct coder_task task;

    if (!coder_take(coder, &task))
        return;
    if (task.coding == CODING_IDENTITY)
        reads_go_on(d, task.whose);
    else
        coding_done(d, &task);
}

/* -- channels -- */

void agenda_arm(struct agenda *d, int op, int fd, unsigned events, void *who)
{
    struct epoll_event e = { .events = events, .data.ptr = who };

    CHECK(epoll_ctl(d->epoll, op, fd, &e) == 0);
}

static void peer_arm(struct agenda *d, struct peer *peer)
{
    unsigned want = (peer->n_ready < PEER_READY_MAX ? EPOLLIN : 0u) |
                    (peer_has_output(peer) ? EPOLLOUT : 0u);

    if (peer->dead || want == peer->armed)
        return;
    agenda_arm(d, EPOLL_CTL_MOD, peer->fd, want, peer);
    peer->armed = want;
}

static void new_peer(struct agenda *d, int fd)
{
    struct peer *peer = peer_new(fd);

    peer->armed = EPOLLIN;
    list_append(&d->peers, &peer->node);
    agenda_arm(d, EPOLL_CTL_ADD, fd, EPOLLIN, peer);
}

static void read_control(struct agenda *d)
{
    char byte;
    int fds[CHANNEL_FDS_MAX];
    size_t n_fds = CHANNEL_FDS_MAX;
    ssize_t n = channel_take(d->control, &byte, 1, fds, &n_fds);

    if (n == -EAGAIN)
        return;
    if (n == 1 && n_fds == 1 && byte == PREPARER_LOG) {
        log_adopt(fds[0]);
        return;
    }
    if (n == 1 && n_fds == 1) {
        new_peer(d, fds[0]);
        return;
    }
    if (n == 1 && n_fds == 0 && byte == PREPARER_BEAT) {
        (void)channel_send(d->control, &byte, 1, NULL, 0);
        return;
    }
    if (n != 0 && n != -ECONNRESET) {
        log_warn("P022", "master's message without one descriptor");
        channel_close(fds, n > 0 ? n_fds : 0);
        return;
    }
    d->master_gone = true;
    agenda_arm(d, EPOLL_CTL_DEL, d->control, 0, NULL);
}

static void peer_event(struct agenda *d, struct peer *peer, unsigned events)
{
    if (events & (EPOLLHUP | EPOLLERR))
        peer->dead = true;
    else if (events & EPOLLIN)
        read_asks(d, peer);
}

static void flush_and_reap(struct agenda *d)
{
    for (struct list *at = d->peers.next; at != &d->peers;) {
        struct peer *peer = LIST_ENTRY(at, struct peer, node);
        at = at->next;
        peer_flush(peer, &d->slabs, orphaned, d);
        peer_arm(d, peer);
        if (peer->dead)
            peer_free(peer, orphaned, d);
    }
}

/* -- the process -- */

static void tell(const struct agenda *d)
{
    struct counters_preparer *t = d->told;

    atomic_store_explicit(&t->bytes, d->slabs.total, memory_order_relaxed);
    atomic_store_explicit(&t->bytes_most, d->slabs.most, memory_order_relaxed);
    atomic_store_explicit(&t->coding_queue,
                          d->to_code + (coder_has(d->coder) ? 1 : 0),
                          memory_order_relaxed);
}

/* Is it one of those that tell of pressure? */
static bool pressed(struct agenda *d, const void *who, unsigned events)
{
    for (size_t i = 0; i < PRESSURE_MOST; i++) {
        if (who != &d->pressure[i])
            continue;
        if (events & (EPOLLERR | EPOLLHUP)) { /* its group is no more */
            agenda_arm(d, EPOLL_CTL_DEL, d->pressure[i], 0, NULL);
            close(d->pressure[i]);
            d->pressure[i] = -1;
        } else {
            rest_short(d);
        }
        return true;
    }
    return false;
}

void agenda_turn(struct agenda *d)
{
    struct epoll_event events[EVENTS_MAX];
    bool busy = !list_empty(&d->fresh) || !list_empty(&d->rest);
    int ms = naming_turn(d, rest_turn(d));
    int quiet_ms = slabs_quiet_ms(&d->slabs, ms);
    int n = epoll_wait(d->epoll, events, EVENTS_MAX, busy ? 0 : quiet_ms);
    struct item *it;

    CHECK(n >= 0 || errno == EINTR);
    if (n == 0 && !busy && quiet_ms != ms)
        slabs_enlarge(&d->slabs);
    d->slabs.now_us = clock_mono_us();
    for (int i = 0; i < n; i++) {
        void *who = events[i].data.ptr;
        if (who == &d->control)
            read_control(d);
        else if (pressed(d, who, events[i].events))
            continue;
        else if (who == &d->coder || who == &d->reader)
            task_done(d, *(struct coder **)who);
        else if (who == &d->helpers)
            while ((it = reads_back(d)))
                reads_go_on(d, it);
        else
            peer_event(d, who, events[i].events);
    }
    reads_turn(d);
    if (d->coder && d->name_us == 0) {
        feed_coder(d);
        feed_reader(d);
    }
    slabs_harden(&d->slabs);
    flush_and_reap(d);
    tell(d);
}
