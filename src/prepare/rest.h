/* SPDX-License-Identifier: MIT
 *
 * rest: gives back what nobody has asked for in a while, and at once what is
 * not in use when memory is short.
 * Layer: prepare.  A worker names the slabs that it has something in use of;
 * the others grow idle, are dropped, and what was known of their files is
 * forgotten with them.  Whoever asks again has it read again.  A little of what
 * was dear to find out is kept: coded forms, digests of large files.
 */
#ifndef ETAGD_PREPARE_REST_H
#define ETAGD_PREPARE_REST_H

#include "prepare/message.h"

struct agenda;

/* idle_ms: [prepare] give-back; 0: nothing goes because it is idle. */
void rest_start(struct agenda *d, uint64_t idle_ms);

/* Milliseconds until it is to be called again; -1: when something was asked. */
int rest_turn(struct agenda *d);

/* Some worker has these in use. */
void rest_held(struct agenda *d, const struct prepare_held *held);

/* Memory is short: what is not in use now goes. */
void rest_short(struct agenda *d);

#endif
