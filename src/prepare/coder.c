/* SPDX-License-Identifier: MIT
 *
 * coder: one slot, a semaphore towards the thread, an eventfd for the way back.
 * Layer: prepare.  No lock: the thread runs when nothing else wants to, and
 * whatever waited for a lock that it holds would wait as long.
 */
#include "prepare/coder.h"

#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "os/clock.h"
#include "prepare/compress.h"
#include "prepare/job.h"

#define REST_TIMES 3      /* a fifth to a quarter of one processor at most */
#define REST_SLACK_US 500 /* being woken, and the clock's ticks */
#define REST_MAX_US 500000
#define REST_LOOK_NS 10000000 /* where the semaphore can't wait for a time */

enum slot { SLOT_EMPTY, SLOT_GIVEN, SLOT_DONE };

struct coder {
    pthread_t thread;
    sem_t given;
    sem_t rest; /* posted to end one */
    int fd;
    _Atomic(enum slot) slot; /* whose turn it is to touch the task */
    struct coder_task task;
    char *slice; /* READING_SLICE_BYTES, once it has read */
    atomic_bool stop;
    bool back;
    bool idle; /* the loop's own knowledge */
};

/* Without memory for it the reading fails. */
static void read_slice(struct coder *c)
{
    if (!c->slice)
        c->slice = malloc(READING_SLICE_BYTES);
    if (c->slice)
        job_act(c->task.whose, c->slice);
    else
        job_fail(c->task.whose);
}

static void encode(struct coder_task *t, const atomic_bool *stop)
{
    size_t cap = compress_room(t->n);

    t->out = cap ? malloc(cap) : NULL;
    t->out_n = 0;
    if (!t->out)
        return;
    t->out_n =
        compress_bytes((struct compress_form){ t->coding, t->text, t->soon },
                       span_of(t->p, t->n), t->out, cap, stop);
    if (t->out_n == 0) {
        free(t->out);
        t->out = NULL;
        return;
    }
    digest_of(t->out, t->out_n, t->digest);
}

/* Workers and the preparer's own loop come first.  SCHED_IDLE gives way to them
 * at once, where the lowest niceness lets a slice of time pass. */
static bool stand_back(void)
{
    const struct sched_param none = { 0 };

    setpriority(PRIO_PROCESS, 0, 19); /* on Linux: of this thread */
    /* the call itself: musl's function says ENOSYS without asking */
    return syscall(SYS_sched_setscheduler, 0, SCHED_IDLE, &none) == 0;
}

uint64_t coder_rest_us(uint64_t took_us, uint64_t used_us)
{
    uint64_t rest_us = REST_TIMES * used_us;

    if (took_us <= used_us + used_us / 4 + REST_SLACK_US)
        return 0;
    return rest_us < REST_MAX_US ? rest_us : REST_MAX_US;
}

#ifdef HAVE_SEM_CLOCKWAIT
static void rest(struct coder *c, uint64_t us)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    us += (uint64_t)until.tv_nsec / 1000;
    until.tv_sec += (time_t)(us / 1000000);
    until.tv_nsec = (long)(us % 1000000) * 1000;
    (void)sem_clockwait(&c->rest, CLOCK_MONOTONIC, &until);
}
#else
/* Musl knows the wall clock alone, which may be set: so it looks now and then.
 */
static void rest(struct coder *c, uint64_t us)
{
    const uint64_t until_us = clock_mono_us() + us;
    const struct timespec moment = { 0, REST_LOOK_NS };

    while (sem_trywait(&c->rest) != 0 && clock_mono_us() < until_us)
        nanosleep(&moment, NULL);
}
#endif

static void *run(void *arg)
{
    struct coder *c = arg;
    const uint64_t one = 1;

    bool back = c->back && stand_back();
    for (;;) {
        while (sem_wait(&c->given) != 0)
            ;
        if (atomic_load(&c->stop))
            return NULL;
        CHECK(atomic_load(&c->slot) == SLOT_GIVEN);
        uint64_t began_us = clock_mono_us(), used_us = clock_thread_us();
        if (c->task.coding == CODING_IDENTITY)
            read_slice(c);
        else
            encode(&c->task, &c->stop);
        atomic_store(&c->slot, SLOT_DONE);
        ssize_t sent = write(c->fd, &one, sizeof one);
        CHECK(sent == sizeof one);
        uint64_t rest_us = back ? 0
                                : coder_rest_us(clock_mono_us() - began_us,
                                                clock_thread_us() - used_us);
        if (rest_us)
            rest(c, rest_us);
    }
}

struct coder *coder_new(bool back, int *error)
{
    struct coder *c = calloc(1, sizeof *c);
    sigset_t all, old;

    CHECK(c != NULL);
    c->back = back;
    c->idle = true;
    c->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    *error = c->fd < 0 ? -errno : 0;
    CHECK(sem_init(&c->given, 0, 0) == 0 && sem_init(&c->rest, 0, 0) == 0);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old); /* signals are for the loop */
    if (!*error)
        *error = -pthread_create(&c->thread, NULL, run, c);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (!*error)
        return c;
    if (c->fd >= 0)
        close(c->fd);
    sem_destroy(&c->given);
    sem_destroy(&c->rest);
    free(c);
    return NULL;
}

void coder_free(struct coder *c)
{
    if (!c)
        return;
    atomic_store(&c->stop, true);
    sem_post(&c->given);
    sem_post(&c->rest);
    pthread_join(c->thread, NULL);
    if (c->slot == SLOT_DONE)
        free(c->task.out);
    sem_destroy(&c->given);
    sem_destroy(&c->rest);
    close(c->fd);
    free(c->slice);
    free(c);
}

void coder_rest(struct coder *c)
{
    if (!c->idle)
        return;
    free(c->slice);
    c->slice = NULL;
}

int coder_fd(const struct coder *c)
{
    return c->fd;
}

bool coder_idle(const struct coder *c)
{
    return c->idle;
}

struct item *coder_has(const struct coder *c)
{
    return c && !c->idle ? c->task.whose : NULL;
}

void coder_give(struct coder *c, const struct coder_task *task)
{
    CHECK(c->idle);
    c->idle = false;
    c->task = *task;
    atomic_store(&c->slot, SLOT_GIVEN);
    sem_post(&c->given);
}

bool coder_take(struct coder *c, struct coder_task *task)
{
    uint64_t count;
    bool done;

    if (read(c->fd, &count, sizeof count) != sizeof count)
        return false;
    done = atomic_load(&c->slot) == SLOT_DONE;
    if (done) {
        *task = c->task;
        atomic_store(&c->slot, SLOT_EMPTY);
    }
    c->idle = done || c->idle;
    return done;
}
