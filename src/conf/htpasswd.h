/* SPDX-License-Identifier: MIT
 *
 * htpasswd: the lines of a file of passwords, "user:hash".
 * Layer: conf.  Pure; owns nothing.  Only hashes that cost a guesser something,
 * and the server not too much: bcrypt, yescrypt, SHA-512 and SHA-256 of
 * crypt(5).  Whatever else is there is named and refused.
 */
#ifndef ETAGD_CONF_HTPASSWD_H
#define ETAGD_CONF_HTPASSWD_H

#include <stddef.h>

#include "base/span.h"

#define HTPASSWD_USER_MAX 255
#define HTPASSWD_HASH_MAX 255
#define HTPASSWD_MEMORY_MAX ((size_t)64 << 20) /* of one check */
#define HTPASSWD_COST_MAX 15                   /* of bcrypt */
#define HTPASSWD_ROUNDS_MAX 1000000            /* of SHA */

struct htpasswd {
    struct span rest;
    int number; /* of the line that was read last */
};

enum htpasswd_kind {
    HTPASSWD_END,
    HTPASSWD_USER,
    HTPASSWD_NOTE, /* a comment, or an empty line */
    HTPASSWD_FAULT
};

struct htpasswd_line {
    struct span whole; /* with its end */
    struct span user, hash;
    const char *what; /* is wrong with it */
};

enum htpasswd_kind htpasswd_next(struct htpasswd *h,
                                 struct htpasswd_line *line);

/* NULL, or why it can't be one. */
const char *htpasswd_user_fault(struct span user);
const char *htpasswd_hash_fault(struct span hash);

/* Bytes that checking a password against this (good) hash takes. */
size_t htpasswd_memory(struct span hash);

#endif
