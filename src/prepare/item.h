/* SPDX-License-Identifier: MIT
 *
 * item: what is known, or being found out, about one version of one file.
 * Layer: prepare.  An item is made at the first ask for its key; asks of other
 * workers with the same key wait on the same item, and later ones find it in
 * the memo.  It lives while it is in the memo, has waiters, or is worked on.
 */
#ifndef ETAGD_PREPARE_ITEM_H
#define ETAGD_PREPARE_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "base/words.h"
#include "os/helpers.h"
#include "prepare/form.h"
#include "prepare/message.h"
#include "prepare/reading.h"

/* Everything that an answer depends on.  Of the name only its extension's row
 * counts; without a row all names are alike.  Compared by its bytes. */
struct item_key {
    struct file_version version;
    const struct media_row *row, *inner; /* inner: as if it were not coded */
    uint32_t sidecars;
    uint16_t want_bytes, want_codings;
    uint32_t own;
};

/* With what only files with sidecars have, of those in key.sidecars. */
struct item_ask {
    struct item_key key;
    const struct file_version *sidecar_version; /* [CODING_COUNT] */
};

/* Which codings are asked for is no part of it: an item has those that anybody
 * has wanted so far. */

enum part_state {
    PART_NONE,   /* not asked for */
    PART_COMING, /* to be read, or to be made */
    PART_THERE,
    PART_USELESS, /* tried: does not pay, or is no good */
    PART_LOST     /* will not come this time: no memory, or given up */
};

/* The sums of a file's blocks, and where workers read them; slab 0: nowhere. */
struct part_sums {
    struct sums sums;
    uint64_t slab, offset;
};

/* What a file refers to, http/refs.h, and where workers read it; slab 0:
 * nowhere. */
struct item_refs {
    uint64_t slab, offset;
    size_t n;
    char list[];
};

/* One representation: identity or a coding. */
struct part {
    enum part_state state;
    bool has_digest, sidecar, racy;
    bool first; /* made soon: not as small as it gets */
    uint8_t digest[DIGEST_BYTES];
    uint64_t slab, offset, bytes; /* slab 0: not in memory */
    struct part_sums *sums;       /* of what is sent from files; NULL: none */
    struct file_version version;  /* of the file that it was read from */
};

enum item_state {
    ITEM_FRESH, /* nothing read yet */
    ITEM_EARLY, /* type known, digest to come */
    ITEM_READY, /* facts complete; codings may be coming */
    ITEM_FAILED
};

/* What an item needs only until all its files have been read. */
struct work {
    struct helper_job job; /* where its files are another machine's */
    struct item *of;
    char *slice; /* READING_SLICE_BYTES, while a helper has it in hand */
    struct reading reading;
    bool busy; /* reading `part` */
    enum coding part;
    int fds[CODING_COUNT];            /* -1: none, or done */
    struct part before[CODING_COUNT]; /* of an item that this one replaces */
    bool compressible, bad_mark;
    char magic[MEDIA_TYPE_MAX], charset[MEDIA_TYPE_MAX]; /* libmagic's word */
    char name[PREPARE_NAME_MAX];
};

struct item {
    struct item *chain; /* of its bucket */
    struct list lru;    /* memo's */
    struct list queue;  /* what it waits for; self-linked when for nothing */
    uint8_t to_code;    /* enum coding that it is queued for, or CODING_COUNT:
                           a small form; identity: none */
    uint8_t wanted;     /* bit per coding that somebody has asked for */
    uint8_t small;      /* bit per coding whose small form is to be made yet */
    bool codes;         /* its bytes are such that codings are made */
    struct list waiters;
    struct item_key key;
    uint64_t hash;
    uint64_t begun_us;      /* monotonic: nothing of it was read earlier */
    uint64_t used_us;       /* when somebody asked, or had its bytes in use */
    int mark[CODING_COUNT]; /* of its files (os/marks.h); 0: not watched */
    uint64_t fresh;         /* generation of news when it was begun */
    struct work *work;      /* NULL: all is read */
    enum item_state state;
    bool in_memo;
    bool in_hand;  /* with the coder or a helper */
    unsigned lane; /* of helpers, for its files may hang; 0: none */
    bool disagrees, negotiable, varies, text;
    bool unnamed;    /* its forms have no tags yet: see naming.h */
    enum coding own; /* of the file's bytes, as a rule says and they show */
    bool racy;       /* the file, or a sidecar as it was asked for */
    struct part own_part;
    struct part *coded[CODING_COUNT - 1]; /* see item_part(); NULL: nothing */
    uint8_t forms;                        /* bit per coding: its form[] */
    uint8_t form[CODING_COUNT - 1][FORM_BYTES]; /* what its tag is made from */
    struct file_version *sidecar_version; /* [CODING_COUNT]; NULL: key.sidecars
                                             is 0 */
    struct item_refs *refs;               /* NULL: none */
    const char *type, *magic; /* of the words, or NULL; magic, for the log:
                                 libmagic's, where it disagrees */
};

/* Takes over the descriptors; those of another machine close when they may. */
struct item *item_new(const struct prepare_ask *ask, const int *fds);

/* Nothing is known of it, and nothing will be: an answer to a bare ask. */
struct item *item_unknown(const struct prepare_ask *ask);
void item_ask_of(const struct prepare_ask *ask, struct item_ask *out);

/* Is it about the same bytes? */
bool item_is(const struct item *it, const struct item_ask *ask);

/* What is known of a form; and the same to be written. */
const struct part *item_part(const struct item *it, unsigned coding);
struct part *item_part_add(struct item *it, unsigned coding);

/* What its tag is made from. */
static inline const uint8_t *item_form(const struct item *it, unsigned coding)
{
    return it->form[coding - 1];
}

/* Says what type it is of, or what libmagic says. */
void item_say(struct words *words, const char **of, const char *text);

/* One of its files will not be read any more. */
void item_close(const struct reading_tools *t, struct item *it, enum coding c);

/* All files are read, or no longer to be: closes them. */
void item_work_end(struct reading_tools *t, struct item *it);

/* `old`, which it replaces, may have had the same bytes. */
void item_inherit(struct item *it, const struct item *old);

/* Watches its files from here on, before any is read. */
void item_watch(struct item *it, struct reading_tools *t);

/* Could an ask with this key, for these codings, be answered from it, now or
 * when it is done? */
bool item_usable(const struct item *it, const struct reading_tools *t,
                 unsigned make);

/* Somebody would be sent these codings: those that can be made now are COMING
 * from here on. */
void item_want(struct item *it, const struct slabs *slabs, unsigned make);

/* Codings that could be made of it, and are not (any more). */
unsigned item_offers(const struct item *it, const struct slabs *slabs);

/* One that is not in the memo, has no waiters, and is not queued or in
 * anybody's hand. */
void item_free(struct reading_tools *t, struct item *it);

/* Codings that are still to come. */
unsigned item_coming(const struct item *it);

/* Next coding that is to be made by us; CODING_COUNT: none, but `small` may
 * have some. */
enum coding item_to_make(const struct item *it);

/* Of which a first form comes before the small one. */
bool item_twice(const struct item *it, enum coding c);

/* Puts sums and references where workers can read them, unless they are there.
 */
void item_place(struct item *it, struct slabs *slabs);

/* It, and where its bytes are, have just been asked for. */
void item_use(struct item *it, struct slabs *slabs);

bool part_alive(const struct part *part, const struct slabs *slabs);

#endif
