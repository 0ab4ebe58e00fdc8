/* SPDX-License-Identifier: MIT
 *
 * https: one answer.
 * Layer: answer.  No rule of the configuration has a say in its head, so no
 * Strict-Transport-Security goes out over plain HTTP (RFC 6797 7.2); and
 * nothing may be kept: a cache does not see whether TLS was there.
 */
#include "answer/https.h"

#include "answer/answer.h"
#include "answer/answer_parts.h"
#include "answer/explain_field.h"
#include "answer/txn.h"
#include "base/uninit.h"
#include "conf/conf.h"
#include "http/date.h"
#include "http/status.h"

/* With its head it keeps within REQUEST_ROOM. */
#define LOCATION_MAX 16384

/* Authorities that make certificates ask for these without TLS (RFC 8555
 * 8.3). */
static const struct span challenges = SPAN("/.well-known/acme-challenge/");

bool https_wants(const struct conf *conf, bool tls, const struct target *target)
{
    return conf->https_port && !tls && target->path.n > 0 &&
           !span_starts(target->path, challenges);
}

static enum fault put_location(const struct reply *to, struct buf *b,
                               const struct target *target)
{
    unsigned port = to->a->conf->https_port;
    struct span host;
    enum fault f = target_host(target, &to->q->head, &host);
    const struct fronted *front = &to->q->front;

    if (f != FAULT_NONE)
        return f;
    if (front->on && front->host.p) /* what the client asked for */
        (void)target_authority(front->host, &host);
    if (host.n == 0)
        return FAULT_HOST_MISSING;
    BUF_LIT(b, "https://");
    buf_span_put(b, host);
    if (port != 443)
        buf_fmt(b, ":%u", port);
    target_encode(b, target->path);
    if (target->query.p) {
        buf_char(b, '?');
        answer_query(b, target->query);
    }
    return b->overflow ? FAULT_TARGET_LONG : FAULT_NONE;
}

void https_answer(const struct reply *to, const struct target *target)
{
    const struct conf *conf = to->a->conf;
    UNINIT char storage[LOCATION_MAX];
    struct buf where = buf_over(storage, sizeof storage);
    enum fault f = put_location(to, &where, target);
    struct buf *b = &to->t->out;

    if (f != FAULT_NONE) {
        answer_fault(to, f);
        return;
    }
    struct record *r = answer_record(to, 308, REASON_TO_HTTPS);
    size_t from = b->n;
    answer_begin(to, 308);
    BUF_LIT(b, "Location: ");
    buf_span_put(b, buf_span(&where));
    BUF_LIT(b, "\r\nCache-Control: no-store\r\n");
    if (conf->explain_header)
        explain_field_put(b, conf, 308, REASON_TO_HTTPS, FAULT_NONE, 0);
    answer_length(b, 0);
    answer_connection(to, b);
    txn_piece_out(to->t, from);
    answer_close(to, r, 0);
}
