/* SPDX-License-Identifier: MIT
 *
 * console: reads a word, acts, answers at once or when the outcome is known.
 * Layer: master.  Never blocks: an answer that does not fit the socket's buffer
 * is cut.
 */
#include "master/console.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/check.h"
#include "master/asked.h"
#include "master/opening.h"
#include "master/master_state.h"
#include "master/status_report.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/log.h"
#include "os/net.h"
#include "os/poll.h"

#define ANSWER_BYTES 65536
#define COMMAND_US 5000000u /* a command is one line, sent at once */

void console_begin(struct master *m)
{
    m->console.fd = -1;
    for (size_t i = 0; i < CONSOLE_CLIENTS; i++)
        m->console.client[i].fd = -1;
}

/* replace: the name moves from the socket of the program before this one in
 * one step, so that there is no moment at which nobody listens.  A path that
 * has no room for that is refused at once, not at the first upgrade. */
static int open_socket(const char *path, bool replace)
{
    struct sockaddr_un un = { .sun_family = AF_UNIX };
    struct net_listen_options options = { .backlog = CONSOLE_CLIENTS };
    struct buf name = buf_over(un.sun_path, sizeof un.sun_path);

    buf_fmt(&name, "%s.new", path);
    if (!buf_cstr(&name))
        return -ENAMETOOLONG;
    replace = replace && file_is_socket(path); /* it may have another name */
    if (replace)
        net_remove_socket(un.sun_path);
    else
        un.sun_path[strlen(path)] = '\0';
    mode_t before = umask(0177);
    int fd = net_listen((const struct sockaddr *)&un, sizeof un, &options);
    umask(before);
    if (fd >= 0 && replace && rename(un.sun_path, path) != 0) {
        int e = errno;
        unlink(un.sun_path);
        close(fd);
        return -e;
    }
    return fd;
}

static void close_socket(struct master *m, bool remove)
{
    if (m->console.fd < 0)
        return;
    CHECK(m->console.path); /* they come and go together */
    poll_remove(m->poll, m->console.fd);
    remove = remove && net_listens_here(m->console.path);
    close(m->console.fd);
    if (remove)
        net_remove_socket(m->console.path);
    free(m->console.path);
    m->console.fd = -1;
    m->console.path = NULL;
}

void console_follow(struct master *m, const char *path, bool replace)
{
    struct console *c = &m->console;

    if (path && c->path && strcmp(path, c->path) == 0)
        return;
    close_socket(m, true);
    if (!path)
        return;
    int fd = open_socket(path, replace);
    if (fd < 0) {
        log_line(LOG_ERROR_, LOG_ON(path), "M110",
                 "control %s: %s; --reload and so on are not heard", path,
                 strerror(-fd));
        return;
    }
    CHECK(c->fd < 0 && !c->path);
    c->fd = fd;
    c->path = strdup(path);
    CHECK(c->path != NULL);
    poll_add_level(m->poll, fd, &c->fd);
}

void console_again(struct master *m)
{
    if (m->console.fd < 0)
        return;
    char *path = strdup(m->console.path);
    CHECK(path != NULL);
    close_socket(m, false);
    console_follow(m, path, file_is_socket(path));
    free(path);
}

static void end_client(struct master *m, struct console_client *c)
{
    CHECK(c->fd >= 0);
    poll_remove(m->poll, c->fd);
    close(c->fd);
    c->fd = -1;
    c->waits_for_reload = false;
}

static void answer(struct console_client *c, int status, const char *text)
{
    char number[16];
    struct buf b = buf_over(number, sizeof number);

    buf_fmt(&b, "%d\n", status);
    if (net_send(c->fd, number, b.n, true) > 0)
        (void)net_send(c->fd, text, strlen(text), false);
}

static void status(struct master *m, struct console_client *c, bool json)
{
    char *storage = malloc(ANSWER_BYTES);
    struct buf b = buf_over(storage, ANSWER_BYTES);

    CHECK(storage != NULL);
    if (json)
        status_json(m, &b);
    else
        status_text(m, &b);
    if (!buf_cstr(&b))
        answer(c, 1, "too many processes to list\n");
    else
        answer(c, 0, storage);
    free(storage);
}

bool console_waits(const struct master *m)
{
    bool waits = false;

    for (size_t i = 0; i < CONSOLE_CLIENTS; i++)
        waits = waits || m->console.client[i].waits_for_reload;
    return waits;
}

/* Faults are told to whoever asked, as well as to the log. */
void console_reload(struct master *m)
{
    char storage[16384];
    struct buf said = buf_over(storage, sizeof storage - 1);

    log_tee(&said);
    unsigned number = master_reload(m);
    log_tee(NULL);
    said.overflow = false;
    said.cap++;
    buf_cstr(&said);
    for (size_t i = 0; i < CONSOLE_CLIENTS; i++) {
        struct console_client *c = &m->console.client[i];
        if (!c->waits_for_reload)
            continue;
        c->waits_for_reload = false;
        c->generation = number;
        if (number > 0)
            continue;
        answer(c, 2, storage);
        end_client(m, c);
    }
}

void console_replaced(struct master *m)
{
    for (size_t i = 0; i < CONSOLE_CLIENTS; i++) {
        if (m->console.client[i].waits_for_reload)
            end_client(m, &m->console.client[i]);
    }
}

/* stop, finish, drain: the end of the connection tells of the end. */
static bool ends(struct master *m, struct console_client *c)
{
    static const struct {
        const char *word;
        void (*way)(struct master *);
    } ways[] = { { "stop", master_stop },
                 { "finish", master_finish },
                 { "drain", master_leave } };

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (strcmp(c->line, ways[i].word) != 0)
            continue;
        answer(c, 0, "");
        c->waits_for_end = true;
        ways[i].way(m);
        return true;
    }
    return false;
}

static void act(struct master *m, struct console_client *c)
{
    if (m->upgrade.replaced) {
        end_client(m, c); /* without an answer: it asks the one that serves */
        return;
    }
    if (strcmp(c->line, "status") == 0) {
        status(m, c, false);
    } else if (strcmp(c->line, "json") == 0) {
        status(m, c, true);
    } else if (strcmp(c->line, "reload") == 0) {
        c->waits_for_reload = true;
        if (asked_waits(m))
            asked_tell(m);
        else
            console_reload(m);
        return;
    } else if (strcmp(c->line, "reopen") == 0) {
        if (m->current)
            opening_logs_again(m->current);
        answer(c, 0, "logs are open again\n");
    } else if (ends(m, c)) {
        return;
    } else {
        answer(c, 2, "no such command\n");
    }
    end_client(m, c);
}

static void hear(struct master *m, struct console_client *c)
{
    ssize_t n = net_recv(c->fd, c->line + c->n, sizeof c->line - 1 - c->n);

    if (n == -EAGAIN)
        return;
    if (n <= 0 || c->generation || c->waits_for_end || c->waits_for_reload) {
        if (c->waits_for_reload) /* gone before its turn: it is asked for */
            m->asked.reload = true;
        end_client(m, c); /* gone, or says more than it may */
        return;
    }
    c->n += (size_t)n;
    c->line[c->n] = '\0';
    char *end = strchr(c->line, '\n');
    if (end) {
        *end = '\0';
        act(m, c);
    } else if (c->n == sizeof c->line - 1) {
        end_client(m, c);
    }
}

static void accept_client(struct master *m)
{
    struct net_peer peer;
    int fd = net_accept(m->console.fd, &peer);

    for (size_t i = 0; fd >= 0 && i < CONSOLE_CLIENTS; i++) {
        struct console_client *c = &m->console.client[i];
        if (c->fd >= 0)
            continue;
        *c =
            (struct console_client){ .fd = fd,
                                     .until_us = clock_mono_us() + COMMAND_US };
        poll_add_level(m->poll, fd, c);
        return;
    }
    if (fd >= 0)
        close(fd);
}

int console_turn(struct master *m)
{
    uint64_t now = clock_mono_us();
    int least = -1;

    for (size_t i = 0; i < CONSOLE_CLIENTS; i++) {
        struct console_client *c = &m->console.client[i];
        if (c->fd < 0 || c->generation || c->waits_for_end ||
            c->waits_for_reload)
            continue;
        if (now >= c->until_us) {
            answer(c, 2, "no command came\n");
            end_client(m, c);
            continue;
        }
        int ms = (int)((c->until_us - now) / 1000) + 1;
        least = least < 0 || ms < least ? ms : least;
    }
    return least;
}

bool console_event(struct master *m, const void *tag)
{
    if (tag == &m->console.fd) {
        accept_client(m);
        return true;
    }
    for (size_t i = 0; i < CONSOLE_CLIENTS; i++) {
        if (tag != &m->console.client[i])
            continue;
        if (m->console.client[i].fd >= 0)
            hear(m, &m->console.client[i]);
        return true;
    }
    return false;
}

void console_superseded(struct master *m, unsigned generation, unsigned by)
{
    for (size_t i = 0; i < CONSOLE_CLIENTS; i++) {
        struct console_client *c = &m->console.client[i];
        if (c->fd >= 0 && c->generation == generation)
            c->generation = by;
    }
}

void console_outcome(struct master *m, unsigned generation, const char *text)
{
    char good[64];
    struct buf b = buf_over(good, sizeof good);

    buf_fmt(&b, "generation %u serves\n", generation);
    buf_cstr(&b);
    for (size_t i = 0; i < CONSOLE_CLIENTS; i++) {
        struct console_client *c = &m->console.client[i];
        if (c->fd < 0 || c->generation != generation)
            continue;
        answer(c, text ? 1 : 0, text ? text : good);
        end_client(m, c);
    }
}

void console_failure(struct master *m, unsigned generation, const char *why)
{
    char text[256];
    struct buf b = buf_over(text, sizeof text);

    buf_fmt(&b,
            "the new processes do not come up%s%s (the log has more); the old "
            "ones go on\n",
            why ? ": " : "", why ? why : "");
    CHECK(buf_cstr(&b));
    console_outcome(m, generation, text);
}

void console_end(struct master *m)
{
    close_socket(m, true); /* unless the name is the next program's by now */
    for (size_t i = 0; i < CONSOLE_CLIENTS; i++) {
        if (m->console.client[i].fd >= 0)
            end_client(m, &m->console.client[i]);
    }
}
