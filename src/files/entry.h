/* SPDX-License-Identifier: MIT
 *
 * entry: what a worker knows about one path of one site: the file behind it
 * with its prepared response heads, or the fixed answer (redirect, 404, ...).
 * Layer: files.  Reference counted; owned by the file cache while it is in
 * there.  Made when a path is asked for the first time: the hot path only
 * reads.
 */
#ifndef ETAGD_FILES_ENTRY_H
#define ETAGD_FILES_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "base/list.h"
#include "conf/conf.h"
#include "files/block.h"
#include "files/tags.h"
#include "http/etag.h"
#include "http/lifetime.h"
#include "http/plan.h"
#include "http/reason.h"
#include "prepare/message.h"

struct files;

enum entry_kind {
    ENTRY_FILE,     /* a representation: conditions, ranges, codings */
    ENTRY_MOVED,    /* a redirect: `location` */
    ENTRY_REFUSED,  /* an error status with a small page */
    ENTRY_LISTING,  /* a directory that is listed afresh at each request */
    ENTRY_FALLBACK, /* the site's fallback file stands in, which has an entry
                       of its own */
    ENTRY_PAGE      /* a body with a type, in no cache: an error page's file, a
                       listing */
};

struct entry_form {
    struct plan_form plan; /* must be first: see entry_form() */
    /* read for each answer */
    const char *bytes;    /* mapped; NULL: sent from fd */
    const uint64_t *sums; /* mapped: of fd's blocks (base/sum.h); or NULL */
    struct block *ok;     /* 200; NULL: not made */
    int fd;             /* large files and sidecars: sent from here; else -1 */
    bool others;        /* versions with other bytes were handed out */
    bool tag_of_others; /* with this very tag */
    bool told;          /* that it was asked for, by W090 */
    bool exact;         /* the digest of its bytes is known */
    uint8_t coding;     /* enum coding */
    uint8_t tag_n;      /* field value with quotes and W/; 0: no ETag */
    struct block *not_modified; /* 304; NULL: not made */
    struct block *partial;      /* 206, where a rule makes it differ from 200 */
    /* read now and then */
    char tag_text[ETAG_BYTES_MAX];
    uint64_t slab;                 /* held; 0: none */
    uint64_t bytes_id, issued_key; /* for audit.h; bytes_id 0: not known */
};

/* Coded forms are there when there is something of them: most files have none.
 * A sidecar is one, with the version of its file. */
struct entry_coded {
    struct entry_form form; /* must be first */
    struct file_version version;
};

/* What tags of forms are made of that are not there: see plan_source.known and
 * forms_tell(). */
struct entry_known {
    uint8_t tag[CODING_COUNT][TAGS_DIGEST];
};

/* See plan_source.alias. */
struct entry_alias {
    struct etag tag; /* must be first */
    char text[ETAG_BYTES_MAX];
};

/* What is read for each answer lies side by side and before the path, which is
 * read first: of a thousand files each costs the fewest cache lines. */
#define ENTRY_MAGIC 0xe7a6e117u

struct entry {
    struct list lru;
    uint64_t seq;           /* of the ask */
    struct list waiters;    /* txn.waiter */
    struct list asked;      /* among the worker's pending entries */
    struct list hashed;     /* among those whose digest is waited for */
    uint64_t hashed_us;     /* since then, monotonic */
    struct list open;       /* among those that hold descriptors */
    struct entry *seq_next; /* in the table of asks */
    uint8_t tries;          /* asks in a row without facts */
    uint8_t follow; /* facts are there, these codings are waited for as well */
    uint8_t losses; /* preparers that died while they coded it */
    uint8_t sent;   /* bit per sidecar that the entry before this one had:
                       nobody is sent identity while it is read again */
    bool in_asks;
    bool in_cache;
    bool kept;        /* made before anybody asked: it does not grow idle */
    bool unasked;     /* to be asked again: channel was full, or renewed */
    bool negotiable : 1; /* has or will have codings */
    bool varies : 1;     /* may have some, once there is room: Vary */
    bool background;  /* asked again while the old facts still serve */
    bool bare;        /* this ask is for further codings alone: see wish.h */
    uint8_t wanted;   /* bit per coding that some client would be sent */
    uint8_t declared; /* enum coding: what a rule says its bytes are in */
    uint8_t own;      /* and they show */
    bool hot;         /* so much was sent that it is wanted in memory */
    bool previous : 1;  /* the root does not have it any more (previous.h) */
    bool rewritten : 1; /* read again, whatever its times say */
    int fd; /* of the file until facts are there, and for large files; or -1 */
    int16_t lane;    /* of the helper that looked it up; -1: none did */
    uint16_t weight; /* in the cache's sums, see cache_weigh() */
    struct file_version version;
    int mark[CODING_COUNT]; /* of the file and its sidecars (marks.h); or 0 */
    uint64_t asked_fresh;   /* generation of the watch at the ask */
    uint64_t since_us;      /* its bytes are to be read later than that; 0: any
                               reading of this version will do */
    const char *type; /* one of the words, or of a page behind it; "": none */
    /* policy of the configuration for this path */
    /* caching fields, without what changes: one of the words, or NULL */
    const struct lifetime_source *fields;
    int64_t modified_s; /* the file's time as it is sent; COND_NO_DATE: none */
    union {
        struct {          /* ENTRY_FILE */
            char *refers; /* what it refers to, a line each (http/refs.h); NULL:
                             not known, or nobody observes */
            uint64_t told_at; /* number of the event that told the observer what
                                 this file refers to, and one; 0: none yet */
            int64_t told_ns;  /* and the file's ctime */
            uint32_t told_s;  /* and the second, monotonic */
            uint32_t refers_n;
            uint64_t heat; /* bytes that were read to be sent (heat.h) */
        };
        struct {            /* all others */
            char *location; /* encoded; the query is appended when it is sent;
                               NULL: too long to be sent */
            char *page;     /* body of an ENTRY_REFUSED or ENTRY_PAGE */
            size_t listing_bytes;    /* of `page`, if it is a listing's */
            struct directory *names; /* ENTRY_LISTING: what it read; or NULL */
        };
    };
    char *file_path; /* below the root: the index file for a directory; often
                        the end of `path` */
    /* the answer */
    struct entry_form own_form; /* identity */
    struct plan_source source;
    struct entry_known *known; /* NULL: source.known has none */
    int64_t expires_s, clock_s;
    int64_t dated_s; /* the second in which a head was filled last */
    enum etag_scheme etag_scheme : 8;
    enum expires_kind expires : 8;
    enum entry_kind kind : 8;
    enum reason reason : 8;
    int rule_line; /* of the last [cache] rule that matched; 0: none */
    /* the look-up */
    int16_t status;     /* ENTRY_MOVED, ENTRY_REFUSED */
    uint8_t sidecars;   /* bit per coding: a sidecar is used */
    uint32_t refs;      /* the cache's own included */
    uint64_t asked_us;  /* its facts; monotonic */
    uint64_t sent_us;   /* the ask that is under way */
    int64_t used;       /* the second in which it was moved to the front */
    uint64_t fresh;     /* generation of the watch at which it was right */
    uint64_t looked_us; /* when the file system was asked about it last */
    struct entry *next; /* in the hash chain */
    uint64_t hash;
    uint32_t magic; /* 0: let go of */
    unsigned site;
    bool watched;       /* `fresh` may be trusted */
    bool pending;       /* facts have been asked for: requests wait */
    bool racy;          /* changed so lately that equal times prove nothing */
    bool degraded;      /* answered without the preparer's facts */
    bool digesting;     /* its digest is on its way, and worth waiting for */
    bool naming;        /* the tags of its forms are on their way */
    bool untold;        /* source.known has one whose tag was not made yet */
    bool foreign;       /* asking its descriptors may take for ever */
    uint64_t helped_us; /* when that began, monotonic */
    unsigned root;      /* index in the worker's roots */
    uint32_t path_n;
    char path[]; /* decoded request path, the key; NUL-terminated */
};

/* A worker holds some hundred thousand of them (doc/cost.md, "Many files"). */
_Static_assert(sizeof(struct entry) <= 648, "an entry has grown");

/* A form that is there, or NULL. */
static inline struct entry_form *entry_form(const struct entry *e,
                                            unsigned coding)
{
    return (struct entry_form *)(void *)e->source.form[coding];
}

/* The version of a sidecar that is used. */
static inline struct file_version *entry_sidecar(const struct entry *e,
                                                 unsigned coding)
{
    CHECK(coding != CODING_IDENTITY && e->source.form[coding]);
    return &((struct entry_coded *)(void *)e->source.form[coding])->version;
}

/* Closes a descriptor of the entry's. */
void entry_close(struct files *fs, const struct entry *e, int fd);

/* Puts what is in the directory into a listing's entry (NULL: forgets it). */
void entry_names(struct entry *e, struct directory *names);

/* A fresh entry with one reference, not in the cache; NULL: no memory. */
struct entry *entry_new(unsigned site, struct span path, uint64_t hash);

static inline bool entry_is(const struct entry *e)
{
    return e->magic == ENTRY_MAGIC;
}

/* Whoever holds an entry finds it unchanged; the last release gives back what
 * it holds itself. */
static inline void entry_hold(struct entry *e)
{
    CHECK(entry_is(e));
    e->refs++;
}

/* May it have other bytes than were read, though times and size are the same?
 */
bool entry_rewritten(const struct files *fs, const struct entry *e);

/* Says what type it has.  Without memory for it, none. */
void entry_type(struct files *fs, struct entry *e, const char *type);

/* Where its file is, below its root; false: no memory. */
bool entry_place(struct entry *e, const char *path);

/* Keeps a copy of the list of what e refers to: it lives as long as e, whatever
 * becomes of the slab. */
void entry_refer(struct files *fs, struct entry *e, struct span list);

/* Nobody holds it any more. */
void entry_end(struct files *fs, struct entry *e);

static inline void entry_release(struct files *fs, struct entry *e)
{
    CHECK(entry_is(e));
    if (--e->refs == 0)
        entry_end(fs, e);
}

#endif
