/* SPDX-License-Identifier: MIT
 *
 * preparer: the process: one loop over channels, files to read and the coder.
 * Layer: prepare.  Each turn takes what has arrived, does one slice of one
 * file, gives the coder its next task, and sends what can be sent; so nobody's
 * large file is in the way of somebody else's small one.
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
#include "os/channel.h"
#include "os/log.h"
#include "prepare/ask.h"
#include "prepare/coder.h"
#include "prepare/digest.h"
#include "prepare/job.h"
#include "prepare/magic.h"
#include "prepare/memo.h"
#include "prepare/peer.h"

#define MEMO_MAX 65536
#define MEMO_MIN 256
#define ASKS_A_TURN 16
#define JOBS_MAX 4096
#define EVENTS_MAX 32
#define REST_TURN 8 /* every so many turns large files come first */
#define TICK_MIN_NS INT64_C(20000000)

struct preparer {
    int epoll, control;
    bool master_gone;
    struct reading_tools tools;
    struct slabs slabs;
    struct job_limits limits;
    struct memo memo;
    struct coder *coder;
    struct item *encoding; /* with the coder; NULL: none */
    struct list peers;
    struct list fresh, rest; /* items to read: first slice, the others */
    struct list coding[CODING_COUNT]; /* items whose next coding this is */
    size_t jobs, jobs_max;            /* items with open files */
    uint64_t turn;
    struct {
        uint64_t asks, joined, read;
    } count;
};

/* -- life of items ----------------------------------------------------------
 */

static void end_item(struct preparer *p, struct item *it)
{
    if (it->in_memo || it->in_coder || !list_empty(&it->waiters))
        return;
    p->jobs -= it->work != NULL;
    item_free(&p->tools, it);
}

static void forgotten(void *arg, struct item *it)
{
    end_item(arg, it);
}

/* Nobody waits for it any more.  What is half read is given up; what is known
 * is remembered. */
static void orphaned(void *arg, struct item *it)
{
    struct preparer *p = arg;

    if (it->in_memo && it->work)
        memo_forget(&p->memo, it);
    else
        end_item(p, it);
}

static void slab_dropped(void *arg, uint64_t id)
{
    struct preparer *p = arg;

    for (struct list *at = p->peers.next; at != &p->peers; at = at->next)
        peer_drop_slab(LIST_ENTRY(at, struct peer, node), id);
}

/* -- asks -------------------------------------------------------------------
 */

static void close_all(const int *fds, size_t n)
{
    while (n > 0)
        close(fds[--n]);
}

static void take_ask(struct preparer *p, struct peer *peer,
                     const struct prepare_ask *ask, const int *fds,
                     size_t n_fds)
{
    struct item_key key;

    item_key_of(ask, &key);
    struct item *it = memo_find(&p->memo, &key);
    p->count.asks++;
    if (it && item_usable(it, &p->tools)) {
        p->count.joined++;
        close_all(fds, n_fds);
        peer_wait(peer, it, ask->seq);
        return;
    }
    struct item *fresh = item_new(ask, fds);
    if (it) {
        item_inherit(fresh, it);
        memo_forget(&p->memo, it);
    }
    p->jobs++;
    p->count.read++;
    list_append(&p->fresh, &fresh->queue);
    peer_wait(peer, fresh, ask->seq);
    memo_put(&p->memo, fresh);
}

/* Whatever is wrong with a message, the channel is not trusted any further. */
static void read_asks(struct preparer *p, struct peer *peer)
{
    struct prepare_ask ask;
    char message[sizeof ask];
    int fds[CHANNEL_FDS_MAX];

    for (int i = 0; i < ASKS_A_TURN && p->jobs < p->jobs_max; i++) {
        size_t n_fds = CHANNEL_FDS_MAX;
        ssize_t n =
            channel_take(peer->fd, message, sizeof message, fds, &n_fds);
        if (n == -EAGAIN)
            return;
        if (n == 0 || n == -ECONNRESET) {
            peer->dead = true;
            return;
        }
        enum ask_fault fault =
            n < 0 ? ASK_SIZE : ask_check(message, (size_t)n, n_fds, &ask);
        if (fault != ASK_OK) {
            log_warn("P021", "a worker's message: %s; its channel is closed",
                     ask_fault_text(fault));
            if (n > 0)
                close_all(fds, n_fds);
            peer->dead = true;
            return;
        }
        take_ask(p, peer, &ask, fds, n_fds);
    }
}

/* -- reading ----------------------------------------------------------------
 */

static void queue_codings(struct preparer *p, struct item *it, enum coding from)
{
    enum coding c = item_to_make(it, from);

    if (c != CODING_COUNT)
        list_append(&p->coding[c], &it->queue);
}

static void facts_done(struct preparer *p, struct item *it)
{
    const struct file_version *found = &it->parts[CODING_IDENTITY].version;

    if (!file_version_eq(found, &it->key.version))
        memo_rename(&p->memo, it, found);
}

static struct item *next_to_read(struct preparer *p)
{
    bool rest = list_empty(&p->fresh) ||
                (p->turn % REST_TURN == 0 && !list_empty(&p->rest));
    struct list *from = rest ? &p->rest : &p->fresh;

    p->turn++;
    if (list_empty(from))
        return NULL;
    struct item *it = LIST_ENTRY(from->next, struct item, queue);
    list_remove(&it->queue);
    return it;
}

static void read_slice(struct preparer *p)
{
    struct item *it = next_to_read(p);
    enum coding part;

    if (!it)
        return;
    bool begun = it->state != ITEM_FRESH;
    enum job_event event = job_step(&p->tools, &p->limits, it, &part);
    if (!it->work)
        p->jobs--;
    if (event == JOB_AGAIN && begun) /* one large file after the other */
        list_prepend(&p->rest, &it->queue);
    else if (it->work)
        list_append(&p->rest, &it->queue);
    else if (event != JOB_FAILED)
        queue_codings(p, it, CODING_IDENTITY);
    if (event == JOB_AGAIN)
        return;
    peer_tell(it, part);
    if (event == JOB_FACTS)
        facts_done(p, it);
    else if (event == JOB_FAILED)
        memo_forget(&p->memo, it);
}

/* -- codings ----------------------------------------------------------------
 */

static void give_up_codings(struct item *it)
{
    for (enum coding c = CODING_IDENTITY;
         (c = item_to_make(it, c)) != CODING_COUNT;) {
        it->parts[c].state = PART_LOST;
        peer_tell(it, c);
    }
}

static void give_task(struct preparer *p, struct item *it, enum coding c)
{
    const struct part *own = &it->parts[CODING_IDENTITY];
    struct slab *slab = slabs_find(&p->slabs, own->slab);

    if (!slab) { /* dropped while it waited */
        give_up_codings(it);
        end_item(p, it);
        return;
    }
    slab_pin(slab);
    it->in_coder = true;
    p->encoding = it;
    coder_give(p->coder, &(struct coder_task){ .whose = it,
                                               .coding = c,
                                               .p = slab->p + own->offset,
                                               .n = (size_t)own->bytes,
                                               .text = it->text });
}

/* gzip of all files goes before zstd of any: it is ready so much sooner. */
static void feed_coder(struct preparer *p)
{
    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        while (coder_idle(p->coder) && !list_empty(&p->coding[c])) {
            struct item *it = LIST_ENTRY(p->coding[c].next, struct item, queue);
            list_remove(&it->queue);
            give_task(p, it, (enum coding)c);
        }
    }
}

static void store_coding(struct preparer *p, struct part *part,
                         const struct coder_task *task)
{
    size_t offset;

    if (!task->out) {
        part->state = PART_USELESS;
        return;
    }
    struct slab *slab = slabs_reserve(&p->slabs, task->out_n, &offset);
    if (!slab) {
        part->state = PART_LOST;
        return;
    }
    memcpy(slab->p + offset, task->out, task->out_n);
    slab_unpin(slab);
    part->state = PART_THERE;
    part->slab = slab->id;
    part->offset = offset;
    part->bytes = task->out_n;
    part->has_digest = true;
    memcpy(part->digest, task->digest, sizeof part->digest);
}

static void coding_done(struct preparer *p)
{
    struct coder_task task;

    if (!coder_take(p->coder, &task))
        return;
    struct item *it = task.whose;
    struct part *own = &it->parts[CODING_IDENTITY];
    struct part *part = &it->parts[task.coding];
    struct slab *source = slabs_find(&p->slabs, own->slab);
    CHECK(source != NULL); /* pinned */
    part->version = own->version;
    store_coding(p, part, &task);
    slab_unpin(source);
    free(task.out);
    it->in_coder = false;
    p->encoding = NULL;
    peer_tell(it, task.coding);
    queue_codings(p, it, task.coding);
    end_item(p, it);
}

/* -- channels ---------------------------------------------------------------
 */

static void arm(struct preparer *p, int op, int fd, unsigned events, void *who)
{
    struct epoll_event e = { .events = events, .data.ptr = who };

    CHECK(epoll_ctl(p->epoll, op, fd, &e) == 0);
}

static void peer_arm(struct preparer *p, struct peer *peer)
{
    unsigned want = (peer->n_ready < PEER_READY_MAX ? EPOLLIN : 0u) |
                    (peer_has_output(peer) ? EPOLLOUT : 0u);

    if (peer->dead || want == peer->armed)
        return;
    arm(p, EPOLL_CTL_MOD, peer->fd, want, peer);
    peer->armed = want;
}

static void new_peer(struct preparer *p, int fd)
{
    struct peer *peer = peer_new(fd);

    peer->armed = EPOLLIN;
    list_append(&p->peers, &peer->node);
    arm(p, EPOLL_CTL_ADD, fd, EPOLLIN, peer);
}

static void read_control(struct preparer *p)
{
    char byte;
    int fds[CHANNEL_FDS_MAX];
    size_t n_fds = CHANNEL_FDS_MAX;
    ssize_t n = channel_take(p->control, &byte, 1, fds, &n_fds);

    if (n == -EAGAIN)
        return;
    if (n == 1 && n_fds == 1) {
        new_peer(p, fds[0]);
        return;
    }
    if (n > 0) {
        log_warn("P022", "master's message without one descriptor");
        close_all(fds, n_fds);
        return;
    }
    p->master_gone = true;
    arm(p, EPOLL_CTL_DEL, p->control, 0, NULL);
}

static void peer_event(struct preparer *p, struct peer *peer, unsigned events)
{
    if (events & (EPOLLHUP | EPOLLERR))
        peer->dead = true;
    else if (events & EPOLLIN)
        read_asks(p, peer);
}

static void flush_and_reap(struct preparer *p)
{
    for (struct list *at = p->peers.next; at != &p->peers;) {
        struct peer *peer = LIST_ENTRY(at, struct peer, node);
        at = at->next;
        peer_flush(peer, &p->slabs, orphaned, p);
        peer_arm(p, peer);
        if (peer->dead)
            peer_free(peer, orphaned, p);
    }
}

/* -- the process ------------------------------------------------------------
 */

static void turn(struct preparer *p)
{
    struct epoll_event events[EVENTS_MAX];
    bool busy = !list_empty(&p->fresh) || !list_empty(&p->rest);
    int n = epoll_wait(p->epoll, events, EVENTS_MAX, busy ? 0 : -1);

    CHECK(n >= 0 || errno == EINTR);
    for (int i = 0; i < n; i++) {
        void *who = events[i].data.ptr;
        if (who == &p->control)
            read_control(p);
        else if (who == &p->coder)
            coding_done(p);
        else
            peer_event(p, who, events[i].events);
    }
    read_slice(p);
    if (p->coder)
        feed_coder(p);
    flush_and_reap(p);
}

/* Each job holds up to four files, each slab one descriptor. */
static size_t jobs_that_fit(const struct slabs *slabs)
{
    struct rlimit r;
    size_t other = slabs_count_max(slabs) + 128;
    size_t limit = 1024;

    if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < (1u << 20))
        limit = (size_t)r.rlim_cur;
    size_t jobs = limit > other ? (limit - other) / CHANNEL_FDS_MAX : 0;
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
    return c->files < MEMO_MIN   ? MEMO_MIN
           : c->files > MEMO_MAX ? MEMO_MAX
                                 : c->files;
}

static void init(struct preparer *p, const struct conf_prepare *c, int control)
{
    memset(p, 0, sizeof *p);
    p->control = control;
    list_init(&p->peers);
    list_init(&p->fresh);
    list_init(&p->rest);
    for (unsigned i = 0; i < CODING_COUNT; i++)
        list_init(&p->coding[i]);
    slabs_start(&p->slabs, c->memory_bytes, slab_dropped, p);
    memo_start(&p->memo, memo_size(c), forgotten, p);
    p->tools.slabs = &p->slabs;
    p->tools.limits = (struct reading_limits){ c->memory_file_bytes,
                                               c->digest_bytes, tick_ns() };
    p->tools.scratch = malloc(READING_SLICE_BYTES);
    CHECK(p->tools.scratch != NULL);
    p->limits = (struct job_limits){ c->compress, c->compress_min_bytes,
                                     c->compress_max_bytes };
    p->jobs_max = jobs_that_fit(&p->slabs);
    p->epoll = epoll_create1(EPOLL_CLOEXEC);
    CHECK(p->epoll >= 0);
    arm(p, EPOLL_CTL_ADD, control, EPOLLIN, &p->control);
}

static void start_coder(struct preparer *p)
{
    if (p->limits.compress)
        p->coder = coder_new();
    if (p->coder)
        arm(p, EPOLL_CTL_ADD, coder_fd(p->coder), EPOLLIN, &p->coder);
    else
        p->limits.compress = false;
}

static void stop(struct preparer *p)
{
    coder_free(p->coder); /* first: it reads from a slab */
    memo_stop(&p->memo);
    if (p->encoding) {
        p->encoding->in_coder = false;
        end_item(p, p->encoding);
    }
    slabs_stop(&p->slabs);
    free(p->tools.scratch);
    close(p->epoll);
    magic_stop();
    digest_unload();
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

int preparer_run(const struct conf *conf, int control)
{
    struct preparer p;

    log_role("preparer");
    check_role("preparer");
    ignore_signals();
    int error = digest_load();
    if (error) {
        log_error("P001", "libcrypto has no SHA-256");
        return 1;
    }
    magic_start();
    init(&p, &conf->prepare, control);
    error = preparer_confine();
    if (error) {
        log_error("P002", "cannot give up rights: %s", strerror(-error));
        return 1;
    }
    start_coder(&p);
    while (!p.master_gone || !list_empty(&p.peers))
        turn(&p);
    log_debug("P003", "bye: asks=%llu joined=%llu read=%llu",
              (unsigned long long)p.count.asks,
              (unsigned long long)p.count.joined,
              (unsigned long long)p.count.read);
    stop(&p);
    return 0;
}
