/* SPDX-License-Identifier: MIT
 *
 * reason: why a response has its status, and how a transaction or connection
 * ended: one row each, a stable word for log and observer and the section.
 * Layer: http (pure).
 */
#ifndef ETAGD_HTTP_REASON_H
#define ETAGD_HTTP_REASON_H

/* X(enumerator, word, section or rule) */
#define REASON_ROWS(X)                                                        \
    X(NONE, "-", "")                                                          \
    X(WHOLE, "new", "RFC 9110 15.3.1: no precondition, the whole file")       \
    X(TAG_MATCHES, "tag matches", "RFC 9110 13.1.2, 13.2.2 step 3")           \
    X(TAG_DIFFERS, "tag differs", "RFC 9110 13.1.2, 13.2.2 step 3")           \
    X(DATE_NOT_NEWER, "not modified since", "RFC 9110 13.1.3, 13.2.2 step 4") \
    X(DATE_NEWER, "modified since", "RFC 9110 13.1.3, 13.2.2 step 4")         \
    X(TAG_OF_OTHERS, "tag matches, but the bytes differ",                     \
      "RFC 9110 8.8.1: the tag was handed out for other bytes, too")          \
    X(DATE_OF_OTHERS, "not modified since, but the bytes differ",             \
      "RFC 9110 8.8.2.2: the date was handed out for other bytes, too")       \
    X(RANGE_OF_OTHERS, "range, but the bytes differ",                         \
      "RFC 9110 13.1.5: the tag was handed out for other bytes, too")         \
    X(MATCH_FAILS, "if-match fails", "RFC 9110 13.1.1, 13.2.2 step 1")        \
    X(UNMODIFIED_FAILS, "if-unmodified-since fails",                          \
      "RFC 9110 13.1.4, 13.2.2 step 2")                                       \
    X(HOLDS, "precondition holds", "RFC 9110 13.2.2 steps 1 and 2")           \
    X(RANGE, "range", "RFC 9110 14.2, 15.3.7")                                \
    X(RANGE_STALE, "if-range differs", "RFC 9110 13.1.5, 13.2.2 step 5")      \
    X(RANGE_UNSATISFIABLE, "range beyond the end", "RFC 9110 15.5.17")        \
    X(OPTIONS, "options", "RFC 9110 9.3.7")                                   \
    X(PREFLIGHT, "cors preflight", "Fetch 3.2.2")                             \
    X(DIRECTORY, "directory", "a directory's name ends with a slash")         \
    X(REDIRECT, "redirect rule", "[redirect] in the configuration")           \
    X(UPLOAD, "upload", "accept-upload in the configuration")                 \
    X(LISTING, "listing", "directory listing is on")                          \
    X(FALLBACK, "fallback file", "fallback in the configuration")             \
    X(PREVIOUS, "previous release",                                           \
      "[server] keep-previous: the new one has no file of that name")         \
    X(NOT_FOUND, "no such file", "RFC 9110 15.5.5")                           \
    X(DOTFILE, "dotfile", "names that start with a dot are not served")       \
    X(OUTSIDE, "leaves the root", "a symbolic link leads out of the root")    \
    X(LINK, "symbolic link", "the symlinks policy forbids it")                \
    X(UNREADABLE, "not readable", "the worker's user may not read it")        \
    X(NO_INDEX, "no index", "a directory without an index file")              \
    X(NOT_A_FILE, "not a file",                                               \
      "only regular files are served, and only if their size is told")        \
    X(READY, "ready", "[health] path: this node wants requests")              \
    X(LEAVING, "leaving", "[health] path: this node is about to end")         \
    X(WARMING, "warming", "[prepare] warm: files are being made ready")       \
    X(ALIVE, "alive", "[health] live: a worker turns")                        \
    X(TO_HTTPS, "to https", "[server] https-port: it came without TLS")       \
    X(NO_CREDENTIALS, "no credentials",                                       \
      "RFC 9110 15.5.2: [access] asks for a password")                        \
    X(WRONG_CREDENTIALS, "wrong credentials",                                 \
      "RFC 9110 15.5.2: no such user, or another password")                   \
    X(ATTEMPTS, "too many attempts", "RFC 6585 4: [access] attempts")         \
    X(METHOD_NOT_ALLOWED, "method not allowed", "RFC 9110 15.5.6")            \
    X(METHOD_UNKNOWN, "method unknown", "RFC 9110 15.6.2")                    \
    X(HOST_UNKNOWN, "unknown host", "RFC 9110 15.5.20")                       \
    X(FAULT, "faulty request", "see the fault's word")                        \
    X(TIMEOUT, "request too slow", "RFC 9110 15.5.9")                         \
    X(UNANSWERED, "file system does not answer", "RFC 9110 15.6.5")           \
    X(OVERLOAD, "overload", "a limit of the configuration is reached")        \
    X(SYSTEM, "system error", "RFC 9110 15.6.1")

enum reason {
#define X(id, word, section) REASON_##id,
    REASON_ROWS(X)
#undef X
        REASON_COUNT
};

const char *reason_word(enum reason r);
const char *reason_section(enum reason r);

/* How it ended.  X(enumerator, word, who closed first) */
#define END_ROWS(X)                                          \
    X(OPEN, "open", "-")                                     \
    X(SENT, "sent", "-")                                     \
    X(CLIENT_CLOSED, "client closed", "client")              \
    X(CLIENT_RESET, "client reset", "client")                \
    X(UNUSED, "client closed, never used", "client")         \
    X(CLOSE_ASKED, "client asked to close", "server")        \
    X(IDLE_TIMEOUT, "idle too long", "server")               \
    X(UNUSED_TIMEOUT, "never used, idle too long", "server") \
    X(HEAD_TIMEOUT, "request too slow", "server")            \
    X(BODY_TIMEOUT, "content too slow", "server")            \
    X(SEND_TIMEOUT, "reader too slow", "server")             \
    X(RATE_LOW, "below the lowest rate", "server")           \
    X(FAULTY, "faulty request", "server")                    \
    X(LIMIT_REQUESTS, "requests-per-connection", "server")   \
    X(PROTOCOL, "HTTP/1.0 closes", "server")                 \
    X(LIMIT_ADDRESS, "connections-per-address", "server")    \
    X(FILE_CHANGED, "file changed while sending", "server")  \
    X(FILE_SHORT, "file ended early", "server")              \
    X(UNANSWERED, "file system does not answer", "server")   \
    X(DRAINING, "draining", "server")                        \
    X(STOPPED, "stopped", "server")                          \
    X(EVICTED, "gave way", "server")                         \
    X(PROXY_HEADER, "no correct PROXY header", "server")     \
    X(PROXY_PEER, "not a trusted proxy", "server")           \
    X(WORKER_DIED, "worker died", "server")                  \
    X(SYSTEM, "system error", "server")

enum end {
#define X(id, word, who) END_##id,
    END_ROWS(X)
#undef X
        END_COUNT
};

const char *end_word(enum end e);
const char *end_who(enum end e);

#endif
