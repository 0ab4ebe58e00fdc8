/* SPDX-License-Identifier: MIT
 *
 * watch_client: asks the observer for /watch and shows it: a table that is kept
 * up to date on a terminal, one line an event otherwise. Layer: observe.
 */
#include "observe/watch_client.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cmdline.h"
#include "base/num.h"
#include "observe/event_text.h"
#include "observe/screen.h"
#include "os/clock.h"

#define DRAW_MS 200

static const char usage[] =
    "usage: etagd watch [-a] [URL]\n"
    "  URL   of the observer, as [observe] listen says; without one\n"
    "        http://127.0.0.1:5001/\n"
    "  -a    begin with what has happened so far\n";

struct stream {
    FILE *out;
    int fd;
    size_t n;
    bool in_head, bad;
    char bytes[65536];
};

struct place {
    char host[256], port[8];
};

/* "http://[::1]:5001/", "127.0.0.1:5001" */
static bool parse_url(struct span url, struct place *out)
{
    if (span_starts(url, SPAN("http://")))
        url = span_from(url, 7);
    else if (memmem(url.p, url.n, "://", 3))
        return false;
    url = span_to(url, span_find(url, '/'));
    size_t from = url.n && url.p[0] == '[' ? span_find(url, ']') : 0;
    size_t colon = from + span_find(span_from(url, from), ':');
    struct span host = span_to(url, colon), port = span_from(url, colon + 1);
    if (from) /* the brackets are the URL's, not the address's */
        host = span_of(url.p + 1, from - 1);
    uint64_t number = 80;
    if (port.n == 0)
        port = SPAN("80");
    return host.n && num_u64(port, &number) && number >= 1 && number <= 65535 &&
           snprintf(out->host, sizeof out->host, "%.*s", (int)host.n, host.p) <
               (int)sizeof out->host &&
           snprintf(out->port, sizeof out->port, "%.*s", (int)port.n, port.p) <
               (int)sizeof out->port;
}

static int dial(const struct place *p, bool quiet)
{
    struct addrinfo want = { .ai_socktype = SOCK_STREAM }, *all;
    int fd = -1, rc = getaddrinfo(p->host, p->port, &want, &all);

    if (rc != 0) {
        if (!quiet)
            fprintf(stderr, "etagd watch: %s: %s\n", p->host, gai_strerror(rc));
        return -1;
    }
    for (struct addrinfo *a = all; a && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, 0);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
            close(fd);
            fd = -1;
        }
    }
    if (fd < 0 && !quiet)
        fprintf(stderr,
                "etagd watch: %s port %s: %s (is [observe] listen "
                "set?)\n",
                p->host, p->port, strerror(errno));
    freeaddrinfo(all);
    return fd;
}

static bool ask(int fd, const struct place *p, bool columns, bool all)
{
    bool brackets = strchr(p->host, ':') != NULL;
    char head[512];
    /* HTTP/1.0: the answer comes as it is, without chunks */
    int n =
        snprintf(head, sizeof head,
                 "GET /watch?%s%s HTTP/1.0\r\nHost: %s%s%s:%s\r\n\r\n",
                 columns ? "columns" : "", all ? "" : "&new",
                 brackets ? "[" : "", p->host, brackets ? "]" : "", p->port);

    return send(fd, head, (size_t)n, MSG_NOSIGNAL) == n;
}

static void show(struct stream *s, struct screen *screen, struct span line)
{
    struct event_text note;

    if (line.n == 0) /* it is still there */
        return;
    if (!screen)
        fprintf(s->out, "%.*s\n", (int)line.n, line.p);
    else if (event_text_read(&note, line))
        screen_take(screen, &note);
}

static void take_line(struct stream *s, struct screen *screen, struct span line)
{
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    if (!s->in_head) {
        show(s, screen, line);
    } else if (line.n == 0) {
        s->in_head = false;
    } else if (span_starts(line, SPAN("HTTP/")) &&
               !span_starts(span_from(line, 9), SPAN("200"))) {
        fprintf(stderr, "etagd watch: the answer was %.*s\n", (int)line.n,
                line.p);
        s->bad = true;
    }
}

/* False: the end. */
static bool take_bytes(struct stream *s, struct screen *screen)
{
    ssize_t got = recv(s->fd, s->bytes + s->n, sizeof s->bytes - s->n, 0);
    size_t at = 0;

    if (got <= 0)
        return got < 0 && errno == EINTR;
    s->n += (size_t)got;
    for (;;) {
        struct span rest = span_of(s->bytes + at, s->n - at);
        size_t n = span_find(rest, '\n');
        if (n == rest.n)
            break;
        take_line(s, screen, span_to(rest, n));
        at += n + 1;
    }
    if (at == 0 && s->n == sizeof s->bytes)
        at = s->n; /* no line of ours is that long */
    memmove(s->bytes, s->bytes + at, s->n - at);
    s->n -= at;
    return !s->bad;
}

static void follow(struct stream *s, struct screen *screen)
{
    struct pollfd p = { .fd = s->fd, .events = POLLIN };
    uint64_t drawn_us = 0;
    bool more = true;

    while (more) {
        int n = poll(&p, 1, screen ? DRAW_MS : -1);
        if (n > 0)
            more = take_bytes(s, screen);
        if (!screen)
            fflush(s->out);
        else if (clock_mono_us() - drawn_us > DRAW_MS * 1000) {
            drawn_us = clock_mono_us();
            screen_draw(screen);
        }
        if (ferror(s->out))
            break;
    }
}

/* An observer that dies is replaced, and its port never closes: the next one
 * answers there.  When nobody does, the server has ended. */
static bool again(struct stream *s, const struct place *p, bool columns)
{
    close(s->fd);
    s->fd = dial(p, true);
    s->n = 0;
    s->in_head = true;
    return s->fd >= 0 && ask(s->fd, p, columns, false);
}

#define NAME "etagd watch"

int watch_main(int argc, char **argv)
{
    static struct stream s = { .in_head = true };
    const char *url = "http://127.0.0.1:5001/";
    bool all = false;
    struct place place;
    static const struct option options[] = { { "help", no_argument, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    int c;

    while ((c = cmdline_next(NAME, argc, argv, ":ah", options)) != -1) {
        if (c == 'h')
            return fputs(usage, stdout) == EOF;
        if (c == CMDLINE_WRONG)
            return 2;
        all = true;
    }
    if (optind < argc)
        url = argv[optind++];
    if (optind < argc)
        return cmdline_wrong(NAME, "one URL at a time, not two");
    if (!parse_url(span_str(url), &place))
        return cmdline_wrong(NAME,
                             "%s is not the address of an observer, as in "
                             "http://127.0.0.1:5001/",
                             url);
    s.fd = dial(&place, false);
    struct screen *screen = isatty(STDOUT_FILENO) ? screen_new(url) : NULL;
    if (s.fd < 0 || !ask(s.fd, &place, screen != NULL, all))
        return 1;
    s.out = stdout;
    follow(&s, screen);
    bool answered = !s.in_head;
    while (!s.bad && !s.in_head && !ferror(s.out) && again(&s, &place, screen))
        follow(&s, screen);
    if (s.fd >= 0)
        close(s.fd);
    return s.bad || !answered;
}
