/* SPDX-License-Identifier: MIT
 *
 * sim_people: those at the other ends of the worker's channels: a master that
 * says a word now and then, and a preparer in good or bad shape.
 */
#include "sim.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>

#include "http/media.h"
#include "http/refs.h"
#include "os/channel.h"
#include "prepare/ask.h"
#include "prepare/message.h"
#include "serve/worker.h"

/* What becomes of an ask.  From PREPARE_FAULTS on: what a preparer may not do,
 * and would only do if it had been taken over. */
enum mode {
    PROMPT,
    LATE,
    SILENT,
    FAILS,
    CHANGED, /* the file, since the ask */
    RACY,
    NO_SLAB,  /* its descriptor got lost on the way */
    DROPS,    /* and the slab is dropped right after */
    STRANGER, /* answers what nobody asked */
    FAULTS,
    BAD_TEXT = FAULTS,
    BAD_KIND,
    BAD_CODING,
    BAD_PLACE,
    SHORT,
    NO_DIGEST, /* allowed again, as is the next */
    NO_SUMS,
    USELESS, /* no coding is worth it, or has room, which turns out late */
    TOILING, /* codings take their time */
    FORGETS, /* what it is asked about without a descriptor */
    NAMING,  /* tags of forms come a moment after the facts */
    TWICE,   /* br has a first form, and then a small one */
    MODES
};

#define TOIL_US 2000000
#define NAMING_US 9000

/* ---- the master ---- */

void sim_word(char word)
{
    if (sim.n_words < sizeof sim.words && !sim.master_gone)
        sim.words[sim.n_words++] = word;
}

bool sim_control_ready(void)
{
    return sim.n_words > 0 || sim.master_gone;
}

static ssize_t take_word(char *out, int *fds, size_t *n_fds)
{
    *n_fds = 0;
    if (sim.n_words == 0)
        return sim.master_gone ? 0 : -EAGAIN;
    *out = sim.words[0];
    out[1] = 1; /* of WORKER_MOVE: the listening socket */
    memmove(sim.words, sim.words + 1, --sim.n_words);
    if (*out == WORKER_PREPARER) {
        memset(sim.ask, 0, sizeof sim.ask);
        sim.preparer++;
        sim.slab++;
        sim.preparer_gone = sim.preparer_full = sim.slab_sent = false;
        fds[(*n_fds)++] = SIM_PREPARE + (int)sim.preparer;
    }
    return *out == WORKER_MOVE ? 2 : 1;
}

/* ---- the preparer ---- */

static struct sim_ask *next_ask(void)
{
    struct sim_ask *best = NULL;

    for (int i = 0; i < SIM_ASKS; i++) {
        struct sim_ask *a = &sim.ask[i];
        if (a->used && (!best || a->due_us < best->due_us))
            best = a;
    }
    return best;
}

uint64_t sim_prepare_due(void)
{
    const struct sim_ask *a = next_ask();

    return a ? a->due_us : UINT64_MAX;
}

bool sim_prepare_ready(void)
{
    return sim.preparer_gone || sim_prepare_due() <= sim.now_us;
}

/* Has any client said so? */
static bool was_said(const char *text)
{
    size_t n = strlen(text);

    for (int i = 0; i < SIM_CONNS; i++) {
        const struct sim_conn *c = &sim.conn[i];
        for (size_t at = 0; at + n <= c->taken; at++) {
            if (strncasecmp((const char *)c->bytes + at, text, n) == 0)
                return true;
        }
    }
    return false;
}

/* Only what somebody would be sent is to be made. */
static void check_make(const struct prepare_ask *p)
{
    for (unsigned c = 1; c < CODING_COUNT; c++) {
        if (p->make >> c & 1)
            PROPERTY(
                was_said("ncoding:") &&
                (was_said("*") || was_said(coding_row((enum coding)c)->name)));
    }
}

/* By its descriptor, or as it is known from before. */
static int file_asked(const struct prepare_ask *p, const int *fds, size_t n_fds)
{
    PROPERTY(p->bare == (n_fds == 0));
    if (p->bare) {
        PROPERTY(p->version.ino > 0 && p->version.ino <= SIM_FDS);
        return (int)p->version.ino - 1;
    }
    PROPERTY(n_fds == 1 + (size_t)__builtin_popcount(p->sidecars));
    for (size_t i = 0; i < n_fds; i++) {
        int fd = fds[i] - SIM_FILE;
        PROPERTY(fd >= 0 && fd < SIM_FDS && sim.fd_file[fd]);
    }
    return sim.fd_file[fds[0] - SIM_FILE] - 1;
}

static int ask(const struct prepare_ask *p, const int *fds, size_t n_fds)
{
    size_t slot = 0;
    int file = file_asked(p, fds, n_fds);

    check_make(p);
    PROPERTY(sim.n_asks++ < 20000); /* again and again, for ever? */
    PROPERTY(p->name[0] && !strchr(p->name, '/'));
    if (sim.preparer_gone)
        return -EPIPE;
    while (slot < SIM_ASKS && sim.ask[slot].used)
        slot++;
    if (sim.preparer_full || slot == SIM_ASKS)
        return -EAGAIN;
    struct sim_ask *a = &sim.ask[slot];
    *a = (struct sim_ask){ .used = true,
                           .seq = p->seq,
                           .due_us = sim.now_us,
                           .file = file,
                           .mode = sim.prepare_mode % MODES,
                           .want_bytes = p->want_bytes,
                           .bare = p->bare,
                           .sidecars = p->sidecars,
                           .make = p->make | p->sidecars };
    if (a->mode == LATE)
        a->due_us += 50000;
    if (a->mode == SILENT)
        a->used = false;
    return 0;
}

static void place(struct prepare_place *at, const struct sim_ask *a, unsigned c)
{
    unsigned version = sim_version(a->file, c);

    at->bytes = sim_size(a->file, c);
    at->sums = !a->want_bytes;
    if (a->mode == NO_SUMS || a->mode == NO_SLAB)
        sim.no_sums = true;
    if (at->bytes == 0 ||
        (at->sums && (a->mode == NO_DIGEST || a->mode == NO_SUMS)))
        return;
    at->slab = sim.slab;
    at->slab_bytes = SIM_SLAB;
    at->offset =
        at->sums ? sim_sums_at(a->file, version) : sim_at(a->file, version, c);
}

static void digest(uint8_t out[32], const struct sim_ask *a, unsigned c)
{
    memset(out, 0, 32);
    out[0] = (uint8_t)a->file;
    out[1] = (uint8_t)sim_version(a->file, c);
    out[2] = (uint8_t)c;
}

/* What a page refers to comes before its facts; here it is any bytes. */
static void compose_refs(struct prepare_answer *out, struct sim_ask *a)
{
    const struct sim_file *f = &sim_files[a->file];

    *out = (struct prepare_answer){
        .seq = a->seq,
        .kind = PREPARE_REFS,
        .version = { 1, (uint64_t)a->file + 1, f->size, sim_mtime_ns(a->file),
                     sim_ctime_ns(a->file) },
        .more = 1,
    };
    place(&out->place, a, CODING_IDENTITY);
    a->refs_told = true;
}

static bool has_refs(const struct sim_ask *a)
{
    const char *type = sim_files[a->file].type;

    return type && strncmp(type, "text/html", 9) == 0 && a->want_bytes &&
           sim_files[a->file].size > 0 &&
           sim_files[a->file].size <= REFS_LIST_MAX;
}

/* Tags of what is made here are known with the facts, before it is. */
static void tell_forms(struct prepare_answer *out, const struct sim_ask *a,
                       unsigned from, unsigned to)
{
    uint8_t form[DIGEST_BYTES];

    for (unsigned c = from ? from : 1; c <= to; c++) {
        if (a->sidecars >> c & 1)
            continue;
        out->forms |= (uint8_t)(1u << c);
        digest(form, a, c);
        form[3] = 1; /* not that of the bytes */
        memcpy(out->form[c], form, sizeof out->form[c]);
    }
}

/* Of every other coding for want of room: its tag stays. */
static void find_useless(struct prepare_answer *out)
{
    out->sidecar = out->has_digest = 0;
    out->place.slab = 0;
    if (out->coding & 1)
        out->forms = 0;
}

/* The same facts come once more, with the tags. */
static void name_later(struct prepare_answer *out, struct sim_ask *a)
{
    if (a->named || !out->forms)
        return;
    out->forms = 0;
    memset(out->form, 0, sizeof out->form);
    out->naming = out->more = 1;
    a->named = true;
    a->step = CODING_IDENTITY;
    a->due_us = sim.now_us + NAMING_US;
}

static bool has_first(const struct sim_ask *a, unsigned c)
{
    return a->mode == TWICE && c == CODING_BR && !(a->sidecars >> c & 1);
}

/* The first form of this coding: the small one comes as well. */
static void make_first(struct prepare_answer *out, struct sim_ask *a)
{
    unsigned bit = 1u << out->coding;

    a->step = out->coding;
    a->first_told = sim.firsts = true;
    out->first = (uint8_t)bit;
    out->coming |= (uint8_t)bit;
    out->more = 1;
    out->place.offset += SIM_FIRST;
    out->digest[4] = 1;
}

/* Type and identity first, then each coding. */
static void compose(struct prepare_answer *out, struct sim_ask *a)
{
    const struct sim_file *f = &sim_files[a->file];
    bool codings = sim.codings && f->has_codings && a->want_bytes;
    unsigned asked = codings ? a->make : 0;
    unsigned c = a->step, left;

    do
        a->step++;
    while (a->step < CODING_COUNT && !(asked >> a->step & 1));
    left = asked >> a->step << a->step;
    *out = (struct prepare_answer){
        .seq = a->seq,
        .kind = c ? PREPARE_CODED : PREPARE_FACTS,
        .coding = c,
        .version = { 1, (uint64_t)a->file + 1, f->size, sim_mtime_ns(a->file),
                     sim_ctime_ns(a->file) },
        .has_digest = a->want_bytes || a->mode != NO_DIGEST,
        .more = left != 0,
        .coming = (uint8_t)left,
        .offers = codings ? (uint8_t)(PREPARE_CODINGS & ~asked) : 0,
        .negotiable = codings,
        .varies = codings,
        .racy = a->mode == RACY,
    };
    out->sidecar = c && (a->sidecars >> c & 1);
    if (f->type)
        strcpy(out->type, f->type);
    place(&out->place, a, c);
    digest(out->digest, a, c);
    if (codings)
        tell_forms(out, a, c, c ? c : CODING_COUNT - 1);
    if (codings && !c && a->mode == TWICE)
        out->first = out->forms & (1u << CODING_BR);
    if (c && has_first(a, c) && !a->first_told)
        make_first(out, a);
    if (a->mode == USELESS && c)
        find_useless(out);
    if (a->mode == NAMING && out->kind == PREPARE_FACTS)
        name_later(out, a);
    if (a->mode == USELESS || a->mode == TOILING)
        a->due_us = sim.now_us + (c ? 0 : TOIL_US);
    a->used = out->more;
}

/* What differs from how it should be. */
static void distort(struct prepare_answer *out, struct sim_ask *a)
{
    switch ((int)a->mode) {
    case FORGETS:
        if (!a->bare)
            break;
        __attribute__((fallthrough));
    case FAILS:
        out->kind = PREPARE_FAILED;
        a->used = false;
        break;
    case CHANGED:
        out->version.mtime_ns++;
        a->used = false;
        break;
    case NO_SLAB:
        sim.slab_sent = true;
        break;
    case STRANGER:
        out->seq += 1000000;
        break;
    case BAD_TEXT:
        memcpy(out->type, "text/html\r\nX: y", 16);
        break;
    case BAD_KIND:
        out->kind = 77;
        break;
    case BAD_CODING:
        out->kind = PREPARE_CODED;
        out->coding = 9;
        break;
    case BAD_PLACE:
        out->place.offset = SIM_SLAB - 1;
        out->place.bytes = 1000;
        break;
    default:
        break;
    }
}

static void drop_later(struct prepare_answer *out, struct sim_ask *a)
{
    memset(out, 0, sizeof *out);
    out->kind = PREPARE_DROP;
    out->place.slab = sim.slab;
    sim.slab_sent = false;
    sim.slab++; /* numbers never repeat */
    a->used = false;
}

static ssize_t answer(struct prepare_answer *out, int *fd, size_t *n_fds)
{
    struct sim_ask *a = next_ask();

    *n_fds = 0;
    if (!a || a->due_us > sim.now_us)
        return sim.preparer_gone ? 0 : -EAGAIN;
    if (a->mode == DROPS && a->step > 0) {
        drop_later(out, a);
        return (ssize_t)sizeof *out;
    }
    if (has_refs(a) && !a->refs_told)
        compose_refs(out, a);
    else
        compose(out, a);
    distort(out, a);
    if (a->mode == DROPS)
        a->used = true;
    if (out->place.slab && !sim.slab_sent) {
        *fd = fcntl(sim_area_fd(), F_DUPFD_CLOEXEC, 3);
        PROPERTY(*fd >= 0);
        *n_fds = 1;
        sim.slab_sent = true;
    }
    return a->mode == SHORT ? 17 : (ssize_t)sizeof *out;
}

/* Could the next one go along with others: due, whole, with no descriptor? */
static bool joins(void)
{
    const struct sim_ask *a = next_ask();

    return a && a->due_us <= sim.now_us && sim.slab_sent && a->mode != SHORT &&
           a->mode != DROPS;
}

static ssize_t answers(struct prepare_answer *out, int *fd, size_t *n_fds)
{
    ssize_t bytes = answer(out, fd, n_fds);
    size_t none;

    if (*n_fds > 0 || bytes != (ssize_t)sizeof *out)
        return bytes;
    for (size_t i = 1; i < PREPARE_ANSWERS_MAX && joins(); i++)
        bytes += answer(&out[i], fd, &none);
    return bytes;
}

/* ---- os/channel ---- */

/* All of a message, or nothing of it. */
static int ask_all(const struct prepare_ask *asks, size_t n, size_t bytes,
                   const int *fds, size_t n_fds)
{
    size_t room = 0, used = 0;
    int rc = 0;

    PROPERTY(n > 0 && n <= PREPARE_ASKS_MAX && bytes == n * sizeof *asks);
    for (size_t slot = 0; slot < SIM_ASKS; slot++)
        room += !sim.ask[slot].used;
    if (!sim.preparer_gone && room < n)
        return -EAGAIN;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        size_t own = ask_fds(&asks[i]);
        PROPERTY(used + own <= n_fds);
        rc = ask(&asks[i], fds + used, own);
        PROPERTY(rc == 0 || i == 0);
        used += own;
    }
    PROPERTY(rc != 0 || used == n_fds);
    return rc;
}

int channel_send(int fd, const void *p, size_t n, const int *fds, size_t n_fds)
{
    if (fd == SIM_CONTROL) {
        /* when it says that it accepts no more, it does not */
        char word = *(const char *)p;
        PROPERTY(n == 1 && n_fds == 0);
        PROPERTY(word ==
                 (sim.listener_closed ? WORKER_NOT_ACCEPTING : WORKER_READY));
        return 0;
    }
    if (fd == SIM_MOVE)
        return sim_move_give(p, n, fds, n_fds);
    PROPERTY(fd == SIM_PREPARE + (int)sim.preparer);
    if (n == sizeof(struct prepare_held) && n_fds == 0)
        return 0; /* what is in use: this one never needs to know */
    return ask_all(p, n / sizeof(struct prepare_ask), n, fds, n_fds);
}

int channel_first(int fd)
{
    PROPERTY(fd == SIM_CONTROL);
    return -1; /* nobody shows roots here */
}

ssize_t channel_take(int fd, void *p, size_t n, int *fds, size_t *n_fds)
{
    if (fd == SIM_CONTROL)
        return take_word(p, fds, n_fds);
    if (fd == SIM_MOVED)
        return sim_move_take(p, fds, n_fds);
    PROPERTY(fd == SIM_PREPARE + (int)sim.preparer);
    PROPERTY(n == PREPARE_ANSWERS_MAX * sizeof(struct prepare_answer));
    return answers(p, fds, n_fds);
}
