/* SPDX-License-Identifier: MIT
 *
 * paced: what [pace] sections say of an answer.
 * Layer: answer.
 */
#ifndef ETAGD_ANSWER_PACED_H
#define ETAGD_ANSWER_PACED_H

#include "answer/answer.h"

/* The answer that was queued last goes at the pace of its path (serve/pacing
 * sees to it). */
void paced_look_up(const struct reply *to);
static inline void paced_begin(const struct reply *to)
{
    if (to->a->conf->n_paces > 0)
        paced_look_up(to);
}

#endif
