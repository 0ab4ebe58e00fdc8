/* SPDX-License-Identifier: MIT
 *
 * password: hashes of passwords, by the system's libcrypt.
 * Layer: os.  A check takes 50 to 1000 ms of a processor on purpose: it is
 * called by helpers, never by a loop.
 * Heap: what libcrypt works in, during the call.
 */
#ifndef ETAGD_OS_PASSWORD_H
#define ETAGD_OS_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

/* Looks for libcrypt, once a process, which has to be before it gives up its
 * rights.  NULL: it is there; or why not. */
const char *password_missing(void);

/* Whether `password` (up to 511 bytes) has this hash: 1, 0, or -errno: it can't
 * be told.  The comparison takes as long wherever they differ. */
int password_matches(const char *hash, const char *password);

#define PASSWORD_HASH_MAX 384

/* A new hash with a salt of its own.  prefix: "$2b$" or "$y$"; cost: 0 for the
 * library's.  0 or -errno. */
int password_hash(const char *password, const char *prefix, unsigned long cost,
                  char hash[PASSWORD_HASH_MAX]);

#endif
