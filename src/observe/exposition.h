/* SPDX-License-Identifier: MIT
 *
 * exposition: families of samples as Prometheus reads them: its own text format
 * (0.0.4), or OpenMetrics 1.0.
 * Layer: observe.  The two differ in names and types of counters, in infos and
 * in the end; everything else is written once.
 */
#ifndef ETAGD_OBSERVE_EXPOSITION_H
#define ETAGD_OBSERVE_EXPOSITION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct exposition {
    struct buf *b;
    bool open; /* OpenMetrics */
};

struct head;

/* Does this request rather take OpenMetrics (RFC 9110 12.5.1)? */
bool exposition_wanted(const struct head *h);

/* The media type of what is written. */
const char *exposition_type(const struct exposition *x);

enum family_type {
    FAMILY_COUNTER,
    FAMILY_GAUGE,
    FAMILY_INFO,
    FAMILY_HISTOGRAM
};

/* name: without "etagd_" and without the suffix of its samples. */
struct family {
    const char *name, *help;
    enum family_type type;
};

void exposition_family(const struct exposition *x, const struct family *f);

/* One sample; labels: `worker="1"`, or "". */
void exposition_sample(const struct exposition *x, const struct family *f,
                       const char *labels, uint64_t value);

/* The same, of microseconds that are to be read as seconds. */
void exposition_seconds(const struct exposition *x, const struct family *f,
                        const char *labels, uint64_t us);

/* A histogram over the bounds of share/counters.h; the last bucket is what is
 * above. */
void exposition_times(const struct exposition *x, const struct family *f,
                      const uint64_t *buckets, uint64_t sum_us);

/* A family without labels. */
void exposition_single(const struct exposition *x, const struct family *f,
                       uint64_t value);

/* What an answer ends with. */
void exposition_end(const struct exposition *x);

#endif
