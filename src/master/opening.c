/* SPDX-License-Identifier: MIT
 *
 * opening: opens everything that a generation needs from outside.
 * Layer: master.
 */
#include "master/opening.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "files/previous.h"
#include "master/generation.h"
#include "master/handover.h"
#include "master/logform.h"
#include "master/refused.h"
#include "master/releases.h"
#include "os/channel.h"
#include "os/file.h"
#include "os/log.h"
#include "os/mounts.h"
#include "os/net.h"
#include "os/tcpinfo.h"

#define ADDRESS_TRIES 20

static int listener_at(const struct generation *g, const char *text)
{
    for (size_t i = 0; i < g->conf->n_listen; i++) {
        if (g->listener[i] >= 0 && strcmp(g->conf->listen[i].text, text) == 0)
            return g->listener[i];
    }
    return -1;
}

/* Of any generation that has it open: an address may come again before those
 * that drain have let go of it, or while one that comes up has it. */
static int shared(struct list *all, const char *text)
{
    int fd = -1;

    for (struct list *at = all->prev; fd < 0 && at != all; at = at->prev)
        fd = listener_at(LIST_ENTRY(at, struct generation, node), text);
    return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

/* From systemd (whose addresses are the listen lines then) or from the etagd
 * before this one. */
static int handed_over(const struct inherit *in, const char *text)
{
    for (size_t i = 0; in && i < in->n; i++) {
        const struct inherited *s = &in->socket[i];
        if (s->usable && s->fd >= 0 &&
            strcmp(in->activated ? s->text : s->name, text) == 0)
            return fcntl(s->fd, F_DUPFD_CLOEXEC, 3);
    }
    return -1;
}

/* The workers of a master that was killed let go of its address in a moment,
 * and so does a program before this one of what this one did not take. */
static bool waits(const struct list *all, const struct inherit *in)
{
    return list_empty(all) || (in && in->upgrade >= 0);
}

static int listen_soon(const struct conf_listen *l,
                       const struct net_listen_options *options, bool first)
{
    const struct timespec pause = { 0, 50000000 };
    int fd = net_listen(&l->addr.sa, l->addr_bytes, options);

    for (int n = 0; first && fd == -EADDRINUSE && n < ADDRESS_TRIES; n++) {
        nanosleep(&pause, NULL);
        fd = net_listen(&l->addr.sa, l->addr_bytes, options);
    }
    return fd;
}

/* Files of unix sockets that were made for nothing. */
static void remove_places(const struct generation *g, struct list *all,
                          const struct inherit *inherit)
{
    for (size_t i = 0; i < g->conf->n_listen && g->listener[i] >= 0; i++) {
        const struct conf_listen *l = &g->conf->listen[i];
        int other = shared(all, l->text);
        if (other < 0)
            other = handed_over(inherit, l->text);
        if (other >= 0)
            close(other);
        else if (l->addr.sa.sa_family == AF_UNIX)
            net_remove_socket(l->addr.un.sun_path);
    }
}

static bool open_listeners(struct generation *g, struct list *all,
                           const struct inherit *inherit)
{
    struct net_listen_options options = {
        .backlog = g->conf->backlog,
        .defer_accept = g->conf->defer_accept,
        .save_syn = g->conf->observe.on,
        .mss = (int)g->conf->mss,
    };
    /* their unit decides where the ini is silent */
    bool passed = inherit && inherit->activated;

    CHECK(!g->listener);
    g->listener = calloc(g->conf->n_listen, sizeof g->listener[0]);
    CHECK(g->listener);
    for (size_t i = 0; i < g->conf->n_listen; i++)
        g->listener[i] = -1;
    for (size_t i = 0; i < g->conf->n_listen; i++) {
        const struct conf_listen *l = &g->conf->listen[i];
        int fd = shared(all, l->text);
        if (fd < 0)
            fd = handed_over(inherit, l->text);
        if (fd >= 0) {
            tcpinfo_save_syn(fd, options.save_syn);
            net_listen_mss(fd, options.mss);
            net_listen_near(fd, &l->addr.sa);
            if (!passed || g->conf->said.defer_accept)
                net_listen_defer(fd, &l->addr.sa, options.defer_accept);
            if (!passed || g->conf->said.backlog)
                net_listen_backlog(fd, options.backlog);
        } else {
            fd = listen_soon(l, &options, waits(all, inherit));
        }
        if (fd < 0) {
            char why[REFUSED_TEXT];
            refused_text(l, -fd, "server.listen", why);
            log_error("M020", "listen %s: %s", l->text, why);
            return false;
        }
        g->listener[i] = fd;
    }
    return true;
}

/* Those that show what happens have names of their own. */
static const struct {
    const char *name, *option, *id;
} sides[SIDES] = {
    [SIDE_OBSERVER] = { INHERIT_OBSERVER, "observe.listen", "O002" },
    [SIDE_SCRAPER] = { INHERIT_METRICS, "metrics.listen", "M143" },
};

const char *opening_side_name(unsigned side)
{
    return sides[side].name;
}

static const struct conf_listen *side_of(const struct conf *c, unsigned side)
{
    return side == SIDE_OBSERVER ? &c->observe.listen : &c->metrics.listen;
}

/* systemd's are where its unit says, those of the etagd before this one where
 * that one's configuration said. */
static int side_handed_over(const struct inherit *in, unsigned side,
                            const struct conf_listen *l)
{
    for (size_t i = 0; in && i < in->n; i++) {
        const struct inherited *s = &in->socket[i];
        if (inherit_called(s, sides[side].name) && s->fd >= 0 &&
            (in->activated || inherit_serves(&s->addr, &l->addr.sa)))
            return fcntl(s->fd, F_DUPFD_CLOEXEC, 3);
    }
    return -1;
}

/* Of any generation that is still there: one that drains has its socket until
 * those that listened there have ended, though others came after it. */
static int side_shared(struct list *all, unsigned side, const char *text)
{
    for (struct list *at = all->prev; at != all; at = at->prev) {
        const struct generation *g = LIST_ENTRY(at, struct generation, node);
        int fd = g->side[side].listener;
        if (fd >= 0 && strcmp(side_of(g->conf, side)->text, text) == 0)
            return fcntl(fd, F_DUPFD_CLOEXEC, 3);
    }
    return -1;
}

static bool open_side(struct generation *g, struct list *all,
                      const struct inherit *inherit, unsigned side)
{
    struct net_listen_options options = { .backlog = 64 };
    const struct conf_listen *l = side_of(g->conf, side);

    if (!l->text)
        return true;
    int fd = side_shared(all, side, l->text);
    if (fd < 0)
        fd = side_handed_over(inherit, side, l);
    if (fd < 0)
        fd = listen_soon(l, &options, waits(all, inherit));
    if (fd < 0) {
        char why[REFUSED_TEXT];
        refused_text(l, -fd, sides[side].option, why);
        log_error(sides[side].id, "%s %s: %s", sides[side].name, l->text, why);
        return false;
    }
    CHECK(g->side[side].listener < 0);
    g->side[side].listener = fd;
    return true;
}

/* Workers follow the name of a root by themselves where they can read what it
 * may mean next: the releases beside the present one, if the link leads to a
 * folder within its own. */
static void open_releases(struct root *r, const char *place)
{
    if (!file_is_link(place))
        return;
    r->releases = file_open_named(r->fd, "..");
    if (r->releases >= 0 && !file_within(r->folder, r->releases)) {
        close(r->releases);
        r->releases = -1;
    }
}

/* place: as configured, links and all. */
static void open_folder(struct root *r, const char *place)
{
    char folder[PATH_MAX];
    size_t n = place ? strlen(place) : 0;

    r->folder = r->releases = -1;
    while (n > 0 && place[n - 1] == '/')
        n--;
    while (n > 0 && place[n - 1] != '/')
        n--;
    if (n == 0 || n >= sizeof folder || !r->local)
        return;
    memcpy(folder, place, n);
    folder[n] = '\0';
    r->folder = file_open_folder(folder);
    r->name = place + n;
    if (r->folder >= 0)
        open_releases(r, place);
}

static bool open_root(struct generation *g, const char *path, const char *place)
{
    struct root *r = &g->root[g->n_roots];

    r->fd = file_open_root(path);
    if (r->fd < 0) {
        log_line(LOG_ERROR_, LOG_ON(place), "M021", "root %s: %s", path,
                 strerror(-r->fd));
        return false;
    }
    struct file_stat s;
    r->watchable = file_system_watchable(r->fd);
    r->local = mounts_local(r->fd) && file_stat(r->fd, &s) == 0;
    r->dev = r->local ? s.dev : 0;
    r->ino = r->local ? s.ino : 0;
    open_folder(r, place);
    g->n_roots++;
    return true;
}

static bool open_roots(struct generation *g)
{
    size_t n = 0;

    for (size_t i = 0; i < g->conf->n_sites; i++)
        n += 1 + g->conf->sites[i].n_aliases;
    CHECK(n > 0); /* there is always the site of [server] */
    g->root = calloc(n, sizeof g->root[0]);
    CHECK(g->root);
    for (size_t i = 0; i < g->conf->n_sites; i++) {
        const struct conf_site *s = &g->conf->sites[i];
        if (!open_root(g, s->root, s->place))
            return false;
        for (size_t k = 0; k < s->n_aliases; k++) {
            if (!open_root(g, s->aliases[k].root, s->aliases[k].place))
                return false;
        }
    }
    CHECK(g->n_roots == n);
    return true;
}

static bool open_logs(struct generation *g)
{
    const struct conf_log *log = &g->conf->log;
    int rc = log_open(log->error);

    if (rc < 0) {
        log_line(LOG_ERROR_, LOG_ON(log->error), "M022", "error log %s: %s",
                 log->error, strerror(-rc));
        return false;
    }
    logform_set(log);
    if (strcmp(log->access, "off") == 0)
        return true;
    g->access_log = file_open_log(log->access);
    if (g->access_log < 0) {
        log_line(LOG_ERROR_, LOG_ON(log->access), "M023", "access log %s: %s",
                 log->access, strerror(-g->access_log));
        return false;
    }
    return true;
}

static void hand_log(struct generation *g, enum worker_word word, int fd)
{
    char byte = (char)word;

    for (unsigned i = 0; i < g->conf->workers; i++) {
        if (g->worker[i].pid > 0)
            (void)channel_send(g->worker[i].control, &byte, 1, &fd, 1);
    }
}

static void hand_error_log(struct generation *g)
{
    hand_log(g, WORKER_ERROR_LOG, log_descriptor());
    handover_log(g);
}

void opening_logs_again(struct generation *g)
{
    const struct conf_log *log = &g->conf->log;

    if (strcmp(log->access, "off") != 0) {
        int fd = file_open_log(log->access);
        if (fd < 0) {
            log_line(LOG_ERROR_, LOG_ON(log->access), "M042",
                     "%s: %s; the old log goes on", log->access, strerror(-fd));
        } else {
            CHECK(g->access_log >= 0 && fd != g->access_log);
            close(g->access_log);
            g->access_log = fd;
            hand_log(g, WORKER_LOG, fd);
        }
    }
    if (strcmp(log->error, "-") != 0) {
        int rc = log_open(log->error);
        if (rc < 0)
            log_line(LOG_ERROR_, LOG_ON(log->error), "M043",
                     "%s: %s; the old log goes on", log->error, strerror(-rc));
        else
            hand_error_log(g);
    }
}

static const char *no_identity(int error)
{
    switch (error) {
    case ENOENT:
        return "there is no such user or group";
    case EINVAL:
        return "not in this user namespace (/proc/self/uid_map, gid_map): "
               "leave it out or say user = root, which is there, or start "
               "etagd outside (without unshare)";
    case EPERM:
        return "root is without the capabilities for that here: give it "
               "CAP_SETUID and CAP_SETGID, or start etagd as that user, or say "
               "user = root to stay root, without any capability";
    default:
        return strerror(error);
    }
}

static bool identify(struct generation *g, bool first)
{
    const struct conf *c = g->conf;
    int rc = priv_find(c->user, c->group, &g->identity);

    if (rc < 0)
        log_error("M024", "user %s, group %s: %s", c->user ? c->user : "nobody",
                  c->group ? c->group : "the user's", no_identity(-rc));
    else if (first && g->identity.alone)
        log_info("M116", "root is alone in this user namespace: the processes "
                         "keep the user that made it, without capabilities");
    else if (first && g->identity.keep_groups && getgroups(0, NULL) > 0)
        log_warn("M117", "groups can't be given up here: the processes keep "
                         "those that etagd was started with");
    return rc >= 0;
}

bool opening_all(struct generation *g, const struct generation *old,
                 struct list *all, const struct inherit *inherit)
{
    if (!identify(g, old == NULL) || !open_roots(g))
        return false;
    if (!open_listeners(g, all, inherit) ||
        !open_side(g, all, inherit, SIDE_OBSERVER) ||
        !open_side(g, all, inherit, SIDE_SCRAPER) || !open_logs(g)) {
        remove_places(g, all, inherit);
        return false;
    }
    releases_inherit(g, old);
    return true;
}

void opening_remove_place(const char *listen, const struct conf *conf)
{
    if (strncmp(listen, "unix:", 5) != 0)
        return;
    for (size_t i = 0; i < conf->n_listen; i++) {
        if (strcmp(conf->listen[i].text, listen) == 0)
            return;
    }
    net_remove_socket(listen + 5);
}

static void close_listeners(struct generation *g)
{
    for (size_t i = 0; g->listener && i < g->conf->n_listen; i++) {
        if (g->listener[i] >= 0)
            close(g->listener[i]);
        g->listener[i] = -1;
    }
}

void opening_leave_sides(struct generation *g)
{
    for (unsigned i = 0; i < SIDES; i++) {
        const struct conf_listen *l = side_of(g->conf, i);
        if (g->side[i].listener >= 0)
            close(g->side[i].listener);
        g->side[i].listener = -1;
        if (l->text && l->addr.sa.sa_family == AF_UNIX)
            net_remove_stale(l->addr.un.sun_path);
    }
}

void opening_close(struct generation *g)
{
    close_listeners(g);
    for (unsigned i = 0; i < SIDES; i++) {
        if (g->side[i].listener >= 0)
            close(g->side[i].listener);
    }
    for (size_t i = 0; i < g->n_roots; i++) {
        struct root *r = &g->root[i];
        close(r->fd);
        if (r->folder >= 0)
            close(r->folder);
        if (r->releases >= 0)
            close(r->releases);
        previous_close(r);
    }
    free(g->listener);
    free(g->root);
}
