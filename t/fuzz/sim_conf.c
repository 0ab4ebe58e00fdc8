/* SPDX-License-Identifier: MIT
 *
 * sim_conf: loads each of them once.
 */
#include "sim_conf.h"

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "conf/loader.h"

static const char text[] =
    "[server]\nroot = /\nlisten = 127.0.0.1:1\nworkers = 1\nsandbox = off\n"
    "error-404 = /e404.html\n"
    "[timeouts]\nidle = 5s\nhead = 3s\nbody = 3s\nsend = 4s\nlinger = 1s\n"
    "prepare = 500ms\ndrain = 3s\n"
    "[limits]\nconnections = 4\ntarget = 512\nline = 1k\nhead = 2k\n"
    "fields = 20\nbody = 4k\nrate-window = 2s\npipeline = 8\n"
    "[log]\naccess = -\nformat = json\nbuffer = 4k\nflush = 1s\n"
    "[prepare]\nmemory-file = 256k\nfiles = 16\n"
    "[cache *.html]\nCache-Control = no-cache\n"
    "[header /]\nX-File = index\n"
    "[header /index.html]\nX-File = index\n"
    "[header /alias/index.html]\nX-File = index\n"
    "[header /mid.txt]\nX-File = mid\n"
    "[header /slab.bin]\nX-File = slab\n"
    "[header /large.bin]\nX-File = large\n"
    "[header /empty.txt]\nX-File = empty\n"
    "[header /style.css]\nX-File = style\n"
    "[header /sub/]\nX-File = sub\n"
    "[header /sub/index.html]\nX-File = sub\n"
    "[header /list/a?b.txt]\nX-File = a\n"
    "[header /link.txt]\nX-File = link\n"
    "[health]\npath = /-/ready\nlive = /-/live\n"
    "[header /-/*]\nX-File = of no rule\n" /* these have no say there */
    "[header /api/*]\nAccess-Control-Allow-Origin = *\n"
    "[host localhost]\nroot = /\n"
    "[host spa.test]\nroot = /\nfallback = /index.html\nlisting = on\n"
    "[alias /alias/]\nroot = /\n"
    "[redirect /old/*]\nto = /new/$1\nstatus = 308\n";

/* A user "u" with the password "p". */
static const char user[] = "u:$2y$04$abcdefghijklmnopqrstuud"
                           "MegMbPN37MbpdEfAtP66w1z0RBCtLG\n";
static char users[] = "/tmp/etagd-sim-XXXXXX", guarded[64];

/* Bit 0 of the options: there are coded forms.  Then, a configuration each: */
static const char *const overrides[][3] = {
    { "server.explain-header=off", NULL },
    { "server.explain-header=on", "prepare.freshness=stat", NULL },
    { "limits.requests-per-connection=3", "limits.connections-per-address=1",
      NULL },
    { "server.unknown-host=refuse", "limits.pipeline=1", "limits.send-rate=0" },
    { "server.pieces=on", "server.mss=340", NULL },
    { "pace *.txt.delay=700ms", "pace /slab.bin.rate=40k",
      "pace *.html.rate=200" },
    { guarded, NULL },
};
#define CONFS (sizeof overrides / sizeof overrides[0])

/* The file of users may not lie in what is served. */
static struct span text_elsewhere(void)
{
    static char moved[sizeof text + 64];
    struct buf b = buf_over(moved, sizeof moved);
    struct span left = span_str(text), root = SPAN("root = /\n");

    for (; left.n; left = span_from(left, 1)) {
        if (!span_starts(left, root)) {
            buf_char(&b, left.p[0]);
            continue;
        }
        BUF_LIT(&b, "root = /usr\n");
        left = span_from(left, root.n - 1);
    }
    PROPERTY(!b.overflow);
    return buf_span(&b);
}

static void write_users(void)
{
    int fd = mkstemp(users);

    PROPERTY(fd >= 0 && fchmod(fd, 0600) == 0);
    PROPERTY(write(fd, user, strlen(user)) == (ssize_t)strlen(user));
    close(fd);
    snprintf(guarded, sizeof guarded, "access /sub/*.basic=%s", users);
}

static struct conf *load(unsigned i)
{
    size_t n = 0;

    if (sim_conf_access(2 * i))
        write_users();

    while (n < 3 && overrides[i][n])
        n++;
    struct conf_source source = { .file = "/fuzz.ini",
                                  .override = overrides[i],
                                  .n_override = n,
                                  .sockets_passed = true };
    struct conf_faults faults, warnings;
    struct conf *c = conf_load_bytes(
        &source, sim_conf_access(2 * i) ? text_elsewhere() : span_str(text),
        &faults, &warnings);

    if (sim_conf_access(2 * i))
        unlink(users);
    for (size_t k = 0; k < faults.n; k++)
        fprintf(stderr, "%s\n", faults.text[k]);
    PROPERTY(c);
    conf_faults_free(&faults);
    conf_faults_free(&warnings);
    return c;
}

bool sim_conf_limits(unsigned options)
{
    return options / 2 % CONFS == 2;
}

bool sim_conf_access(unsigned options)
{
    return options / 2 % CONFS == 6;
}

const struct conf *sim_conf(unsigned options)
{
    static struct conf *made[CONFS];
    unsigned i = options / 2 % CONFS;

    if (!made[i])
        made[i] = load(i);
    return made[i];
}
