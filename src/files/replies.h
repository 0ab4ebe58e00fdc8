/* SPDX-License-Identifier: MIT
 *
 * replies: puts the answers of the preparer into entries.
 * Layer: files.  Never waits: whoever needs an answer hangs at the entry.
 */
#ifndef ETAGD_FILES_REPLIES_H
#define ETAGD_FILES_REPLIES_H

#include <stdbool.h>

#include "files/entry.h"
#include "files/files.h"

#define REPLIES_TURN_MAX 256 /* answers a turn, whoever sends them */

/* Takes an answer; false: there is none. */
bool replies_take(struct files *fs);

/* The digest of the file is being made: true, and the request is to hang at the
 * entry until it is there or [timeouts] prepare is over.  Of a very large file
 * that holds for requests alone that are about its tag; so it does where only
 * the tags of its forms are to come. */
bool replies_await_digest(struct files *fs, struct entry *e, bool about_tag);

/* One of those that hung at an entry and need not wait any longer, or NULL.  To
 * be asked for until then after each answer, for the next one may be about the
 * same entry, and after replies_turn(). */
struct list *replies_ready(struct files *fs);

/* replies_ready() has something to hand out, or to put right. */
static inline bool replies_any(const struct files *fs)
{
    return !list_empty(&fs->ready) || fs->tries_before;
}

/* Asks again what could not be asked, answers from the name what took too long;
 * milliseconds until there is something to do again, -1: nothing. */
int replies_overdue(struct files *fs);
static inline int replies_turn(struct files *fs)
{
    bool none =
        list_empty(&fs->hashed) && list_empty(&fs->asked) && !fs->asks_waiting;

    return none ? -1 : replies_overdue(fs);
}

/* Another preparer has been started: its channel. */
void replies_renew(struct files *fs, int fd);

/* The wall clock was set back: no file may say that it was changed after the
 * date of its answer (RFC 9110 8.8.2.1).  They are asked about again. */
void replies_forget(struct files *fs);

/* One, which nobody waits for. */
void replies_let_go(struct files *fs, struct entry *e);

/* Nobody waits any more: lets go of what was asked. */
void replies_drop(struct files *fs);

#endif
