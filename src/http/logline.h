/* SPDX-License-Identifier: MIT
 *
 * logline: one line of the access log from the facts of one transaction.
 * Layer: http (pure).  Bytes that came from outside are escaped: no control
 * character, quote or byte above 126 reaches a line raw.
 */
#ifndef ETAGD_HTTP_LOGLINE_H
#define ETAGD_HTTP_LOGLINE_H

#include <stdint.h>

#include "base/buf.h"
#include "http/accept.h"
#include "http/basic.h"
#include "http/fault.h"
#include "http/reason.h"

#define LOGLINE_TARGET_MAX 1024 /* longer texts are cut */
#define LOGLINE_ID_MAX 128      /* so are ids, which are for machines */
#define LOGLINE_USER_MAX BASIC_USER_MAX
/* Longest line, newline included: five texts, two ids and a user's name whose
 * bytes take six each, and the rest.  A line that did not fit would be lost,
 * which nobody may bring about. */
#define LOGLINE_BYTES_MAX \
    (6 * (5 * LOGLINE_TARGET_MAX + 2 * LOGLINE_ID_MAX + LOGLINE_USER_MAX) + \
     2048)

/* A second as the formats write it; without NUL. */
struct logline_stamp {
    int64_t second;
    char clf[26]; /* "23/Nov/2026:01:02:03 +0000" */
    char iso[19]; /* "2026-11-23T01:02:03" */
};

void logline_stamp(struct logline_stamp *out, int64_t time_us);

/* Spans point into buffers of the transaction; p NULL: absent. */
struct logline {
    int64_t time_us; /* wall clock at the first byte of the head */
    const struct logline_stamp *stamp; /* the last one made, to be used if it is
                                          of the same second; or NULL */
    unsigned worker;
    uint64_t connection; /* number of the connection, unique in the log */
    uint64_t request;    /* 1 for the first on its connection */
    const char *peer;    /* address text */
    unsigned port;
    const char *via; /* the proxy's that named the peer in a field; or NULL */
    unsigned via_port;
    struct span method, target, host, referer, user_agent;
    struct span user; /* who has proved to be so by a password; p NULL: nobody */
    struct span request_id, traceparent; /* up to LOGLINE_ID_MAX bytes */
    int minor;                           /* HTTP/1.minor; -1: not read */
    int status;                          /* 0: nothing was answered */
    uint64_t bytes;       /* content bytes handed to the system */
    uint64_t duration_us; /* first byte of the head to last byte sent */
    enum coding coding;
    enum reason reason;
    enum fault fault; /* when reason is REASON_FAULT */
    enum end end;     /* END_SENT, or why not all of it was */
};

/* Common log format plus Referer and User-Agent, as every log tool reads it. */
void logline_combined(struct buf *b, const struct logline *l);

/* One JSON object. */
void logline_json(struct buf *b, const struct logline *l);

/* For a person at a terminal:
 * "12:00:03.120 w1 c3.2 GET /logo.png 304 0 tag matches" */
void logline_readable(struct buf *b, const struct logline *l);

/* "2026-11-23T01:02:03.123456Z" */
void logline_time(struct buf *b, int64_t time_us);

#endif
