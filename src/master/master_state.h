/* SPDX-License-Identifier: MIT
 *
 * master_state: everything that the master has; the files of this folder work
 * on it. Layer: master.
 */
#ifndef ETAGD_MASTER_MASTER_STATE_H
#define ETAGD_MASTER_MASTER_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/check.h"
#include "base/list.h"
#include "conf/load.h"
#include "master/console.h"
#include "master/generation.h"
#include "master/takeover.h"
#include "os/inherit.h"

/* How the service is seen from outside: systemd, watchdog, idle exit. */
struct service {
    uint64_t watchdog_us;          /* systemd's, 0: none */
    uint64_t checked_us, awake_us; /* last look; since when looks are regular */
    uint64_t pinged_us, told_us;
    uint64_t told_requests, told_open;
    uint64_t used_us, used_requests; /* last sign of use (idle exit) */
    bool unused; /* for so long that it is to end (idle exit) */
};

/* What was told outside, and when it is told again. */
struct published {
    uint64_t due_us;
    unsigned generation;
};

/* This node is about to end, and has said so. */
struct leave {
    bool on;
    uint64_t until_us; /* then it takes no more */
};

/* A new program that is to take over. */
struct upgrade {
    pid_t pid;   /* 0: none under way */
    int channel; /* -1 */
    uint64_t until_us;
    bool replaced;              /* it has: what is left here only finishes */
    uint64_t takes[LISTEN_MAX]; /* addresses (serve/moving.h) that it serves */
    size_t n_takes;  /* 0: it takes no connection of those that finish here */
    bool called_off; /* told to end, and not to be missed */
    bool failed;     /* it has ended before it served; to be looked at once */
};

/* What was asked for while something else came up (asked.h). */
struct asked {
    bool reload, upgrade;
};

/* What an ad hoc server ends with; fd -1: no terminal. */
struct terminal {
    bool rules, over;
    int fd;
};

/* When roots.c looks again. */
struct roots {
    uint64_t due_us;
    unsigned number; /* for which generation it has looked */
    bool told; /* a worker has said that one is another directory, and waits */
};

/* What some generations have counted. */
struct totals {
    uint64_t accepted, closed, open, requests, bytes;
    uint64_t moved;   /* taken without those given; modulo 2^64 */
    unsigned workers; /* that run */
};

struct master {
    struct conf_source source;
    char *const *argv;
    char program[4096]; /* what runs here, for an upgrade */
    int signals, poll;
    char signal_tag, upgrade_tag; /* addresses serve as tags */
    struct list generations;      /* oldest first; the last one serves */
    struct generation *current;   /* NULL before the first and once stopping */
    unsigned numbers;             /* generations so far */
    _Atomic uint64_t *connections;
    struct issued *issued;
    struct attempts *attempts;
    struct tallies *tallies;      /* of all generations */
    int memory[INHERIT_MEMORIES]; /* for an upgrade */
    int moving[2];    /* from workers that finish to those that serve */
    bool takes_moves; /* also those of the program before this one */
    bool awaited;     /* by that: it serves until this one says that it does */
    struct standing *standing; /* what workers know of leave */
    struct totals gone;        /* generations */
    uint64_t started_us;
    struct inherit inherit;
    struct conf_listen *listen; /* what systemd passed, instead of the ini's */
    size_t n_listen;
    struct console console;
    struct service service;
    struct upgrade upgrade;
    struct asked asked;
    struct leave leave;
    struct published published;
    struct takeover takeover;
    struct roots roots;
    struct terminal terminal;
    bool ending;
    bool released; /* what finishes does so without this program */
    int status;
};

/* What has been counted so far, by all generations of this master. */
struct totals master_totals(const struct master *m);

/* Before g is freed: what it has counted goes on being counted. */
void totals_bury(struct master *m, const struct generation *g);

/* Loads the configuration and starts a generation of it; its number, or 0 when
 * it failed at once and nothing changed. */
unsigned master_reload(struct master *m);
void master_stop(struct master *m);   /* now */
void master_finish(struct master *m); /* what is under way first */
void master_leave(struct master *m);  /* says so first, for a while */

static inline struct generation *generation_at(struct list *node)
{
    struct generation *g = LIST_ENTRY(node, struct generation, node);

    CHECK(g->magic == GENERATION_MAGIC);
    return g;
}

/* NOLINTBEGIN(bugprone-macro-parentheses): `at` is being declared */
#define EACH_GENERATION(at, m)                                             \
    for (struct list *at = (m)->generations.next; at != &(m)->generations; \
         at = at->next)
/* NOLINTEND(bugprone-macro-parentheses) */

#endif
