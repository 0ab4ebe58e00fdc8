/* SPDX-License-Identifier: MIT
 *
 * https: sends those to https that came without TLS.
 * Layer: answer.
 */
#ifndef ETAGD_ANSWER_HTTPS_H
#define ETAGD_ANSWER_HTTPS_H

#include <stdbool.h>

#include "http/target.h"

struct conf;
struct reply;

/* Is it a request for a file that is served over TLS alone?  tls: it came that
 * way. */
bool https_wants(const struct conf *conf, bool tls,
                 const struct target *target);

/* 308 to the same target there; a request without a name for the host is 400.
 */
void https_answer(const struct reply *to, const struct target *target);

#endif
