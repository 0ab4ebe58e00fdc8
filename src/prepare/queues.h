/* SPDX-License-Identifier: MIT
 *
 * queues: what an item waits for, and its end when nothing waits for it.
 * Layer: prepare.
 */
#ifndef ETAGD_PREPARE_QUEUES_H
#define ETAGD_PREPARE_QUEUES_H

struct agenda;
struct item;

/* For the coder: the first coding that we are to make, if any.  One that has
 * come to be wanted is not kept waiting by one that takes longer. */
void queues_code(struct agenda *d, struct item *it);

/* Out of the coder's queues. */
void queues_leave(struct agenda *d, struct item *it);

/* For memo_start(). */
void queues_forgotten(void *arg, struct item *it);

/* Frees the item when nothing refers to it any more. */
void queues_end(struct agenda *d, struct item *it);

#endif
