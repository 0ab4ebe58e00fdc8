/* SPDX-License-Identifier: MIT
 *
 * upgrade: fork, exec of this program's file, and one word when it serves.
 * Layer: master.
 */
#include "master/upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "master/asked.h"
#include "master/moves.h"
#include "master/opening.h"
#include "master/releases.h"
#include "master/master_state.h"
#include "os/channel.h"
#include "os/clock.h"
#include "os/log.h"
#include "os/notify.h"
#include "os/poll.h"
#include "os/signals.h"
#include "serve/moving.h"

#define START_US 30000000u /* until one that says nothing is ended */
#define GONE " (deleted)"
#define WORD_READY 'r' /* the old one ends with what it has */
#define WORD_TAKES 'R' /* or hands it over: + the addresses that are served */

/* Its place: the file may have been replaced since it was begun, which /proc
 * tells by a word after the name. */
static void find_program(struct master *m)
{
    ssize_t n = readlink("/proc/self/exe", m->program, sizeof m->program - 1);
    size_t word = sizeof GONE - 1;

    if (n <= 0)
        return;
    m->program[n] = '\0';
    if ((size_t)n > word && strcmp(m->program + n - word, GONE) == 0)
        m->program[(size_t)n - word] = '\0';
}

void upgrade_begin(struct master *m, char *const *argv)
{
    find_program(m);
    m->argv = argv;
    m->awaited = m->inherit.upgrade >= 0;
    m->upgrade.channel = -1;
}

static void pass_sockets(const struct generation *g, struct inherit *next)
{
    size_t n = g->conf->n_listen;
    struct inherited *s = next->socket;

    CHECK(n <= INHERIT_MAX); /* hindered() has looked */
    for (size_t i = 0; i < n; i++) {
        const char *text = g->conf->listen[i].text;
        size_t bytes = strlen(text);
        s[i].fd = g->listener[i];
        memcpy(s[i].name, text,
               bytes < INHERIT_TEXT ? bytes : INHERIT_TEXT - 1);
    }
    for (unsigned i = 0; i < SIDES; i++) {
        const char *name = opening_side_name(i);
        if (g->side[i].listener < 0 || n == INHERIT_MAX)
            continue;
        s[n].fd = g->side[i].listener;
        memcpy(s[n++].name, name, strlen(name) + 1);
    }
    next->n = n;
}

/* Those that still finish: the one that is passed last may go short. */
static void pass_before(const struct inherit *own, struct inherit *next)
{
    if (own->upgrade >= 0)
        next->before[next->n_before++] = own->upgrade;
    for (size_t i = 0; i < own->n_before && next->n_before < INHERIT_BEFORE;
         i++)
        next->before[next->n_before++] = own->before[i];
}

static _Noreturn void run(struct master *m, int channel)
{
    static struct inherit next;

    pass_sockets(m->current, &next);
    next.activated = m->inherit.activated;
    next.upgrade = channel;
    pass_before(&m->inherit, &next);
    memcpy(next.memory, m->memory, sizeof next.memory);
    memcpy(next.pair, m->moving, sizeof next.pair);
    next.layout = moving_layout();
    inherit_pass(&next);
    releases_pass(m->current);
    signals_pass();
    execv(m->program, m->argv);
    log_error("M104", "%s: %s", m->program, strerror(errno));
    _exit(1);
}

/* Why there can be none, or NULL. */
static const char *hindered(const struct master *m)
{
    if (!m->current || m->ending || m->leave.on)
        return "etagd is starting or ending";
    if (!m->program[0])
        return "the program's file is not known (no /proc)";
    if (m->current->conf->n_listen > INHERIT_MAX)
        return "more listen lines than can be handed over";
    return NULL;
}

void upgrade_start(struct master *m)
{
    const char *why = hindered(m);
    int pair[2];

    if (why) {
        log_warn("M105", "no upgrade now: %s", why);
        return;
    }
    if (channel_pair(pair) < 0)
        return;
    pid_t pid = fork();
    if (pid == 0)
        run(m, pair[1]);
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        log_error("M106", "upgrade: %s", strerror(errno));
        return;
    }
    log_info("M107", "upgrade: started %s as pid %d", m->program, (int)pid);
    CHECK(m->upgrade.pid == 0 && m->upgrade.channel < 0);
    m->upgrade.called_off = false;
    m->upgrade.pid = pid;
    m->upgrade.channel = pair[0];
    m->upgrade.until_us = clock_mono_us() + START_US;
    poll_add_level(m->poll, pair[0], &m->upgrade_tag);
}

static void forget(struct master *m)
{
    if (m->upgrade.channel >= 0) {
        poll_remove(m->poll, m->upgrade.channel);
        close(m->upgrade.channel);
    }
    m->upgrade.channel = -1;
}

/* The new one may have opened its logs just before they were rotated, and what
 * was asked for here meanwhile is its business. */
static void pass_on(struct master *m)
{
    kill(m->upgrade.pid, SIGUSR1);
    asked_pass_on(m, m->upgrade.pid);
}

static void end_next(const struct master *m, int signal)
{
    log_info("M112", "upgrade: pid %d ends as well", (int)m->upgrade.pid);
    kill(m->upgrade.pid, signal);
}

void upgrade_cancel(struct master *m, int signal)
{
    if (!m->upgrade.pid || m->upgrade.replaced)
        return;
    end_next(m, signal);
    forget(m); /* should it serve by now: not any more */
}

/* What it has taken by now it finishes, hence QUIT; and it may have shut the
 * sockets by its end, which only what it has said tells. */
void upgrade_call_off(struct master *m)
{
    if (!m->upgrade.pid || m->upgrade.replaced)
        return;
    end_next(m, SIGQUIT);
    m->upgrade.called_off = true;
}

/* Nobody takes any more: what is left here, and in those before, is kept. */
static void keep(struct master *m)
{
    m->upgrade.n_takes = 0;
    upgrade_alone(m);
    EACH_GENERATION (at, m)
        moves_end(generation_at(at));
}

/* Which connections it takes, if that is what it says. */
static bool takes(struct upgrade *u, const char *message, size_t n)
{
    if (message[0] != WORD_TAKES || (n - 1) % sizeof u->takes[0] != 0)
        return false;
    memcpy(u->takes, message + 1, n - 1);
    u->n_takes = (n - 1) / sizeof u->takes[0];
    return true;
}

/* Other addresses of the new one, or of the one after that. */
static void go_on(struct master *m, const char *message, ssize_t n)
{
    struct upgrade *u = &m->upgrade;

    if (n <= 0 || !takes(u, message, (size_t)n)) {
        forget(m);
        keep(m);
        return;
    }
    EACH_GENERATION (at, m)
        moves_away(generation_at(at), u->takes, u->n_takes);
}

bool upgrade_message(struct master *m)
{
    char message[1 + sizeof m->upgrade.takes];

    CHECK(m->upgrade.channel >= 0);
    ssize_t n =
        channel_take(m->upgrade.channel, message, sizeof message, NULL, NULL);

    if (n == -EAGAIN)
        return false;
    if (m->upgrade.replaced) {
        go_on(m, message, n);
        return false;
    }
    if (n <= 0 || !takes(&m->upgrade, message, (size_t)n))
        forget(m); /* without a word its end follows by SIGCHLD */
    if (n <= 0 || (message[0] != WORD_READY && message[0] != WORD_TAKES))
        return false;
    log_info("M108", "pid %d serves now; finishing what is under way here",
             (int)m->upgrade.pid);
    notify_send("MAINPID=%d", (int)m->upgrade.pid);
    m->upgrade.replaced = true;
    pass_on(m);
    return true;
}

/* It was told to end just after it had said that it serves, which has not been
 * heard here: the sockets are shut, so this one can't go on.  (One that was
 * killed has shut none.) */
static bool has_served(struct master *m, int status)
{
    char message[1 + sizeof m->upgrade.takes];

    return m->upgrade.channel >= 0 && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0 &&
           channel_take(m->upgrade.channel, message, sizeof message, NULL,
                        NULL) > 0;
}

bool upgrade_reap(struct master *m, pid_t pid, int status)
{
    if (pid != m->upgrade.pid || pid == 0)
        return false;
    if (!m->upgrade.replaced && !m->ending && has_served(m, status)) {
        log_info("M159", "pid %d served and has ended: this one ends as well",
                 (int)pid);
        m->upgrade.replaced = true;
    }
    m->upgrade.pid = 0;
    if (m->upgrade.replaced && m->ending)
        return true; /* the one after it may take what is left here */
    forget(m);
    if (m->upgrade.replaced || m->ending)
        return true;
    m->upgrade.failed = true;
    if (m->upgrade.called_off)
        return true;
    log_error("M109",
              "upgrade: pid %d did not come up (%s %d); this one goes on",
              (int)pid, WIFSIGNALED(status) ? "signal" : "status",
              WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    return true;
}

bool upgrade_ends(const struct master *m)
{
    return m->ending && m->upgrade.pid && !m->upgrade.replaced;
}

int upgrade_turn(struct master *m)
{
    uint64_t now = clock_mono_us();

    if (!m->upgrade.pid || m->upgrade.replaced)
        return -1;
    if (now < m->upgrade.until_us)
        return (int)((m->upgrade.until_us - now) / 1000) + 1;
    kill(m->upgrade.pid, SIGKILL);
    m->upgrade.until_us = now + START_US;
    return -1;
}

static void tell(const struct inherit *in, const char *message, size_t n)
{
    if (in->upgrade >= 0)
        (void)channel_send(in->upgrade, message, n, NULL, 0);
    for (size_t i = 0; i < in->n_before; i++)
        (void)channel_send(in->before[i], message, n, NULL, 0);
}

void upgrade_serves(struct master *m)
{
    uint64_t address[LISTEN_MAX];
    char message[1 + sizeof address] = { WORD_TAKES };
    size_t n = moves_addresses(m->current->conf, address, LISTEN_MAX);

    if (m->inherit.upgrade < 0)
        return;
    n *= sizeof address[0];
    memcpy(message + 1, address, n);
    tell(&m->inherit, message, 1 + n);
}

void upgrade_ready(struct master *m)
{
    const char word = WORD_READY;

    m->awaited = false;
    if (m->takes_moves) {
        upgrade_serves(m);
        return;
    }
    if (m->inherit.upgrade >= 0)
        (void)channel_send(m->inherit.upgrade, &word, 1, NULL, 0);
    upgrade_alone(m);
}

void upgrade_alone(struct master *m)
{
    struct inherit *in = &m->inherit;

    if (in->upgrade >= 0)
        close(in->upgrade);
    in->upgrade = -1;
    while (in->n_before > 0)
        close(in->before[--in->n_before]);
}
