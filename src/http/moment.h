/* SPDX-License-Identifier: MIT
 *
 * moment: a point of time as both clocks tell it, read once and believed for as
 * long as one turn of work lasts.
 * Layer: http.  Pure.
 */
#ifndef ETAGD_HTTP_MOMENT_H
#define ETAGD_HTTP_MOMENT_H

#include <stdint.h>

#include "http/date.h"

struct moment {
    uint64_t us, ms; /* monotonic */
    int64_t real_us; /* wall clock */
    int64_t second;  /* the same */
    char date[DATE_BYTES];
};

#endif
