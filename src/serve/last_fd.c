/* SPDX-License-Identifier: MIT
 *
 * last_fd: accept with the reserve's number, answer, close.
 * Layer: serve.
 */
#include "serve/last_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/check.h"
#include "base/uninit.h"
#include "http/accept.h"
#include "http/page.h"
#include "os/log.h"
#include "os/net.h"
#include "serve/worker.h"

#define PATIENCE_MS 1000 /* how long clients wait for a place first */
#define LOG_MS 10000     /* between two lines in the log */
#define HEAD_MOST 512

static void take(struct acceptor *a, int any)
{
    CHECK(a->reserve < 0);
    a->reserve = fcntl(any, F_DUPFD_CLOEXEC, 0);
}

void last_fd_init(struct worker *w)
{
    w->acceptor.reserve = -1;
    take(&w->acceptor, w->poll);
}

/* English for whoever has not asked yet, or not wholly. */
static enum language language_of(const char *ask, ssize_t n)
{
    const struct head_limits limits = { 4096, 4096, 4096, HEAD_FIELDS_MAX };
    UNINIT struct head h;

    if (n <= 0 || head_parse(&h, ask, (size_t)n, &limits) != FAULT_NONE)
        return LANGUAGE_EN;
    return accept_language(&h);
}

/* RFC 9110 15.6.4, 10.2.3 */
static void answer(struct worker *w, int fd)
{
    char ask[4096], text[HEAD_MOST + PAGE_BYTES_MAX], page[PAGE_BYTES_MAX];
    struct buf b = buf_over(text, sizeof text);
    struct buf body = buf_over(page, sizeof page);
    ssize_t n = net_recv(fd, ask, sizeof ask);
    enum language in = language_of(ask, n);

    page_error(&body, in, 503, wording(WORD_NO_PLACE));
    BUF_LIT(&b, "HTTP/1.1 503 Service Unavailable\r\n");
    if (w->conf->protocol == PROTOCOL_1_0)
        text[sizeof "HTTP/1." - 1] = '0';
    buf_put(&b, w->lines.common, w->lines.common_n);
    buf_put(&b, w->now.date, sizeof w->now.date);
    BUF_LIT(&b, "\r\nRetry-After: 1\r\nConnection: close\r\n"
                "Content-Type: text/html; charset=utf-8\r\n"
                "Vary: Accept-Language\r\nContent-Language: ");
    buf_str(&b, language_tag(in));
    BUF_LIT(&b, "\r\nContent-Length: ");
    buf_u64(&b, body.n);
    BUF_LIT(&b, "\r\n\r\n");
    if (n < 5 || !span_eq(span_of(ask, 5), SPAN("HEAD ")))
        buf_put(&b, body.p, body.n);
    (void)net_send(fd, b.p, b.n, false);
    net_finish(fd);
    /* what is still unread would turn the end into a reset */
    for (int i = 0; n > 0 && i < 4; i++)
        n = net_recv(fd, ask, sizeof ask);
}

static void tell(struct acceptor *a, uint64_t now_ms)
{
    a->refused++;
    if (now_ms < a->refused_logged_ms + LOG_MS && a->refused_logged_ms)
        return;
    log_warn("W011",
             "no descriptor is left and no connection can give way: %llu "
             "clients were answered 503 so far",
             (unsigned long long)a->refused);
    a->refused_logged_ms = now_ms;
}

enum spare last_fd_refuse(struct worker *w, size_t listener)
{
    struct net_peer peer;

    if (w->acceptor.full_since_ms == 0)
        w->acceptor.full_since_ms = w->now.ms;
    if (w->now.ms < w->acceptor.full_since_ms + PATIENCE_MS || w->ending.drains)
        return LAST_FD_LATER;
    if (w->acceptor.reserve < 0)
        take(&w->acceptor, w->poll); /* lost to somebody quicker */
    if (w->acceptor.reserve < 0)
        return LAST_FD_LATER;
    close(w->acceptor.reserve);
    w->acceptor.reserve = -1;
    int fd = net_accept(w->start->listener[listener], &peer);
    if (fd >= 0) {
        answer(w, fd);
        close(fd);
        tell(&w->acceptor, w->now.ms);
    }
    take(&w->acceptor, w->poll);
    if (fd >= 0)
        return LAST_FD_REFUSED;
    return fd == -EAGAIN ? LAST_FD_NOBODY : LAST_FD_LATER;
}
