/* SPDX-License-Identifier: MIT
 *
 * files: what one worker knows about the files that it answers with.
 * Layer: files.  struct files is the one owner of all of it; the other files of
 * this folder work on it, and none of them knows who asks.
 */
#ifndef ETAGD_FILES_FILES_H
#define ETAGD_FILES_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "base/span.h"
#include "base/words.h"
#include "conf/conf.h"
#include "files/cache.h"
#include "files/drops.h"
#include "files/siblings.h"
#include "http/moment.h"
#include "prepare/client.h"

struct aside;
struct block_table;
struct dirs;
struct entry;
struct head;
struct marks;
struct issued;
struct warm;

#define ROOT_PREVIOUS_MAX 8

/* A directory that a root was (previous.h). */
struct root_previous {
    int fd;
    uint64_t dev, ino;
    uint64_t until_us; /* monotonic: it is let go of then */
};

/* Where files are: opened by the master, before privileges went. */
struct root {
    int fd;
    bool watchable; /* file_system_watchable() */
    bool local;     /* mounts_local() */
    uint64_t dev, ino;
    int folder;       /* in which it has its name; -1: it is not followed */
    const char *name; /* there; the configuration's */
    int releases;     /* folder that a worker may read besides; or -1 */
    uint64_t tried_dev, tried_ino; /* what a reload was asked to take */
    bool shows;   /* the master is to be shown what it has become */
    uint64_t shown_dev, shown_ino; /* what workers were shown last */
    bool awaited; /* its name means a directory that this worker can't have: the
                     next generation's will answer */
    unsigned n_previous;
    struct root_previous previous[ROOT_PREVIOUS_MAX]; /* the newest first */
};

#define FILES_MARKED_MAX 16384 /* that are watched themselves, a worker */

struct files {
    /* the owner's, and there for as long as this is */
    const struct conf *conf;
    const struct moment *now;
    struct issued *issued;  /* what was handed out before, by all */
    struct span keep_alive; /* the fields of every head that ends with them */
    int poll;
    /* what is known */
    const struct root *given; /* by the master */
    struct root *root; /* per site its own, then its aliases in order: as this
                          worker has found them last */
    size_t n_roots;
    int places;        /* watch of the roots' names; or -1 */
    bool unwatched;    /* it does not tell of all: they are asked for by name */
    uint64_t asked_us; /* not before that */
    bool root_moved;   /* a name means a directory that this worker may not
                          read, or that the master is to keep for others: it is
                          to be told */
    uint32_t told;     /* so often it was */
    bool awaits;       /* some root is awaited */
    bool behind;       /* or has been: others may have it by now */
    uint64_t awaits_us;   /* at the longest */
    struct list awaiting; /* requests for such a root */
    uint64_t previous_us; /* when the first of a root's previous directories
                             is over; 0: there are none */
    struct cache cache;
    struct drops drops;
    struct words words;
    struct block_table *heads;
    struct dirs *dirs; /* NULL: nothing is watched */
    struct siblings siblings;
    struct idle {
        uint64_t due_ms; /* of the next look, monotonic */
        size_t gone;     /* entries let go of since the heap was looked at */
        bool hurry;      /* memory is short */
    } idle;
    struct passing {          /* passing.h */
        uint16_t *seen;       /* names; NULL: none */
        size_t places, names; /* of these; so many were put there */
        char *bytes;          /* of the last one */
        struct entry *last;
        int64_t used; /* the second of the last answer */
        bool off;     /* by the owner: none is answered so */
    } passing;
    struct marks *marks;  /* NULL: no file is watched itself */
    uint64_t fresh;       /* generation: rises with every change seen */
    size_t listing_bytes; /* of listings that are being sent */
    size_t open_max;      /* known files that may hold descriptors */
    struct warm *warm;    /* what is made before anybody asks; NULL: nothing */
    uint64_t failed_opens, failed_logged_ms;
    /* what is asked of the preparer */
    struct client *client;
    int prepare_fd;       /* channel to it, and its tag in the poll set */
    bool prepare_down;    /* gone; the master will send another channel */
    bool asks_waiting;    /* some entry is to be asked about (again) */
    size_t asks_unsent;   /* of these, or more: since the last message */
    uint8_t tries_before; /* of entries made just now: asks in vain so far */
    struct entry **asks;  /* by number of the ask */
    uint64_t seq;
    struct list asked;  /* entries with an ask under way, oldest first */
    struct list hashed; /* entries whose digest is waited for, oldest first */
    struct list ready;  /* those whose wait for facts is over */
    /* what file systems are asked that may not answer (aside.h) */
    struct aside *aside; /* NULL: every one is waited for */
    bool crosses;        /* by an open that may have had to leave a mount */
    bool no_helper;      /* by resolve(): no helper can look */
    const struct head *asker;   /* during resolve(): whose request it is; NULL:
                                   nobody's */
    struct list *waits;         /* by resolve(): where to wait for one */
    struct list looked;         /* by helpers: aside_job.node of what is done */
    char aside_tag, mounts_tag; /* in the poll set */
    bool aside_used;            /* some were asked so far */
};

/* Makes all that is known from here on; conf, now, issued, keep_alive and poll
 * are set already.  False: not enough memory. */
bool files_init(struct files *fs, const struct root *root, size_t n_roots,
                int prepare_fd, uint64_t seed);

/* Lets go of everything known; nobody waits for facts any more.  False: a
 * helper does not come back (aside.h): the process is to end by _exit(). */
bool files_free(struct files *fs);

/* Takes note of all changes up to now. */
void files_news(struct files *fs);

/* Something was mounted or unmounted: nothing that was found is believed. */
void files_mounts(struct files *fs);

#endif
