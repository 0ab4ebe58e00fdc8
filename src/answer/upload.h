/* SPDX-License-Identifier: MIT
 *
 * upload: [server] accept-upload: content is counted and thrown away.
 * Layer: answer.
 */
#ifndef ETAGD_ANSWER_UPLOAD_H
#define ETAGD_ANSWER_UPLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "http/method.h"

struct conf;
struct reply;

/* Is content of that method wanted there? */
bool upload_wanted(const struct conf *conf, enum method m, struct span path);

/* 200 with a page: so many bytes came since the head's first byte. */
void upload_answer(const struct reply *to, uint64_t bytes);

#endif
