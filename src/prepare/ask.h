/* SPDX-License-Identifier: MIT
 *
 * ask: judges whether a worker's message is a well-formed ask.
 * Layer: prepare (pure).  A worker may have been taken over by what it parsed:
 * its messages are judged before anything is done with them.
 */
#ifndef ETAGD_PREPARE_ASK_H
#define ETAGD_PREPARE_ASK_H

#include <stdbool.h>
#include <stddef.h>

#include "prepare/message.h"

enum ask_fault {
    ASK_OK,
    ASK_SIZE,     /* not sizeof(struct prepare_ask) */
    ASK_SIDECARS, /* a bit that is no coding, or identity's */
    ASK_FDS,      /* not one descriptor and one per sidecar; bare: not none */
    ASK_FLAGS,    /* want_* is neither 0 nor 1, or a coding unknown */
    ASK_NAME      /* empty, without NUL, with a slash, "." or ".." */
};

/* How many descriptors belong to what may be an ask, as it says. */
size_t ask_fds(const void *p);

/* p: n bytes as received with n_fds descriptors.  ASK_OK: *out is filled, and
 * what follows the name's NUL and versions of absent sidecars are zero. */
enum ask_fault ask_check(const void *p, size_t n, size_t n_fds,
                         struct prepare_ask *out);

/* Did a message of n bytes have no room for another ask?  One that had is the
 * last for now: to look for more costs a call. */
bool ask_full(size_t n, size_t n_fds);

/* Static text for the log. */
const char *ask_fault_text(enum ask_fault fault);

#endif
