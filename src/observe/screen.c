/* SPDX-License-Identifier: MIT
 *
 * screen: connections above, the latest requests below, drawn whole each time.
 * Layer: observe.  Heap: at the start only.
 */
#include "observe/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "os/clock.h"

#define CONNS 64
#define LINES 128
#define LINE_BYTES 256

enum phase { PHASE_UNUSED, PHASE_HEAD, PHASE_IDLE, PHASE_SEND, PHASE_ENDED };

struct row {
    uint64_t number, worker, port, requests, opened_us, ended_us;
    enum phase phase;
    bool by_client;
    char last[96]; /* its latest request, or why it ended */
};

struct screen {
    const char *url;
    struct row row[CONNS]; /* a ring; number 0: free */
    unsigned next;
    struct {
        char text[LINE_BYTES];
        uint64_t status;
    } line[LINES];
    uint64_t n_lines, requests, not_modified, errors, lost;
    uint64_t now_us, heard_us; /* wall clock there, monotonic here */
};

struct screen *screen_new(const char *url)
{
    struct screen *s = calloc(1, sizeof *s);

    if (s)
        s->url = url;
    return s;
}

static struct row *row_of(struct screen *s, const struct event_text *n)
{
    for (unsigned i = 0; i < CONNS; i++) {
        if (s->row[i].number == n->connection)
            return &s->row[i];
    }
    struct row *r = &s->row[s->next++ % CONNS];
    *r = (struct row){ .number = n->connection,
                       .worker = n->worker,
                       .port = n->port,
                       .opened_us = n->at_us };
    return r;
}

/* What does not fit is left out. */
static void copy(char *out, size_t cap, struct span s)
{
    size_t n = s.n < cap - 1 ? s.n : cap - 1;

    memcpy(out, s.p, n);
    out[n] = '\0';
}

static void take_request(struct screen *s, struct row *r,
                         const struct event_text *n)
{
    r->requests++;
    r->phase = PHASE_IDLE;
    s->requests++;
    s->not_modified += n->status == 304;
    s->errors += n->status >= 400;
    copy(s->line[s->n_lines % LINES].text, LINE_BYTES, n->line);
    s->line[s->n_lines++ % LINES].status = n->status;
}

void screen_take(struct screen *s, const struct event_text *n)
{
    if (n->at_us > s->now_us) {
        s->now_us = n->at_us;
        s->heard_us = clock_mono_us();
    }
    s->lost += n->lost;
    if (!n->connection)
        return;
    struct row *r = row_of(s, n);
    if (span_eq(n->event, SPAN("request"))) {
        take_request(s, r, n);
    } else if (span_eq(n->event, SPAN("first"))) {
        r->phase = PHASE_HEAD;
    } else if (span_eq(n->event, SPAN("waiting"))) {
        r->phase = PHASE_SEND;
    } else if (span_eq(n->event, SPAN("end"))) {
        r->phase = PHASE_ENDED;
        r->ended_us = n->at_us;
        r->by_client = span_eq(n->by, SPAN("client"));
    }
    if (n->latest.n)
        copy(r->last, sizeof r->last, n->latest);
}

static const char *phase_word(const struct row *r)
{
    static const char *const words[] = {
        [PHASE_UNUSED] = "\033[2mnot used\033[0m",
        [PHASE_HEAD] = "\033[33mhalf head\033[0m",
        [PHASE_IDLE] = "idle",
        [PHASE_SEND] = "\033[32msending\033[0m",
        [PHASE_ENDED] = "",
    };

    if (r->phase == PHASE_ENDED)
        return r->by_client ? "\033[2mbrowser closed\033[0m"
                            : "\033[2mserver closed\033[0m";
    return words[r->phase];
}

static const char *colour(uint64_t status)
{
    if (status == 304)
        return "\033[33m";
    if (status == 206)
        return "\033[34m";
    return status >= 400 ? "\033[31m" : status < 300 ? "\033[32m" : "\033[35m";
}

#define WIDE 66 /* columns from which worker and port have room */

static void draw_row(const struct screen *s, const struct row *r,
                     unsigned width)
{
    const char *word = phase_word(r);
    /* escapes take no room on the screen */
    int pad = word[0] == '\033' ? 15 + 8 + (word[2] == '2' ? 0 : 1) : 15;
    /* ages grow while nothing is heard */
    uint64_t now = s->now_us + (clock_mono_us() - s->heard_us);
    uint64_t until = r->ended_us ? r->ended_us : now;
    double age =
        until > r->opened_us ? (double)(until - r->opened_us) / 1e6 : 0;
    unsigned used = width >= WIDE ? 62 : 40;

    printf("%8llu ", (unsigned long long)r->number);
    if (width >= WIDE)
        printf("%6llu %6llu ", (unsigned long long)r->worker,
               (unsigned long long)r->port);
    printf("%-*s %4llu %7.1fs", pad, word, (unsigned long long)r->requests,
           age);
    if (width > used)
        printf("  %.*s", (int)(width - used), r->last);
    printf("\n");
}

static void draw_rows(const struct screen *s, unsigned room, unsigned width)
{
    printf("\033[1m%8s ", "conn");
    if (width >= WIDE)
        printf("%6s %6s ", "worker", "port");
    printf("%-15s %4s %8s%s\033[0m\n", "state", "reqs", "age",
           width >= WIDE ? "  latest" : "");
    for (unsigned i = s->next > room ? s->next - room : 0; i < s->next; i++)
        draw_row(s, &s->row[i % CONNS], width);
}

/* One line, however narrow. */
static void draw_head(const struct screen *s, unsigned width)
{
    char text[512];
    int n = snprintf(
        text, sizeof text, "etagd  requests: %llu, 304: %llu, errors: %llu",
        (unsigned long long)s->requests, (unsigned long long)s->not_modified,
        (unsigned long long)s->errors);

    if (s->lost && n > 0 && n < (int)sizeof text)
        n += snprintf(text + n, sizeof text - (size_t)n, ", events lost: %llu",
                      (unsigned long long)s->lost);
    if (n > 0 && n < (int)sizeof text)
        (void)snprintf(text + n, sizeof text - (size_t)n, "  %s", s->url);
    printf("\033[H\033[J\033[1m%.5s\033[0m%.*s\n\n", text, (int)width - 5,
           text + 5);
}

void screen_draw(struct screen *s)
{
    struct winsize w = { .ws_row = 24, .ws_col = 80 };

    (void)ioctl(STDOUT_FILENO, TIOCGWINSZ, &w);
    unsigned rows = w.ws_row > 12 ? w.ws_row : 12;
    unsigned width = w.ws_col > 40 ? w.ws_col : 40;
    unsigned above = (rows - 5) / 2;
    if (above > CONNS)
        above = CONNS;
    unsigned shown = s->next < above ? s->next : above;
    unsigned below = rows - 5 - shown;

    draw_head(s, width);
    draw_rows(s, above, width);
    printf("\n");
    uint64_t from = s->n_lines > below ? s->n_lines - below : 0;
    if (s->n_lines - from > LINES)
        from = s->n_lines - LINES;
    for (uint64_t i = from; i < s->n_lines; i++)
        printf("%s%.*s\033[0m\n", colour(s->line[i % LINES].status), (int)width,
               s->line[i % LINES].text);
    fflush(stdout);
}
