/* SPDX-License-Identifier: MIT
 *
 * date: HTTP-date (RFC 9110 5.6.7), without the C library's calendar.
 * Layer: http (pure).  Seconds since 1970-01-01 00:00:00 UTC, proleptic
 * Gregorian, years 0000 to 9999.
 */
#ifndef ETAGD_HTTP_DATE_H
#define ETAGD_HTTP_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

#define DATE_BYTES 29 /* "Sun, 06 Nov 1994 08:49:37 GMT" */

/* Writes exactly DATE_BYTES, no NUL.  t is clamped to the years 0000 to 9999.
 */
void date_format(char out[DATE_BYTES], int64_t t);

/* All three forms: IMF-fixdate, RFC 850 (two-digit year: more than 50 years
 * after `now` means the past century) and asctime.  The day name must be a day
 * name but need not fit the date, which no grammar asks for (5.6.7 wants
 * readers robust, and test suites of other servers send such dates); days and
 * hours must exist (leap second 60 is taken as 59).  False: not a date, to be
 * ignored by the caller. */
bool date_parse(struct span text, int64_t now, int64_t *out);

#endif
