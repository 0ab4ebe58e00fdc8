/* SPDX-License-Identifier: MIT
 *
 * paced: what [pace] sections say of an answer.
 * Layer: answer.
 */
#ifndef ETAGD_ANSWER_PACED_H
#define ETAGD_ANSWER_PACED_H

struct reply;

/* The answer that was queued last goes at the pace of its path (serve/pacing
 * sees to it). */
void paced_begin(const struct reply *to);

#endif
