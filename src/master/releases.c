/* SPDX-License-Identifier: MIT
 *
 * releases: lists of previous directories go from generation to generation by
 * descriptors, and to another program by $ETAGD_RELEASES: "FD=UNTIL PLACE" a
 * line, with 0 for what the root is.
 * Layer: master.
 */
#include "master/releases.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "base/plural.h"
#include "files/previous.h"
#include "http/json.h"
#include "master/generation.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/log.h"
#include "os/mounts.h"

#define VARIABLE "ETAGD_RELEASES"

static char *passed; /* the variable's value, until it has been used */

const char *releases_place(const struct conf *c, size_t at)
{
    for (size_t i = 0; i < c->n_sites; i++) {
        const struct conf_site *s = &c->sites[i];
        if (at == 0)
            return s->place;
        if (at <= s->n_aliases)
            return s->aliases[at - 1].place;
        at -= 1 + s->n_aliases;
    }
    return NULL;
}

static void tell(const struct conf *c, const char *place)
{
    log_line(LOG_INFO_, LOG_ON(place), "M158",
             "root %s: what the new release lacks of the one before is served "
             "for %llu s, but for pages",
             place, (unsigned long long)(c->keep_previous_ms / 1000));
}

void releases_leave(const struct conf *c, struct root *r, const char *place,
                    uint64_t to_dev, uint64_t to_ino)
{
    if (!c->keep_previous_ms) {
        close(r->fd);
        return;
    }
    previous_leave(r, r->fd, clock_mono_us() + c->keep_previous_ms * 1000,
                   to_dev, to_ino);
    tell(c, place);
}

/* ---- from the program before ---- */

void releases_take(bool upgraded)
{
    const char *text = getenv(VARIABLE);

    if (text && upgraded)
        passed = strdup(text);
    unsetenv(VARIABLE);
}

struct passed_root {
    int fd;
    uint64_t until_us;
    struct span place;
};

static bool next_passed(struct span *rest, struct passed_root *p)
{
    uint64_t fd;

    while (rest->n) {
        struct span line = span_to(*rest, span_find(*rest, '\n'));
        *rest = span_from(*rest, line.n + 1);
        size_t equals = span_find(line, '=');
        struct span tail = span_from(line, equals + 1);
        size_t blank = span_find(tail, ' ');
        p->place = span_from(tail, blank + 1);
        if (!num_u64(span_to(line, equals), &fd) || fd <= 2 || fd > INT32_MAX ||
            !num_u64(span_to(tail, blank), &p->until_us))
            continue;
        p->fd = (int)fd;
        return true;
    }
    return false;
}

static void add_passed(struct root *from, const struct passed_root *p)
{
    struct file_stat s;
    int fd = file_again(p->fd);

    if (fd < 0 || file_stat(fd, &s) != 0 || s.kind != FILE_DIRECTORY ||
        !mounts_local(fd)) {
        if (fd >= 0)
            close(fd);
        return;
    }
    if (p->until_us) {
        previous_add(from, fd, s.dev, s.ino, p->until_us);
        return;
    }
    if (from->fd >= 0)
        close(from->fd); /* a namesake's, which was the same directory */
    from->fd = fd;
    from->dev = s.dev;
    from->ino = s.ino;
    from->local = true;
}

static void take_over(struct root *r, const char *place, uint64_t keep_ms)
{
    struct root from = { .fd = -1 };
    struct span rest = span_str(passed);
    struct passed_root p;

    while (next_passed(&rest, &p)) {
        if (span_eq(p.place, span_str(place)))
            add_passed(&from, &p);
    }
    previous_inherit(r, &from, clock_mono_us(), keep_ms);
    previous_close(&from);
    if (from.fd >= 0)
        close(from.fd);
}

static void forget_passed(void)
{
    struct span rest = span_str(passed);
    struct passed_root p;

    while (next_passed(&rest, &p))
        close(p.fd);
    free(passed);
    passed = NULL;
}

static void take_all(struct generation *g)
{
    if (!passed)
        return;
    for (size_t i = 0; i < g->n_roots; i++) {
        const char *place = releases_place(g->conf, i);
        if (place)
            take_over(&g->root[i], place, g->conf->keep_previous_ms);
    }
    forget_passed();
}

/* ---- from generation to generation ---- */

static const struct root *namesake(const struct generation *g,
                                   const char *place)
{
    for (size_t i = 0; place && i < g->n_roots; i++) {
        const char *other = releases_place(g->conf, i);
        if (other && strcmp(other, place) == 0)
            return &g->root[i];
    }
    return NULL;
}

void releases_inherit(struct generation *g, const struct generation *old)
{
    uint64_t now_us = clock_mono_us(), keep_ms = g->conf->keep_previous_ms;

    if (!old) {
        take_all(g);
        return;
    }
    for (size_t i = 0; i < g->n_roots; i++) {
        const char *place = releases_place(g->conf, i);
        const struct root *from = namesake(old, place);
        if (!from)
            continue;
        previous_inherit(&g->root[i], from, now_us, keep_ms);
        if (g->root[i].n_previous > from->n_previous)
            tell(g->conf, place);
    }
}

/* ---- to the next program ---- */

static void put(struct buf *b, int fd, uint64_t until_us, const char *place)
{
    buf_fmt(b, "%d=%llu %s\n", fd, (unsigned long long)until_us, place);
    (void)fcntl(fd, F_SETFD, 0);
}

void releases_pass(const struct generation *g)
{
    size_t cap = 1, bytes = 48;

    for (size_t i = 0; i < g->n_roots; i++) {
        const char *place = releases_place(g->conf, i);
        cap += place ? (bytes + strlen(place)) * (1 + ROOT_PREVIOUS_MAX) : 0;
    }
    char *storage = malloc(cap);
    struct buf b = buf_over(storage, cap);
    if (!storage || !g->conf->keep_previous_ms)
        return;
    for (size_t i = 0; i < g->n_roots; i++) {
        const char *place = releases_place(g->conf, i);
        const struct root *r = &g->root[i];
        if (!place || strchr(place, '\n'))
            continue;
        put(&b, r->fd, 0, place);
        for (unsigned k = r->n_previous; k-- > 0;)
            put(&b, r->previous[k].fd, r->previous[k].until_us, place);
    }
    if (buf_cstr(&b))
        setenv(VARIABLE, storage, 1);
}

/* ---- --status ---- */

static uint64_t left_s(const struct root *r, uint64_t now_us)
{
    uint64_t until_us = r->previous[0].until_us;

    return until_us > now_us ? (until_us - now_us) / 1000000 : 0;
}

void releases_text(const struct generation *g, struct buf *out)
{
    uint64_t now_us = clock_mono_us();

    for (size_t i = 0; i < g->n_roots; i++) {
        const struct root *r = &g->root[i];
        if (r->n_previous)
            buf_fmt(
                out,
                "  root %s: parts of %u release%s before, for %llu s more\n",
                releases_place(g->conf, i), r->n_previous,
                plural(r->n_previous), (unsigned long long)left_s(r, now_us));
    }
}

void releases_json(const struct generation *g, struct buf *out)
{
    uint64_t now_us = clock_mono_us();

    json_key(out, "previous");
    buf_char(out, '[');
    for (size_t i = 0; i < g->n_roots; i++) {
        const struct root *r = &g->root[i];
        if (!r->n_previous)
            continue;
        json_comma(out);
        buf_char(out, '{');
        json_put_str(out, "root", releases_place(g->conf, i));
        json_put_u64(out, "releases", r->n_previous);
        json_put_u64(out, "seconds", left_s(r, now_us));
        buf_char(out, '}');
    }
    buf_char(out, ']');
}
