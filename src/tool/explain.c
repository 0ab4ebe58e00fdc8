/* SPDX-License-Identifier: MIT
 *
 * explain: its command line, and the request that it makes.
 * Layer: tool.  Exit status: 0 explained, 1 could not, 2 bad usage or
 * configuration.
 */
#include "tool/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cmdline.h"
#include "prepare/magic.h"
#include "tool/loaded.h"
#include "tool/report.h"
#include "tool/trial.h"

#define REQUEST_MAX 65536

struct question {
    const char *file, *dir, *target, *method, *host;
    const char **field, **override;
    size_t n_field, n_override;
};

static const char usage[] =
    "usage: etagd explain [-c FILE | DIR] [-X METHOD] [-H 'NAME: VALUE']... "
    "[--host NAME]\n                     [-o section.key=value]... /PATH\n"
    "  prints what a request for /PATH would be answered with, and why: site, "
    "file,\n  type, rules with their lines, status and its reason, and the "
    "head; no server\n  needs to run\n";

#define NAME "etagd explain"

enum { OPTION_HOST = 256 };

static const struct option long_options[] = {
    { "config", required_argument, NULL, 'c' },
    { "header", required_argument, NULL, 'H' },
    { "host", required_argument, NULL, OPTION_HOST },
    { "request", required_argument, NULL, 'X' },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
};

/* -1: go on; else the exit status. */
static int parse(struct question *q, int argc, char **argv)
{
    int c;

    while ((c = cmdline_next(NAME, argc, argv, ":c:H:X:o:h", long_options)) !=
           -1) {
        switch (c) {
        case 'c':
            q->file = optarg;
            break;
        case 'H':
            q->field[q->n_field++] = optarg;
            break;
        case 'X':
            q->method = optarg;
            break;
        case 'o':
            q->override[q->n_override++] = optarg;
            break;
        case OPTION_HOST:
            q->host = optarg;
            break;
        case 'h':
            fputs(usage, stdout);
            return 0;
        default:
            return 2;
        }
    }
    if (!q->file && argc - optind == 2)
        q->dir = argv[optind++];
    if (argc - optind > 1)
        return cmdline_wrong(NAME, q->file
                                       ? "either -c FILE or DIR, and one /PATH"
                                       : "one DIR and one /PATH, no more");
    if (!q->file && !q->dir)
        return cmdline_wrong(NAME, "nothing to ask: give -c FILE or DIR, then "
                                   "the /PATH of a request");
    if (optind == argc)
        return cmdline_wrong(NAME, "the /PATH of a request is missing");
    q->target = argv[optind];
    return -1;
}

static struct conf *load(const struct question *q)
{
    struct conf_source source = { q->file, q->dir, q->override, q->n_override };

    return loaded(&source);
}

static bool names_host(const char *field)
{
    return span_eq_nocase(span_to(span_str(field), 5), SPAN("host:"));
}

/* The bytes as a client would send them. */
static void compose(struct buf *b, const struct question *q)
{
    bool host = false;

    buf_str(b, q->method ? q->method : "GET");
    buf_char(b, ' ');
    buf_str(b, q->target);
    BUF_LIT(b, " HTTP/1.1\r\n");
    for (size_t i = 0; i < q->n_field; i++)
        host = host || names_host(q->field[i]);
    if (q->host || !host) {
        BUF_LIT(b, "Host: ");
        buf_str(b, q->host ? q->host : "localhost");
        BUF_LIT(b, "\r\n");
    }
    for (size_t i = 0; i < q->n_field; i++) {
        buf_str(b, q->field[i]);
        BUF_LIT(b, "\r\n");
    }
    BUF_LIT(b, "\r\n");
}

static int explain(const struct question *q)
{
    static struct trial trial;
    static char storage[REQUEST_MAX];
    struct buf request = buf_over(storage, sizeof storage);
    struct conf *conf = load(q);

    if (!conf)
        return 2;
    compose(&request, q);
    if (request.overflow ||
        request.n > conf->limits.head_bytes + ARRIVALS_RECV) {
        fprintf(stderr, "etagd: the request is longer than any that is read\n");
        conf_free(conf);
        return 2;
    }
    if (!trial_begin(&trial, conf))
        return 1;
    magic_start();
    trial_run(&trial, buf_span(&request));
    report_print(&trial);
    magic_stop();
    trial_end(&trial);
    return 0;
}

int explain_main(int argc, char **argv)
{
    struct question q = { .method = NULL };
    int status = 1;

    q.field = calloc((size_t)argc, sizeof q.field[0]);
    q.override = calloc((size_t)argc, sizeof q.override[0]);
    if (q.field && q.override)
        status = parse(&q, argc, argv);
    if (status < 0)
        status = explain(&q);
    free(q.field);
    free(q.override);
    return status;
}
