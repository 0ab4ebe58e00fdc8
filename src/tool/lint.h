/* SPDX-License-Identifier: MIT
 *
 * lint: what is doubtful about the caching of one path.
 * Layer: tool.  Pure: a function of the policy, the file's facts and the time.
 */
#ifndef ETAGD_TOOL_LINT_H
#define ETAGD_TOOL_LINT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "conf/rules.h"
#include "http/lifetime.h"

#define LINT_TEXT_MAX 400

/* X(enumerator, word) */
#define LINT_ROWS(X)                         \
    X(HEURISTIC, "heuristic")                \
    X(NO_VALIDATOR, "no-validator")          \
    X(UNHASHED, "long-without-hash")         \
    X(LONG_PAGE, "long-lived-page")          \
    X(COMPETING, "competing-directives")     \
    X(EXPIRES, "expires-conflict")           \
    X(DIRECTIVE, "unknown-directive")        \
    X(SECONDS, "bad-seconds")                \
    X(VARY, "missing-vary")                  \
    X(VARY_ANY, "vary-any")                  \
    X(COOKIE, "cookie-in-shared-cache")      \
    X(PASSWORD, "password-in-shared-cache")  \
    X(PRAGMA, "pragma-in-response")          \
    X(SCHEME, "broken-scheme")               \
    X(CLOCK, "wrong-clock")                  \
    X(FUTURE, "date-in-future")              \
    X(TWO_POLICIES, "one-page-two-policies") \
    X(CHARSET, "charset-contradicted")       \
    X(DEAD_RULE, "rule-matches-nothing")

enum lint_kind {
#define X(id, word) LINT_##id,
    LINT_ROWS(X)
#undef X
        LINT_COUNT
};

const char *lint_word(enum lint_kind k);

/* One path as it would be answered now. */
struct lint_path {
    struct span path; /* decoded; "/dir/" for an index file */
    const struct policy *policy;
    bool page;    /* a document of its own */
    bool guarded; /* a password is asked for ([access]) */
    int64_t mtime_s, now;
    struct lifetime lifetime; /* lint_prepare() fills in the rest */
    bool has_tag, has_date, has_expires;
};

/* Fills in lifetime and validators of a path whose other members are set. */
void lint_prepare(struct lint_path *p);

/* Can a 304 be had? */
bool lint_validator(const struct lint_path *p);

/* Are a page's two addresses answered in the same way? */
bool lint_same(const struct lint_path *a, const struct lint_path *b);

/* Calls found() for each doubt about p. */
typedef void lint_found(void *arg, enum lint_kind kind, struct span text);
void lint_look(const struct lint_path *p, lint_found *found, void *arg);

/* Does a name change with its content: a hash, or a version? */
bool lint_hashed(struct span path);

/* "90 s", "5 min", "3.5 h", "12 days". */
void lint_time(struct buf *b, int64_t s);

#endif
