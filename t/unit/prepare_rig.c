/* SPDX-License-Identifier: MIT
 *
 * rig: see prepare_rig.h.
 */
#include "config.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "http/accept.h"
#include "os/channel.h"
#include "os/log.h"
#include "prepare/preparer.h"
#include "prepare_rig.h"

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

#define DEADLINE_MS 60000

static const char *const suffixes[CODING_COUNT] = { "", ".gz", ".zst", ".br" };

void rig_init(struct rig *r)
{
    memset(r, 0, sizeof *r);
    r->make = PREPARE_CODINGS;
    r->conf.prepare = (struct conf_prepare){ .memory_file_bytes = 2 << 20,
                                             .memory_bytes = 32 << 20,
                                             .files = 1024,
                                             .digest_bytes = 16 << 20,
                                             .compress = true,
                                             .compress_min_bytes = 256,
                                             .compress_max_bytes = 1 << 20 };
    snprintf(r->dir, sizeof r->dir, "/tmp/etagd-prepare-XXXXXX");
    assert_non_null(mkdtemp(r->dir));
    r->dir_fd = open(r->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(r->dir_fd >= 0);
}

static void child(struct rig *r, int control)
{
    int status;

    close(r->control);
    log_threshold(LOG_ERROR_);
    status = preparer_run(&r->conf, control, NULL);
#ifdef __SANITIZE_ADDRESS__
    if (__lsan_do_recoverable_leak_check() != 0)
        status = 99;
#endif
#ifdef ETAGD_COVERAGE
    extern void __gcov_dump(void);
    __gcov_dump();
#endif
    _exit(status);
}

void rig_start(struct rig *r)
{
    int pair[2], ends[2];

    assert_int_equal(channel_pair(pair), 0);
    r->control = pair[0];
    r->pid = fork();
    assert_true(r->pid >= 0);
    if (r->pid == 0)
        child(r, pair[1]);
    close(pair[1]);
    for (int i = 0; i < RIG_WORKERS; i++) {
        assert_int_equal(channel_pair(ends), 0);
        assert_int_equal(channel_send(r->control, "w", 1, &ends[1], 1), 0);
        close(ends[1]);
        r->channel[i] = ends[0];
        r->client[i] = client_new(ends[0]);
    }
}

void rig_stop(struct rig *r, int killed)
{
    char command[128];
    int status;

    close(r->control);
    for (int i = 0; i < RIG_WORKERS; i++) {
        client_free(r->client[i]);
        close(r->channel[i]);
    }
    assert_int_equal(waitpid(r->pid, &status, 0), r->pid);
    if (killed)
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == killed);
    else
        assert_int_equal(status, 0);
    close(r->dir_fd);
    snprintf(command, sizeof command, "rm -r %s", r->dir);
    assert_int_equal(system(command), 0);
}

void rig_pause(struct rig *r, bool stop)
{
    int status;

    assert_int_equal(kill(r->pid, stop ? SIGSTOP : SIGCONT), 0);
    if (stop) {
        assert_int_equal(waitpid(r->pid, &status, WUNTRACED), r->pid);
        assert_true(WIFSTOPPED(status));
    }
}

int rig_write(struct rig *r, const char *name, const void *p, size_t n)
{
    int fd =
        openat(r->dir_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, p, n), (ssize_t)n);
    close(fd);
    return 0;
}

int rig_write_str(struct rig *r, const char *name, const char *s)
{
    return rig_write(r, name, s, strlen(s));
}

static int64_t nanoseconds(struct timespec t)
{
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void rig_touch(struct rig *r, const char *name, int64_t ahead_ns)
{
    struct timespec now, both[2];

    clock_gettime(CLOCK_REALTIME, &now);
    int64_t t = nanoseconds(now) + ahead_ns;
    both[0] = both[1] =
        (struct timespec){ t / 1000000000, (long)(t % 1000000000) };
    assert_int_equal(utimensat(r->dir_fd, name, both, 0), 0);
}

void rig_age(struct rig *r, const char *name)
{
    struct timespec now;
    struct stat st;

    assert_int_equal(fstatat(r->dir_fd, name, &st, 0), 0);
    int64_t last = nanoseconds(st.st_ctim);
    if (nanoseconds(st.st_mtim) > last)
        last = nanoseconds(st.st_mtim);
    for (;;) {
        clock_gettime(CLOCK_REALTIME, &now);
        int64_t left = last + 60000000 - nanoseconds(now);
        if (left <= 0)
            return;
        poll(NULL, 0, (int)(left / 1000000) + 1);
    }
}

void rig_version(int fd, struct file_version *v)
{
    struct stat st;

    assert_int_equal(fstat(fd, &st), 0);
    *v = (struct file_version){ st.st_dev, st.st_ino, (uint64_t)st.st_size,
                                nanoseconds(st.st_mtim),
                                nanoseconds(st.st_ctim) };
}

void rig_ask(struct rig *r, int worker, const char *name, uint64_t seq,
             bool codings, unsigned sidecars)
{
    struct prepare_ask ask = { .seq = seq, .sidecars = sidecars };
    int fds[CHANNEL_FDS_MAX];
    size_t n = 0;

    ask.want_codings = codings;
    ask.make = codings ? r->make : 0;
    ask.bare = r->bare;
    ask.watch = 1;
    snprintf(ask.name, sizeof ask.name, "%s", name);
    for (unsigned c = 0; c < CODING_COUNT; c++) {
        char path[300];
        if (c > 0 && !(sidecars & 1u << c))
            continue;
        snprintf(path, sizeof path, "%s%s", name, suffixes[c]);
        fds[n] = openat(r->dir_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        assert_true(fds[n] >= 0);
        rig_version(fds[n++], c == 0 ? &ask.version : &ask.sidecar_version[c]);
    }
    ask.want_bytes = ask.version.size <= r->conf.prepare.memory_file_bytes;
    assert_int_equal(
        client_ask(r->client[worker], &ask, fds, r->bare ? 0 : n), 0);
    while (n > 0)
        close(fds[--n]);
}

int rig_take(struct rig *r, int worker, struct prepare_answer *a)
{
    for (;;) {
        struct pollfd p = { r->channel[worker], POLLIN, 0 };
        int got = client_take(r->client[worker], a);
        if (got != 0)
            return got;
        if (poll(&p, 1, DEADLINE_MS) <= 0)
            fail_msg("no answer within %d ms", DEADLINE_MS);
    }
}

/* The next answer.  What is to be forgotten is told in between: when memory is
 * short on this machine, too. */
static void take_answer(struct rig *r, int worker, struct prepare_answer *a)
{
    do {
        assert_int_equal(rig_take(r, worker, a), 1);
    } while (a->kind == PREPARE_DROP);
}

void rig_facts(struct rig *r, int worker, const char *name,
               struct prepare_answer *a)
{
    static uint64_t seq = 1000;

    rig_ask(r, worker, name, ++seq, false, 0);
    take_answer(r, worker, a);
    assert_int_equal(a->seq, seq);
}

void rig_take_all(struct rig *r, int worker, uint64_t seq,
                  struct prepare_answer out[CODING_COUNT])
{
    struct prepare_answer a;

    memset(out, 0, sizeof *out * CODING_COUNT);
    do {
        take_answer(r, worker, &a);
        assert_int_equal(a.seq, seq);
        if (a.kind == PREPARE_FACTS)
            out[CODING_IDENTITY] = a;
        else
            out[a.coding] = a;
    } while (a.more);
}
