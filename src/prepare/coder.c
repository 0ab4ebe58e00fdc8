/* SPDX-License-Identifier: MIT
 *
 * coder: a mutex, a condition, one slot, and an eventfd for the way back.
 * Layer: prepare.
 */
#include "prepare/coder.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/check.h"
#include "prepare/compress.h"

enum slot { SLOT_EMPTY, SLOT_GIVEN, SLOT_DONE };

struct coder {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t given;
    int fd;
    enum slot slot; /* under lock, as is the task */
    struct coder_task task;
    atomic_bool stop;
    bool idle; /* the loop's own knowledge */
};

static void work(struct coder_task *t, const atomic_bool *stop)
{
    size_t cap = compress_room(t->n);

    t->out = cap ? malloc(cap) : NULL;
    t->out_n = 0;
    if (!t->out)
        return;
    t->out_n =
        compress_bytes(t->coding, t->p, t->n, t->text, t->out, cap, stop);
    if (t->out_n == 0) {
        free(t->out);
        t->out = NULL;
        return;
    }
    digest_of(t->out, t->out_n, t->digest);
}

/* Both are of this thread alone on Linux.  An idle task makes way at once for
 * whoever wakes up; a nice one keeps the processor for its slice. */
static void lowest_priority(void)
{
    const struct sched_param none = { 0 };

    setpriority(PRIO_PROCESS, 0, 19);
    (void)sched_setscheduler(0, SCHED_IDLE, &none);
}

static void *run(void *arg)
{
    struct coder *c = arg;
    const uint64_t one = 1;

    lowest_priority();
    pthread_mutex_lock(&c->lock);
    while (!atomic_load(&c->stop)) {
        if (c->slot != SLOT_GIVEN) {
            pthread_cond_wait(&c->given, &c->lock);
            continue;
        }
        struct coder_task task = c->task;
        pthread_mutex_unlock(&c->lock);
        work(&task, &c->stop);
        pthread_mutex_lock(&c->lock);
        c->task = task;
        c->slot = SLOT_DONE;
        ssize_t sent = write(c->fd, &one, sizeof one);
        CHECK(sent == sizeof one);
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

struct coder *coder_new(void)
{
    struct coder *c = calloc(1, sizeof *c);
    sigset_t all, old;

    CHECK(c != NULL);
    c->idle = true;
    c->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->given, NULL);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old); /* signals are for the loop */
    int error = c->fd < 0 ? -1 : pthread_create(&c->thread, NULL, run, c);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (!error)
        return c;
    if (c->fd >= 0)
        close(c->fd);
    free(c);
    return NULL;
}

void coder_free(struct coder *c)
{
    if (!c)
        return;
    pthread_mutex_lock(&c->lock);
    atomic_store(&c->stop, true);
    pthread_cond_signal(&c->given);
    pthread_mutex_unlock(&c->lock);
    pthread_join(c->thread, NULL);
    if (c->slot == SLOT_DONE)
        free(c->task.out);
    pthread_cond_destroy(&c->given);
    pthread_mutex_destroy(&c->lock);
    close(c->fd);
    free(c);
}

int coder_fd(const struct coder *c)
{
    return c->fd;
}

bool coder_idle(const struct coder *c)
{
    return c->idle;
}

void coder_give(struct coder *c, const struct coder_task *task)
{
    CHECK(c->idle);
    c->idle = false;
    pthread_mutex_lock(&c->lock);
    c->task = *task;
    c->slot = SLOT_GIVEN;
    pthread_cond_signal(&c->given);
    pthread_mutex_unlock(&c->lock);
}

bool coder_take(struct coder *c, struct coder_task *task)
{
    uint64_t count;
    bool done;

    if (read(c->fd, &count, sizeof count) != sizeof count)
        return false;
    pthread_mutex_lock(&c->lock);
    done = c->slot == SLOT_DONE;
    if (done) {
        *task = c->task;
        c->slot = SLOT_EMPTY;
    }
    pthread_mutex_unlock(&c->lock);
    c->idle = done || c->idle;
    return done;
}
