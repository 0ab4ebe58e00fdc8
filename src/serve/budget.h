/* SPDX-License-Identifier: MIT
 *
 * budget: how much memory a worker may come to use under a configuration.
 * Layer: serve.  Pure.
 */
#ifndef ETAGD_SERVE_BUDGET_H
#define ETAGD_SERVE_BUDGET_H

#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"

struct budget_row {
    const char *what;
    const char *key; /* that it follows from; "" for none */
    uint64_t count, each;
};

#define BUDGET_ROWS_MAX 16
#define BUDGET_REQUESTS "requests under way"

/* Rows for one worker that may have `descriptors` (0: no limit); how many. */
size_t budget_worker(const struct conf *conf, size_t descriptors,
                     struct budget_row rows[BUDGET_ROWS_MAX]);

/* Rows for what all processes share. */
size_t budget_shared(const struct conf *conf,
                     struct budget_row rows[BUDGET_ROWS_MAX]);

#endif
