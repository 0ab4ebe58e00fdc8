/* SPDX-License-Identifier: MIT
 *
 * preparer: the process: loads libraries, gives up its rights, runs the desk.
 * Layer: prepare.
 */
#include "prepare/preparer.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "os/heap.h"
#include "os/log.h"
#include "os/marks.h"
#include "os/pressure.h"
#include "os/sandbox.h"
#include "os/watch.h"
#include "prepare/agenda.h"
#include "prepare/codecs.h"
#include "prepare/magic.h"
#include "prepare/queues.h"
#include "prepare/reads.h"
#include "prepare/rest.h"

#define MEMO_MIN 256
#define JOBS_MAX 4096
#define LATER_MAX 64 /* files that wait for their digest, open meanwhile */
#define TICK_MIN_NS INT64_C(20000000)

/* Each job holds up to four files, each slab one descriptor. */
static size_t jobs_that_fit(const struct slabs *slabs)
{
    struct rlimit r;
    size_t other = slabs_count_max(slabs) + 128;
    size_t limit = 1024;

    if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < (1u << 20))
        limit = (size_t)r.rlim_cur;
    size_t jobs = limit > other ? (limit - other) / CODING_COUNT : 0;
    return jobs < 8 ? 8 : jobs > JOBS_MAX ? JOBS_MAX : jobs;
}

/* Two ticks of the clock that stamps files, at least 20 ms: some file systems
 * and older kernels are coarser than it says. */
static int64_t tick_ns(void)
{
    struct timespec r = { 0, 0 };

    clock_getres(CLOCK_REALTIME_COARSE, &r);
    int64_t two = 2 * ((int64_t)r.tv_sec * INT64_C(1000000000) + r.tv_nsec);
    return two > TICK_MIN_NS ? two : TICK_MIN_NS;
}

static size_t memo_size(const struct conf_prepare *c)
{
    return c->files < MEMO_MIN ? MEMO_MIN : c->files;
}

static size_t marks_size(const struct conf_prepare *c)
{
    size_t n = memo_size(c);

    return n < PREPARER_MARKS_MOST ? n : PREPARER_MARKS_MOST;
}

static void init(struct agenda *d, const struct conf *conf, int control)
{
    const struct conf_prepare *c = &conf->prepare;

    memset(d, 0, sizeof *d);
    d->control = control;
    list_init(&d->peers);
    list_init(&d->fresh);
    list_init(&d->rest);
    list_init(&d->later);
    list_init(&d->small);
    for (unsigned i = 0; i < CODING_COUNT; i++)
        list_init(&d->coding[i]);
    slabs_start(&d->slabs, c->memory_bytes, agenda_slab_dropped, d);
    memo_start(&d->memo, memo_size(c), queues_forgotten, d);
    d->tools.slabs = &d->slabs;
    d->tools.sums.most = c->memory_bytes / SUMS_SHARE;
    d->tools.limits =
        (struct reading_limits){ c->memory_file_bytes, c->digest_bytes,
                                 c->digest_idle_bytes, tick_ns() };
    d->tools.scratch = malloc(READING_SLICE_BYTES);
    CHECK(d->tools.scratch != NULL);
    d->tools.media = &conf->media;
    if (c->freshness == FRESHNESS_AUTO && watch_stand())
        d->tools.marks = marks_new(marks_size(c));
    d->limits = (struct job_limits){ c->compress, c->compress_min_bytes,
                                     c->compress_max_bytes, conf->observe.on,
                                     &d->encoders };
    if (c->compress)
        form_encoders_find(&d->encoders);
    d->jobs_max = jobs_that_fit(&d->slabs);
    d->epoll = epoll_create1(EPOLL_CLOEXEC);
    CHECK(d->epoll >= 0);
    agenda_arm(d, EPOLL_CTL_ADD, control, EPOLLIN, &d->control);
    rest_start(d, c->give_back_ms);
    pressure_open("", d->pressure);
    for (size_t i = 0; i < PRESSURE_MOST; i++) {
        if (d->pressure[i] >= 0)
            agenda_arm(d, EPOLL_CTL_ADD, d->pressure[i], EPOLLPRI,
                       &d->pressure[i]);
    }
    d->tools.helpers = d->helpers = helpers_new();
    if (d->helpers)
        agenda_arm(d, EPOLL_CTL_ADD, helpers_fd(d->helpers), EPOLLIN,
                   &d->helpers);
}

static void start_coder(struct agenda *d)
{
    bool later = d->tools.limits.later > d->tools.limits.digest;
    int error = 0, none;

    if (d->limits.compress || later)
        d->coder = coder_new(true, &error);
    if (later && d->coder) /* else the coder reads as well */
        d->reader = coder_new(false, &none);
    if (error)
        log_warn("P024",
                 "no thread for codings: %s; no file is coded, and tags of "
                 "files over digest-max stay weak",
                 strerror(-error));
    if (!d->coder) {
        d->limits.compress = false;
        return;
    }
    d->tools.later_max =
        d->jobs_max / 4 < LATER_MAX ? d->jobs_max / 4 : LATER_MAX;
    agenda_arm(d, EPOLL_CTL_ADD, coder_fd(d->coder), EPOLLIN, &d->coder);
    if (d->reader)
        agenda_arm(d, EPOLL_CTL_ADD, coder_fd(d->reader), EPOLLIN, &d->reader);
}

/* At the lowest priority, or at a disk, a task may take very long to notice
 * that it is to stop, on a busy machine.  Nothing is lost by leaving it; builds
 * that look for leaks wait. */
static void leave_tasks(const struct agenda *d)
{
#if !defined ETAGD_SANITIZE && !defined ETAGD_COVERAGE
    if (coder_has(d->coder) || coder_has(d->reader))
        _exit(0);
#else
    (void)d;
#endif
}

/* A helper may wait for a machine that doesn't answer. */
static void leave_helpers(struct agenda *d)
{
    struct item *it;

    if (!helpers_stop(d->helpers))
        _exit(0);
    while ((it = reads_back(d))) {
        it->in_hand = false;
        queues_end(d, it);
    }
    helpers_free(d->helpers);
}

static void let_go(struct agenda *d, struct item *it)
{
    if (!it)
        return;
    it->in_hand = false;
    queues_end(d, it);
}

static void stop(struct agenda *d)
{
    struct item *coding = coder_has(d->coder), *read = coder_has(d->reader);

    leave_tasks(d);
    coder_free(d->coder); /* first: it reads from a slab */
    coder_free(d->reader);
    memo_stop(&d->memo);
    let_go(d, coding);
    let_go(d, read);
    if (d->helpers)
        leave_helpers(d);
    marks_free(d->tools.marks);
    slabs_stop(&d->slabs);
    free(d->tools.scratch);
    close(d->epoll);
    for (size_t i = 0; i < PRESSURE_MOST; i++) {
        if (d->pressure[i] >= 0)
            close(d->pressure[i]);
    }
    magic_stop();
}

/* Ctrl-C and the like reach the whole group; the end is told by end-of-file. */
static void ignore_signals(void)
{
    static const int signals[] = { SIGINT,  SIGQUIT, SIGHUP,
                                   SIGUSR1, SIGUSR2, SIGPIPE };
    struct sigaction ignore = { .sa_handler = SIG_IGN };

    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], &ignore, NULL);
}

/* Before the coder's thread is started, which is then confined as well. */
static int confine(const struct conf *conf)
{
    static const struct sandbox nothing_to_read = { .role = SANDBOX_PREPARER,
                                                    .landlock_most =
                                                        SANDBOX_ABI_ALL };

    return conf->sandbox ? sandbox_enter(&nothing_to_read) : 0;
}

int preparer_run(const struct conf *conf, int control,
                 struct counters_preparer *told)
{
    struct counters_preparer nobody = { 0 };
    struct agenda d;

    log_role("preparer");
    check_role("preparer");
    ignore_signals();
    magic_start();
    (void)codecs_can(CODING_GZIP); /* all of them, while files can be opened */
    init(&d, conf, control);
    d.told = told ? told : &nobody;
    heap_trim(); /* what libraries took */
    int error = confine(conf);
    if (error) {
        log_error("P002", "cannot give up rights: %s", strerror(-error));
        return 1;
    }
    start_coder(&d);
    while (!agenda_done(&d))
        agenda_turn(&d);
    log_debug("P003", "bye: asks=%llu joined=%llu read=%llu",
              (unsigned long long)d.count.asks,
              (unsigned long long)d.count.joined,
              (unsigned long long)d.count.read);
    stop(&d);
    return 0;
}
