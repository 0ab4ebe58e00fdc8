/* SPDX-License-Identifier: MIT
 *
 * pacing: where a response is cut.
 * Layer: serve.  [server] pieces cuts it behind its status line and its head;
 * [server] mss behind each segment, because a kernel hands bigger ones to
 * loopback and to capable network cards, and a capture shows those.
 */
#include "serve/pacing.h"

#include <string.h>

#include "answer/txn.h"
#include "base/check.h"
#include "conf/conf.h"
#include "os/net.h"
#include "serve/conn.h"
#include "serve/worker.h"

bool pacing_wanted(const struct conf *conf)
{
    return conf->pieces || conf->mss;
}

static size_t through(struct span s, struct span what)
{
    const char *at = memmem(s.p, s.n, what.p, what.n);

    CHECK(at);
    return (size_t)(at - s.p) + what.n;
}

/* Where the piece ends whose first byte comes next. */
static uint64_t piece_end(const struct txn *t)
{
    if (t->record_at == t->record_n)
        return t->queued; /* 100 (Continue) alone */
    const struct record *r = &t->record[t->record_at];
    struct span out = span_of(t->out.p + r->answer_at, t->out.n - r->answer_at);
    uint64_t content = r->ends - r->line.bytes;
    uint64_t head = content - through(out, SPAN("\r\n\r\n"));
    uint64_t fields = head + through(out, SPAN("\r\n"));

    if (t->sent < head)
        return head;
    if (t->sent < fields)
        return fields;
    return t->sent < content ? content : r->ends;
}

size_t pacing_most(const struct worker *w, const struct conn *c)
{
    const struct txn *t = c->txn;
    uint64_t most = t->queued - t->sent;

    if (w->conf->pieces)
        most = piece_end(t) - t->sent;
    if (w->conf->mss) {
        size_t segment = net_segment(c->fd);
        if (segment && most > segment)
            most = segment;
    }
    CHECK(most > 0);
    return (size_t)most;
}
