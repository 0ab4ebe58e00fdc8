/* SPDX-License-Identifier: MIT
 *
 * packing: children that take the next number until there is none.
 * Layer: tool.
 */
#include "tool/packing.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "os/shm.h"

#define LOOK_MS 100

struct table {
    atomic_size_t next, done;
    atomic_bool stop;
};

static struct table *table; /* for the signal's sake */

static void ask_to_stop(int number)
{
    (void)number;
    if (table)
        atomic_store(&table->stop, true);
}

static void catch (void (*with)(int))
{
    struct sigaction how = { .sa_handler = with };

    sigaction(SIGINT, &how, NULL);
    sigaction(SIGTERM, &how, NULL);
}

static _Noreturn void work(const struct beside *how, char *const *below,
                           size_t n, struct beside_outcome *out, pid_t parent)
{
    size_t i;

    catch (SIG_IGN); /* the parent tells; a terminal tells all of us */
    while (!atomic_load(how->stop) && getppid() == parent &&
           (i = atomic_fetch_add(&table->next, 1)) < n) {
        beside_file(how, below[i], &out[i]);
        atomic_fetch_add(&table->done, 1);
    }
    _exit(0);
}

/* The end of the pipe comes when the last child has gone. */
static void wait_for_all(int end, size_t n, void (*told)(size_t, size_t))
{
    struct pollfd p = { end, POLLIN, 0 };

    while (poll(&p, 1, LOOK_MS) <= 0)
        told(atomic_load(&table->done), n);
    while (wait(NULL) > 0 || errno == EINTR)
        ;
    told(atomic_load(&table->done), n);
}

int packing_run(const struct beside *how, char *const *below, size_t n,
                unsigned processes, struct beside_outcome *out,
                void (*told)(size_t done, size_t n))
{
    struct beside mine = *how;
    pid_t parent = getpid(), pid = 0;
    int ends[2], error = 0;

    table = shm_new(sizeof *table);
    if (!table)
        return -ENOMEM;
    mine.stop = &table->stop;
    if (pipe(ends) != 0) {
        error = -errno;
        shm_free(table, sizeof *table);
        return error;
    }
    fflush(NULL); /* nothing is to be written twice */
    catch (ask_to_stop);
    for (unsigned i = 0; i < processes && i < n && pid >= 0; i++) {
        pid = fork();
        if (pid == 0)
            work(&mine, below, n, out, parent);
        if (pid < 0 && i == 0)
            error = -errno;
    }
    close(ends[1]);
    if (!error)
        wait_for_all(ends[0], n, told);
    close(ends[0]);
    catch (SIG_DFL);
    if (!error && atomic_load(&table->stop))
        error = -EINTR;
    shm_free(table, sizeof *table);
    table = NULL;
    return error;
}
