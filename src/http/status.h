/* SPDX-License-Identifier: MIT
 *
 * status: the status codes that etagd sends, one row each (RFC 9110 15).
 * Layer: http (pure).
 */
#ifndef ETAGD_HTTP_STATUS_H
#define ETAGD_HTTP_STATUS_H

#include "base/span.h"

/* Reason phrase of a code; "Unknown" for one without a row. */
const char *status_reason(int code);

/* "HTTP/1.1 200 OK\r\n"; a code without a row is a CHECK failure. */
struct span status_line(int code);

#endif
