/* SPDX-License-Identifier: MIT
 *
 * scraper: a few connections, one path.
 * Layer: observe.  An answer is made whole before its first byte is sent: all
 * samples are of one moment.  Heap: at the start only.
 */
#include "observe/scraper.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "http/accept.h"
#include "http/page.h"
#include "http/status.h"
#include "http/target.h"
#include "os/channel.h"
#include "os/clock.h"
#include "os/log.h"
#include "os/net.h"
#include "os/poll.h"
#include "os/sandbox.h"
#include "os/shm.h"

#define ANSWERS_A_TURN 8 /* to one client that asks on and on */
#define DISCARDS 64      /* reads of what nobody will answer */
#define CLIENTS 16
#define IN_BYTES 8192
#define OUT_BYTES ((size_t)4 << 20) /* 256 workers take a fifth of it */
#define HEAD_ROOM 1024
#define SILENT_US 150000000u /* scrapers come each minute or more often */
#define LOOK_MS 5000
#define LEAVE_US 1000000u /* for those that have been taken, at the end */

struct client {
    int fd; /* -1: free */
    bool allowed, closing, answered; /* it has had one */
    size_t in_n, out_n, out_at;
    uint64_t since_us; /* last progress */
    char in[IN_BYTES];
    char *out; /* OUT_BYTES, reserved */
};

struct scraper {
    const struct scraper_start *start;
    int poll;
    bool leaving;
    uint64_t now_us;
    char listener_tag, control_tag;
    struct client client[CLIENTS];
};

size_t scraper_bytes(void)
{
    return sizeof(struct scraper) + CLIENTS * OUT_BYTES;
}

static void end(struct scraper *s, struct client *c)
{
    CHECK(c->fd >= 0);
    poll_remove(s->poll, c->fd);
    close(c->fd);
    c->fd = -1;
}

static bool allowed(const struct conf_nets *allow, const struct net_peer *peer)
{
    struct ip ip = ip_of(peer->addr, peer->family);

    /* whoever may open a unix socket's file may ask */
    return ip.family == 0 || ip_in(allow->net, allow->n, &ip);
}

/* A free place, or that of whoever has been silent for longest. */
static struct client *place(struct scraper *s)
{
    struct client *oldest = &s->client[0];

    for (size_t i = 0; i < CLIENTS; i++) {
        struct client *c = &s->client[i];
        if (c->fd < 0)
            return c;
        if (c->since_us < oldest->since_us)
            oldest = c;
    }
    end(s, oldest);
    return oldest;
}

static void take_clients(struct scraper *s)
{
    struct net_peer peer;
    int fd;

    while ((fd = net_accept(s->start->listener, &peer)) >= 0) {
        struct client *c = place(s);
        if (poll_add_edge(s->poll, fd, c) < 0) {
            close(fd);
            continue;
        }
        CHECK(c->fd < 0);
        c->fd = fd;
        c->allowed = allowed(&s->start->conf->metrics.allow, &peer);
        c->closing = c->answered = false;
        c->in_n = c->out_n = c->out_at = 0;
        c->since_us = s->now_us;
    }
}

/* The content begins at HEAD_ROOM; its head is put right before it. */
static void put(struct client *c, const struct head *h, int status,
                const char *type, const char *tongue, size_t n)
{
    char storage[HEAD_ROOM];
    struct buf b = buf_over(storage, sizeof storage);

    buf_span_put(&b, status_line(status));
    buf_fmt(&b,
            "Content-Type: %s\r\nContent-Length: %zu\r\n"
            "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n",
            type, n);
    if (tongue)
        buf_fmt(&b, "Content-Language: %s\r\n", tongue);
    if (status == 405)
        BUF_LIT(&b, "Allow: GET, HEAD\r\n");
    buf_str(&b, c->closing ? "Connection: close\r\n\r\n" : "\r\n");
    CHECK(!b.overflow && HEAD_ROOM + n <= OUT_BYTES);
    CHECK(c->out_at == c->out_n); /* one answer after the other */
    c->out_at = HEAD_ROOM - b.n;
    memcpy(c->out + c->out_at, b.p, b.n);
    c->out_n = HEAD_ROOM + (h->method == METHOD_HEAD ? 0 : n);
}

static void put_page(struct client *c, const struct head *h, int status,
                     struct wording sentence)
{
    struct buf b = buf_over(c->out + HEAD_ROOM, PAGE_BYTES_MAX);
    enum language in = accept_language(h);

    page_error(&b, in, status, sentence);
    put(c, h, status, "text/html; charset=utf-8", language_tag(in), b.n);
}

static void put_metrics(struct scraper *s, struct client *c,
                        const struct head *h)
{
    struct buf b = buf_over(c->out + HEAD_ROOM, OUT_BYTES - HEAD_ROOM);
    const struct exposition x = { &b, exposition_wanted(h) };

    metrics_put(&x, s->start->tallies, s->start->place);
    exposition_end(&x);
    if (b.overflow) /* no numbers of ours: a worker has written them */
        put_page(c, h, 503, wording(WORD_METRICS_MANY));
    else
        put(c, h, 200, exposition_type(&x), NULL, b.n);
}

/* Any name will do: a scraper knows an address, and there is nothing here that
 * a page of another origin could be after. */
static void answer(struct scraper *s, struct client *c, const struct head *h,
                   enum fault fault)
{
    static char path[IN_BYTES + 2];
    struct target target;
    struct span host;

    c->answered = true;
    c->closing = s->leaving || fault != FAULT_NONE || !head_persists(h) ||
                 head_has(h, FIELD_CONTENT_LENGTH) ||
                 head_has(h, FIELD_TRANSFER_ENCODING) || !c->allowed;
    if (fault == FAULT_NONE)
        fault = target_decode(&target, h, path, sizeof path);
    if (fault == FAULT_NONE)
        fault = target_host(&target, h, &host);
    if (fault != FAULT_NONE)
        put_page(c, h, fault_row(fault)->status, wording_fault(fault));
    else if (!c->allowed)
        put_page(c, h, 403, wording(WORD_MAY_NOT_ASK));
    else if (h->method != METHOD_GET && h->method != METHOD_HEAD)
        put_page(c, h, 405, wording(WORD_ONLY_GET));
    else if (span_eq(target.path, SPAN("/metrics")))
        put_metrics(s, c, h);
    else
        put_page(c, h, 404, wording(WORD_ONLY_METRICS));
}

/* False: the client is gone, or takes no more just now. */
static bool drain(struct scraper *s, struct client *c)
{
    while (c->out_at < c->out_n) {
        ssize_t n =
            net_send(c->fd, c->out + c->out_at, c->out_n - c->out_at, false);
        if (n == -EAGAIN)
            return false;
        if (n < 0) {
            end(s, c);
            return false;
        }
        c->out_at += (size_t)n;
        c->since_us = s->now_us;
    }
    c->out_at = c->out_n = 0;
    return true;
}

/* False: nothing has come; the client may be gone.  Bytes are read only when an
 * answer could follow: until then the kernel keeps them. */
static bool receive(struct scraper *s, struct client *c)
{
    ssize_t n = net_recv(c->fd, c->in + c->in_n, sizeof c->in - c->in_n);

    if (n > 0) {
        c->in_n += (size_t)n;
        return true;
    }
    if (n != -EAGAIN)
        end(s, c); /* what it began to ask it will never finish */
    return false;
}

/* A socket that is closed while it holds unread bytes is reset, and a reset may
 * overtake the answer. */
static void end_answered(struct scraper *s, struct client *c)
{
    net_finish(c->fd);
    for (int i = 0; i < DISCARDS; i++) {
        if (net_recv(c->fd, c->in, sizeof c->in) <= 0)
            break;
    }
    end(s, c);
}

static void converse(struct scraper *s, struct client *c)
{
    static struct head head;
    /* a full buffer without an end is a head that is too long */
    const struct head_limits limits = { sizeof c->in / 2, sizeof c->in / 2,
                                        sizeof c->in - 1, HEAD_FIELDS_MAX };

    for (unsigned n = 0; n < ANSWERS_A_TURN;) {
        enum fault f = head_parse(&head, c->in, c->in_n, &limits);
        if (f == FAULT_MORE) {
            if (!receive(s, c))
                return;
            continue;
        }
        answer(s, c, &head, f);
        n++;
        size_t used = f == FAULT_NONE ? head.bytes : c->in_n;
        CHECK(used <= c->in_n && c->in_n <= sizeof c->in);
        c->in_n -= used;
        memmove(c->in, c->in + used, c->in_n);
        if (!drain(s, c)) /* the rest of a closing one is sent all the same */
            return;
        if (c->closing) {
            end_answered(s, c);
            return;
        }
    }
    poll_add_room(s->poll, c->fd, c); /* what is left is told again */
}

/* It has sent something, or takes what was left of an answer. */
static void go_on(struct scraper *s, struct client *c)
{
    /* a tag of the poll set: one of the clients, whole */
    CHECK(c >= s->client && c < s->client + CLIENTS);
    bool answering = c->fd >= 0 && c->out_at < c->out_n;

    if (c->fd < 0 || !drain(s, c))
        return;
    if (answering && c->closing)
        end_answered(s, c);
    else
        converse(s, c);
}

static void end_silent(struct scraper *s)
{
    for (size_t i = 0; i < CLIENTS; i++) {
        struct client *c = &s->client[i];
        if (c->fd >= 0 && s->now_us - c->since_us > SILENT_US)
            end(s, c);
    }
}

static bool turn(struct scraper *s)
{
    struct epoll_event events[CLIENTS + 2];
    int n = poll_wait(s->poll, events, CLIENTS + 2, LOOK_MS);
    bool on = true, at_the_door = false;
    char word;

    CHECK(n >= 0);
    s->now_us = clock_mono_us();
    for (int i = 0; i < n; i++) {
        void *tag = events[i].data.ptr;
        if (tag == &s->listener_tag)
            at_the_door = true;
        else if (tag == &s->control_tag)
            on = channel_take(s->start->control, &word, 1, NULL, NULL) > 0;
        else
            go_on(s, tag);
    }
    if (at_the_door && on)
        take_clients(s);
    end_silent(s);
    return on;
}

/* What has come is answered.  One that has nothing to wait for is ended: it may
 * ask again (RFC 9110 9.2.2), which one that has not been answered would have to
 * take for a failure. */
static void see_out(struct scraper *s, struct client *c)
{
    go_on(s, c);
    if (c->fd >= 0 && c->answered && c->out_at == c->out_n && c->in_n == 0)
        end_answered(s, c);
}

static bool see_all_out(struct scraper *s)
{
    bool any = false;

    for (size_t i = 0; i < CLIENTS; i++) {
        see_out(s, &s->client[i]);
        any = any || s->client[i].fd >= 0;
    }
    return any;
}

/* Others listen at this address by now, or nobody will: but whom this process
 * has taken, no other can answer. */
static void leave(struct scraper *s)
{
    struct epoll_event events[CLIENTS];
    uint64_t until = clock_mono_us() + LEAVE_US;

    s->leaving = true;
    poll_remove(s->poll, s->start->listener);
    poll_remove(s->poll, s->start->control);
    while (see_all_out(s)) {
        s->now_us = clock_mono_us();
        if (s->now_us >= until)
            break;
        (void)poll_wait(s->poll, events, CLIENTS,
                        (int)((until - s->now_us) / 1000) + 1);
    }
}

static bool init(struct scraper *s, const struct scraper_start *start)
{
    CHECK(start->listener >= 0 && start->control >= 0);
    s->start = start;
    for (size_t i = 0; i < CLIENTS; i++) {
        s->client[i].fd = -1;
        s->client[i].out = shm_reserve(OUT_BYTES);
        if (!s->client[i].out)
            return false;
    }
    s->poll = poll_new();
    return s->poll >= 0 &&
           poll_add_listener(s->poll, start->listener, &s->listener_tag) == 0 &&
           poll_add_level(s->poll, start->control, &s->control_tag) == 0;
}

int scraper_run(const struct scraper_start *start)
{
    static const struct sandbox nothing = { .role = SANDBOX_OBSERVER,
                                            .landlock_most = SANDBOX_ABI_ALL };
    struct scraper *s = calloc(1, sizeof *s);

    if (!s || !init(s, start)) {
        log_error("M146", "not enough memory to serve metrics");
        return 1;
    }
    int error = start->conf->sandbox ? sandbox_enter(&nothing) : 0;
    if (error) {
        log_error("M147", "rights cannot be given up: %s", strerror(-error));
        return 1;
    }
    while (turn(s))
        ;
    leave(s);
    for (size_t i = 0; i < CLIENTS; i++)
        shm_free(s->client[i].out, OUT_BYTES);
    free(s);
    return 0;
}
