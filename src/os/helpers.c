/* SPDX-License-Identifier: MIT
 *
 * helpers: a queue and some threads for each lane, one lock for all.
 * Layer: os.  The lock is held for some instructions only, never across a call.
 */
#include "os/helpers.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/check.h"
#include "os/clock.h"
#include "os/log.h"

#if defined ETAGD_SANITIZE || defined ETAGD_COVERAGE
#define STACK ((size_t)1 << 20)
#else
#define STACK ((size_t)192 << 10)
#endif

struct seat {
    struct lane *lane;
    unsigned number;
};

struct lane {
    struct helpers *of;
    struct seat seat[HELPERS_PER_LANE];
    pthread_cond_t work;
    struct list queue;
    unsigned queued, threads, idle;
    uint64_t away_us[HELPERS_PER_LANE]; /* since when; 0: it is here */
    int *closes;                        /* descriptors to be closed */
    size_t n_closes, closes_room;
};

struct helpers {
    pthread_mutex_t lock;
    pthread_cond_t gone; /* a thread has ended */
    int fd;
    bool stop;
    bool told; /* that a thread can't be had */
    struct list done;
    unsigned threads;
    struct lane lane[HELPERS_LANES];
};

struct helpers *helpers_new(void)
{
    struct helpers *h = calloc(1, sizeof *h);

    if (!h)
        return NULL;
    h->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (h->fd < 0) {
        free(h);
        return NULL;
    }
    CHECK(pthread_mutex_init(&h->lock, NULL) == 0);
    CHECK(pthread_cond_init(&h->gone, NULL) == 0);
    list_init(&h->done);
    for (unsigned i = 0; i < HELPERS_LANES; i++) {
        h->lane[i].of = h;
        for (unsigned k = 0; k < HELPERS_PER_LANE; k++)
            h->lane[i].seat[k] = (struct seat){ &h->lane[i], k };
        CHECK(pthread_cond_init(&h->lane[i].work, NULL) == 0);
        list_init(&h->lane[i].queue);
    }
    return h;
}

int helpers_fd(const struct helpers *h)
{
    return h->fd;
}

static void finish(struct helpers *h, struct helper_job *job)
{
    const uint64_t one = 1;

    list_append(&h->done, &job->node);
    (void)!write(h->fd, &one, sizeof one);
}

/* With the lock held.  False: nothing is left to do. */
static bool work_once(struct lane *l, unsigned self)
{
    struct helpers *h = l->of;
    struct helper_job *job = NULL;
    int fd = -1;

    if (!list_empty(&l->queue)) {
        job = LIST_ENTRY(list_take(&l->queue), struct helper_job, node);
        CHECK(l->queued > 0);
        l->queued--;
    } else if (l->n_closes > 0) {
        fd = l->closes[--l->n_closes];
    } else {
        return false;
    }
    l->away_us[self] = clock_mono_us();
    if (job)
        job->began_us = l->away_us[self];
    pthread_mutex_unlock(&h->lock);
    if (job)
        job->run(job);
    else
        close(fd);
    pthread_mutex_lock(&h->lock);
    l->away_us[self] = 0;
    if (job)
        finish(h, job);
    return true;
}

static void *run(void *arg)
{
    const struct seat *seat = arg;
    struct lane *l = seat->lane;
    struct helpers *h = l->of;

    pthread_mutex_lock(&h->lock);
    while (work_once(l, seat->number) || !h->stop) {
        if (!list_empty(&l->queue) || l->n_closes > 0 || h->stop)
            continue;
        l->idle++;
        pthread_cond_wait(&l->work, &h->lock);
        l->idle--;
    }
    h->threads--;
    pthread_cond_broadcast(&h->gone);
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

/* With the lock held: is somebody there for one more task?  Or -errno. */
static int attend(struct lane *l)
{
    struct helpers *h = l->of;
    sigset_t all, old;
    pthread_attr_t attr;
    pthread_t thread;

    if (l->idle > 0) {
        pthread_cond_signal(&l->work);
        return 0;
    }
    if (l->threads == HELPERS_PER_LANE)
        return 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old); /* signals are for the loop */
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, STACK);
    int error = pthread_create(&thread, &attr, run, &l->seat[l->threads]);
    pthread_attr_destroy(&attr);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    l->threads += !error;
    h->threads += !error;
    return l->threads > 0 ? 0 : -error;
}

static bool stuck(const struct lane *l, uint64_t stuck_us)
{
    uint64_t now_us = clock_mono_us();

    if (stuck_us == 0 || l->threads < HELPERS_PER_LANE)
        return false;
    for (unsigned i = 0; i < HELPERS_PER_LANE; i++) {
        if (!l->away_us[i] || now_us - l->away_us[i] < stuck_us)
            return false;
    }
    return true;
}

int helpers_give(struct helpers *h, struct helper_job *job, uint64_t stuck_us)
{
    struct lane *l = &h->lane[job->lane];
    int error = 0, none = 0;

    CHECK(job->lane < HELPERS_LANES);
    list_init(&job->node);
    job->began_us = 0;
    pthread_mutex_lock(&h->lock);
    if (l->queued >= HELPERS_QUEUE_MAX || stuck(l, stuck_us)) {
        error = -EBUSY;
    } else {
        list_append(&l->queue, &job->node);
        l->queued++;
        none = attend(l);
        if (none) {
            list_remove(&job->node);
            l->queued--;
            error = -EAGAIN;
        }
    }
    pthread_mutex_unlock(&h->lock);
    if (none && !h->told)
        log_warn("S005",
                 "no thread for what may take long (passwords, file systems "
                 "that may hang): %s; it is refused",
                 strerror(-none));
    h->told = h->told || none;
    return error;
}

struct helper_job *helpers_take(struct helpers *h)
{
    struct helper_job *job = NULL;
    uint64_t count;

    pthread_mutex_lock(&h->lock);
    if (!list_empty(&h->done))
        job = LIST_ENTRY(list_take(&h->done), struct helper_job, node);
    else
        (void)!read(h->fd, &count, sizeof count);
    pthread_mutex_unlock(&h->lock);
    return job;
}

bool helpers_recall(struct helpers *h, struct helper_job *job)
{
    pthread_mutex_lock(&h->lock);
    bool waits = job->began_us == 0;
    if (waits) {
        CHECK(!list_empty(&job->node));
        list_remove(&job->node);
        h->lane[job->lane].queued--;
    }
    pthread_mutex_unlock(&h->lock);
    return waits;
}

bool helpers_waits(struct helpers *h, const struct helper_job *job)
{
    pthread_mutex_lock(&h->lock);
    bool waits = job->began_us == 0;
    pthread_mutex_unlock(&h->lock);
    return waits;
}

void helpers_close(struct helpers *h, unsigned lane, int fd)
{
    struct lane *l = &h->lane[lane];

    pthread_mutex_lock(&h->lock);
    if (h->stop) {
        /* its file system has just answered, and nobody is here to wait */
        pthread_mutex_unlock(&h->lock);
        close(fd);
        return;
    }
    if (l->n_closes == l->closes_room) {
        size_t room = l->closes_room ? l->closes_room * 2 : 64;
        int *more = realloc(l->closes, room * sizeof *more);
        if (more) {
            l->closes = more;
            l->closes_room = room;
        }
    }
    /* without memory it stays open: better than to wait */
    if (l->n_closes < l->closes_room) {
        l->closes[l->n_closes++] = fd;
        (void)attend(l);
    }
    pthread_mutex_unlock(&h->lock);
}

bool helpers_stop(struct helpers *h)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec++;
    pthread_mutex_lock(&h->lock);
    h->stop = true;
    for (unsigned i = 0; i < HELPERS_LANES; i++)
        pthread_cond_broadcast(&h->lane[i].work);
    int error = 0;
    while (h->threads > 0 && !error)
        error = pthread_cond_timedwait(&h->gone, &h->lock, &until);
    bool back = h->threads == 0;
    pthread_mutex_unlock(&h->lock);
    return back;
}

void helpers_free(struct helpers *h)
{
    CHECK(h->threads == 0 && list_empty(&h->done));
    for (unsigned i = 0; i < HELPERS_LANES; i++) {
        CHECK(list_empty(&h->lane[i].queue) && h->lane[i].n_closes == 0);
        pthread_cond_destroy(&h->lane[i].work);
        free(h->lane[i].closes);
    }
    pthread_cond_destroy(&h->gone);
    pthread_mutex_destroy(&h->lock);
    close(h->fd);
    free(h);
}
