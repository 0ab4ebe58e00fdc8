/* SPDX-License-Identifier: MIT
 *
 * health: answers the paths of [health], for balancers and supervisors.
 * Layer: answer.  Made from memory alone: whoever asks learns of this process,
 * not of a disk, and is answered under any name.
 */
#ifndef ETAGD_ANSWER_HEALTH_H
#define ETAGD_ANSWER_HEALTH_H

#include <stdbool.h>

#include "base/span.h"

struct conf;
struct reply;

/* Is it one of the two?  Decoded. */
bool health_names(const struct conf *conf, struct span path);

/* Answers a request for it: 200 or 503, or 405. */
void health_answer(const struct reply *to, struct span path);

#endif
