/* SPDX-License-Identifier: MIT
 *
 * shown: one writer per kind of event.
 * Layer: observe.
 */
#include "observe/shown.h"

#include "base/check.h"
#include "http/accept.h"
#include "http/fault.h"
#include "http/head.h"
#include "http/json.h"
#include "http/mask.h"
#include "http/target.h"
#include "http/wording.h"
#include "os/clock.h"

#define LISTED_MAX 256 /* requests of one connection in the ledger */

static const char *const names[] = {
    [BOARD_START] = "start",     [BOARD_ACCEPT] = "accept",
    [BOARD_FIRST] = "first",     [BOARD_WAITING] = "waiting",
    [BOARD_REQUEST] = "request", [BOARD_CUT] = "cut",
    [BOARD_FIN] = "fin",         [BOARD_END] = "end",
    [BOARD_PROXY] = "proxy",     [BOARD_TAKEN] = "taken",
    [BOARD_PAGE] = "page",       [HISTORY_LOST] = "lost",
    [HISTORY_IDLE] = "idle",
};

const char *shown_event_name(unsigned kind)
{
    return names[kind];
}

static void put_us(struct buf *b, const char *name, int64_t v)
{
    json_put_u64(b, name, v > 0 ? (uint64_t)v : 0);
}

static void put_peer(struct buf *b, const char *name, const struct net_peer *p)
{
    char text[NET_PEER_TEXT];

    net_peer_text(p, text);
    json_put_str(b, name, text);
}

static void put_tcp(struct buf *b, const struct tcpinfo *t)
{
    if (!t->known)
        return;
    json_key(b, "tcp");
    buf_char(b, '{');
    json_put_u64(b, "rtt_us", t->rtt_us);
    json_put_u64(b, "min_rtt_us", t->min_rtt_us);
    json_put_u64(b, "segments_in", t->segs_in);
    json_put_u64(b, "segments_out", t->segs_out);
    json_put_u64(b, "retransmits", t->retransmits);
    json_put_u64(b, "bytes_received", t->bytes_received);
    json_put_u64(b, "bytes_acked", t->bytes_acked);
    json_put_u64(b, "waited_ms", t->waited_ms);
    json_put_u64(b, "mss_out", t->mss_out);
    json_put_u64(b, "mss_in", t->mss_in);
    if (t->window_scale) {
        json_put_u64(b, "scale_out", t->scale_out);
        json_put_u64(b, "scale_in", t->scale_in);
    }
    json_put_bool(b, "timestamps", t->timestamps);
    json_put_bool(b, "sack", t->sack);
    buf_char(b, '}');
}

static void put_syn(struct buf *b, const struct syn *s)
{
    struct net_peer local = { .family = s->family };

    memcpy(local.addr, s->local, sizeof s->local);
    put_peer(b, "local", &local);
    json_put_u64(b, "local_port", s->port);
    json_key(b, "syn");
    buf_char(b, '{');
    json_put_u64(b, "ttl", s->ttl);
    json_put_u64(b, "sequence", s->sequence);
    json_put_u64(b, "window", s->window);
    if (s->mss)
        json_put_u64(b, "mss", s->mss);
    if (s->has_scale)
        json_put_u64(b, "scale", s->scale);
    json_put_bool(b, "sack", s->sack);
    json_put_bool(b, "timestamps", s->timestamps);
    buf_char(b, '}');
}

static void put_accept(struct buf *b, const struct happened *x,
                       struct span mask)
{
    struct syn syn;

    (void)mask;
    put_peer(b, "peer", &x->event.conn.peer);
    json_put_u64(b, "port", x->event.conn.peer.port);
    json_put_u64(b, "listener", x->event.conn.listener);
    if (syn_parse(board_text_of(&x->event, 0), &syn))
        put_syn(b, &syn);
    put_tcp(b, &x->event.conn.tcp);
}

static struct span take_line(struct span *s)
{
    size_t n = span_find(*s, '\n');
    struct span line = span_to(*s, n);

    *s = span_from(*s, n + 1);
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    return line;
}

/* Version, cipher and server name as the proxy told them. */
static void put_tls(struct buf *b, struct span version, struct span cipher,
                    struct span name)
{
    if (!version.n && !cipher.n && !name.n)
        return;
    json_key(b, "tls");
    buf_char(b, '{');
    json_put(b, "version", version);
    json_put(b, "cipher", cipher);
    json_put(b, "name", name);
    buf_char(b, '}');
}

static void put_proxy(struct buf *b, const struct happened *x, struct span mask)
{
    struct span lines = board_text_of(&x->event, 1);
    struct span version = take_line(&lines), cipher = take_line(&lines);

    (void)mask;
    put_peer(b, "peer", &x->event.conn.peer);
    json_put_u64(b, "port", x->event.conn.peer.port);
    json_put(b, "via", board_text_of(&x->event, 0));
    put_tls(b, version, cipher, take_line(&lines));
}

static void put_end(struct buf *b, const struct happened *x, struct span mask)
{
    enum end end = (enum end)x->event.conn.end;

    (void)mask;
    json_put_str(b, "end", end_word(end));
    json_put_str(b, "closed_first", end_who(end));
    json_put_bool(b, "unused", end == END_UNUSED || end == END_UNUSED_TIMEOUT);
    json_put_u64(b, "requests", x->event.conn.requests);
    put_peer(b, "peer", &x->event.conn.peer);
    json_put_u64(b, "port", x->event.conn.peer.port);
    put_tcp(b, &x->event.conn.tcp);
}

static void put_idle(struct buf *b, const struct happened *x, struct span mask)
{
    const struct board_idle *e = &x->event.idle;

    (void)mask;
    put_us(b, "since_us", (int64_t)e->since_us + x->mono_wall);
    json_put_u64(b, "used_us", e->used_us);
    json_put_u64(b, "requests", e->requests);
}

struct span shown_masked(struct span mask, struct span text)
{
    static char storage[MASK_GROWTH * (BOARD_TEXT_BYTES + 1)];
    struct buf shown = buf_over(storage, sizeof storage);

    mask_text(&shown, mask, text);
    return shown.overflow ? SPAN("(not shown)") : buf_span(&shown);
}

struct span shown_user(struct span mask, const struct board_event *e)
{
    struct span user = board_text_of(e, 2);

    return user.n && mask_named(mask, SPAN("user")) ? SPAN("***") : user;
}

static void put_masked(struct buf *b, struct span mask, struct span text)
{
    json_string(b, shown_masked(mask, text));
}

/* The field lines up to the empty one: [["Host","a"], ...] */
static void put_fields(struct buf *b, const char *name, struct span mask,
                       struct span s)
{
    json_key(b, name);
    buf_char(b, '[');
    for (bool first = true; s.n;) {
        struct span line = take_line(&s);
        size_t colon = span_find(line, ':');
        if (line.n == 0)
            break;
        if (colon == line.n)
            continue;
        buf_str(b, first ? "[" : ",[");
        first = false;
        json_string(b, span_to(line, colon));
        buf_char(b, ',');
        if (mask_field(mask, span_to(line, colon)))
            BUF_LIT(b, "\"(not shown)\"");
        else
            put_masked(b, mask, span_trim(span_from(line, colon + 1)));
        buf_char(b, ']');
    }
    buf_char(b, ']');
}

struct shown_line shown_request_line(struct span head)
{
    struct span line = take_line(&head);
    size_t n = span_find(line, ' ');
    struct span rest = span_from(line, n + 1);
    size_t m = span_find(rest, ' ');

    return (struct shown_line){ span_to(line, n), span_to(rest, m),
                                span_from(rest, m + 1) };
}

static void put_request_line(struct buf *b, struct span mask, struct span head)
{
    struct shown_line line = shown_request_line(head);

    json_put(b, "method", line.method);
    json_key(b, "target");
    put_masked(b, mask, line.target);
    json_put(b, "version", line.version);
}

static void put_decision(struct buf *b, const struct board_request *q)
{
    enum reason reason = (enum reason)q->reason;

    json_put_u64(b, "status", q->status);
    json_put_str(b, "reason", reason_word(reason));
    json_put_str(b, "section", reason_section(reason));
    if (reason == REASON_FAULT) {
        struct wording said = wording_fault((enum fault)q->fault);
        json_put_str(b, "fault", fault_row((enum fault)q->fault)->word);
        json_put_str(b, "fault_text", said.in[LANGUAGE_EN]);
        json_put_str(b, "fault_text_zh", said.in[LANGUAGE_ZH]);
    }
    json_put_str(b, "coding", coding_row((enum coding)q->coding)->name);
    json_put_u64(b, "bytes", q->bytes);
}

/* Whose it is, when that is not said of the connection. */
static void put_client(struct buf *b, const struct board_request *q)
{
    if (!q->named)
        return;
    put_peer(b, "client", &q->client);
    if (q->client.port)
        json_put_u64(b, "client_port", q->client.port);
}

/* Whom [access] has let in. */
static void put_user(struct buf *b, struct span mask,
                     const struct board_event *e)
{
    struct span user = shown_user(mask, e);

    if (user.n)
        json_put(b, "user", user);
}

static void put_request(struct buf *b, const struct happened *x,
                        struct span mask)
{
    const struct board_request *q = &x->event.request;
    struct span head = board_text_of(&x->event, 0);
    struct span answer = board_text_of(&x->event, 1);

    json_put_u64(b, "request", q->number);
    put_us(b, "first_us", (int64_t)q->first_us + x->mono_wall);
    if (x->event.kind == BOARD_FIRST)
        return;
    put_client(b, q);
    put_us(b, "queued_us", (int64_t)q->queued_us + x->mono_wall);
    if (x->event.kind == BOARD_REQUEST) {
        put_user(b, mask, &x->event);
        put_decision(b, q);
    }
    json_put_str(b, "end", end_word((enum end)q->end));
    json_put_u64(b, "site", q->site);
    if (q->file)
        json_put_u64(b, "file", q->file);
    json_put_bool(b, "cut", q->cut);
    put_request_line(b, mask, head);
    (void)take_line(&head);
    put_fields(b, "request_fields", mask, head);
    if (x->event.kind != BOARD_REQUEST)
        return;
    json_put(b, "status_line", take_line(&answer));
    put_fields(b, "response_fields", mask, answer);
}

/* A page's references: [["i","/logo.png"], ...] */
static void put_page(struct buf *b, const struct happened *x, struct span mask)
{
    struct span list = board_text_of(&x->event, 1);

    json_put(b, "path", board_text_of(&x->event, 0));
    json_put_u64(b, "site", x->event.page.site);
    json_put_u64(b, "file", x->event.page.file);
    json_put_u64(b, "part", x->event.page.part);
    json_put_u64(b, "parts", x->event.page.parts);
    json_key(b, "references");
    buf_char(b, '[');
    for (bool first = true; list.n; first = false) {
        struct span line = take_line(&list);
        buf_str(b, first ? "[" : ",[");
        json_string(b, span_to(line, 1));
        buf_char(b, ',');
        put_masked(b, mask, span_from(line, 1));
        buf_char(b, ']');
    }
    buf_char(b, ']');
}

/* Until when older copies of what was asked for may be used unasked: the cache
 * debt of its path, as far as there is one now (seconds since 1970). */
static void put_debt(struct buf *b, const struct happened *x,
                     const struct issued *issued)
{
    static char path[BOARD_TEXT_BYTES + 2];
    static struct head head;
    const struct board_request *q = &x->event.request;
    struct span line = board_text_of(&x->event, 0);
    struct target target;

    if (!issued || x->event.kind != BOARD_REQUEST || q->site == UINT8_MAX ||
        !span_starts(line, SPAN("GET ")))
        return;
    line = span_from(line, 4);
    head.method = METHOD_GET;
    head.target = span_to(line, span_find(line, ' '));
    if (target_decode(&target, &head, path, sizeof path) != FAULT_NONE)
        return;
    int64_t until = issued_debt_of(issued, q->site, target.path);
    if (until > clock_real_us() / 1000000)
        json_put_u64(b, "debt_until", (uint64_t)until);
}

void shown_event(struct buf *b, const struct happened *x, struct span mask,
                 const struct issued *issued)
{
    static void (*const writers[])(struct buf *, const struct happened *,
                                   struct span) = {
        [BOARD_ACCEPT] = put_accept,   [BOARD_FIRST] = put_request,
        [BOARD_WAITING] = put_request, [BOARD_REQUEST] = put_request,
        [BOARD_CUT] = put_request,     [BOARD_END] = put_end,
        [BOARD_PAGE] = put_page,       [HISTORY_IDLE] = put_idle,
        [BOARD_PROXY] = put_proxy,
    };
    unsigned kind = x->event.kind;

    CHECK(kind < sizeof writers / sizeof writers[0]);
    buf_char(b, '{');
    json_put_str(b, "event", names[kind]);
    json_put_u64(b, "id", x->id);
    put_us(b, "at_us", x->wall_us);
    json_put_u64(b, "generation", x->generation);
    json_put_u64(b, "worker", x->worker);
    if (x->event.connection)
        json_put_u64(b, "connection", x->event.connection);
    if (kind == BOARD_FIN)
        json_put_str(b, "by", x->event.conn.by_client ? "client" : "server");
    if (kind == HISTORY_LOST)
        json_put_u64(b, "lost", x->event.request.bytes);
    if (writers[kind])
        writers[kind](b, x, mask);
    put_debt(b, x, issued);
    buf_char(b, '}');
}

static void put_listed(struct buf *b, struct span mask,
                       const struct happened *x)
{
    const struct board_request *q = &x->event.request;
    struct span head = board_text_of(&x->event, 0);

    buf_char(b, '{');
    json_put_u64(b, "request", q->number);
    put_us(b, "first_us", (int64_t)q->first_us + x->mono_wall);
    put_us(b, "queued_us", (int64_t)q->queued_us + x->mono_wall);
    put_us(b, "sent_us", x->wall_us);
    put_client(b, q);
    put_user(b, mask, &x->event);
    put_request_line(b, mask, head);
    put_decision(b, q);
    json_put_str(b, "end", end_word((enum end)q->end));
    buf_char(b, '}');
}

/* Requests oldest first: the chain leads backwards. */
static void put_requests(struct buf *b, struct span mask,
                         const struct history *h, const struct life *l)
{
    const struct happened *found[LISTED_MAX];
    size_t n = 0, listed = 0;

    for (const struct happened *x = history_at(h, l->last); x && n < LISTED_MAX;
         x = history_at(h, x->before)) {
        if (x->event.connection != l->number)
            break;
        if (x->event.kind == BOARD_REQUEST || x->event.kind == BOARD_CUT)
            found[n++] = x;
        if (x->before == 0)
            break;
    }
    json_key(b, "request_list");
    buf_char(b, '[');
    while (n > 0 && b->cap - b->n > SHOWN_EVENT_MAX / 2) {
        if (listed++)
            buf_char(b, ',');
        put_listed(b, mask, found[--n]);
    }
    buf_char(b, ']');
    json_put_u64(b, "requests_listed", listed);
}

void shown_life(struct buf *b, struct span mask, const struct history *h,
                const struct life *l)
{
    enum end end = (enum end)l->end.end;
    const struct board_conn *known = l->opened_us ? &l->accept : &l->end;

    buf_char(b, '{');
    json_put_u64(b, "connection", l->number);
    json_put_u64(b, "generation", l->generation);
    json_put_u64(b, "worker", l->worker);
    put_peer(b, "peer", &known->peer);
    json_put_u64(b, "port", known->peer.port);
    if (l->via[0])
        json_put_str(b, "via", l->via);
    put_tls(b, span_str(l->tls[0]), span_str(l->tls[1]), span_str(l->tls[2]));
    if (l->has_syn)
        put_syn(b, &l->syn);
    put_us(b, "opened_us", l->opened_us);
    json_put_u64(b, "accept_waited_ms", l->accept.tcp.waited_ms);
    put_us(b, "first_us", l->first_us);
    put_us(b, "server_fin_us", l->fin_us[0]);
    put_us(b, "client_fin_us", l->fin_us[1]);
    if (l->idle_since)
        put_us(b, "idle_since_us", (int64_t)l->idle_since + l->mono_wall);
    put_us(b, "ended_us", l->ended_us);
    json_put_str(b, "end", l->ended_us ? end_word(end) : end_word(END_OPEN));
    json_put_str(b, "closed_first", l->ended_us ? end_who(end) : "-");
    json_put_bool(b, "unused", l->requests == 0 && l->cut == 0 && !l->first_us);
    json_put_u64(b, "requests", l->requests);
    json_put_u64(b, "not_modified", l->not_modified);
    json_put_u64(b, "cut", l->cut);
    json_put_u64(b, "bytes", l->bytes);
    json_put_u64(b, "idles", l->idles);
    json_put_u64(b, "idle_us", l->idle_us);
    put_tcp(b, l->ended_us ? &l->end.tcp : &l->accept.tcp);
    put_requests(b, mask, h, l);
    buf_char(b, '}');
}
