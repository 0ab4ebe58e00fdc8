/* SPDX-License-Identifier: MIT
 *
 * fault: everything that can be wrong with a request, one row each: the status
 * that answers it, whether the connection may live on, a stable word for the
 * log, and a sentence for the person who reads the error page.
 * Layer: http (pure).  Verdicts are values; nothing here answers or logs.
 */
#ifndef ETAGD_HTTP_FAULT_H
#define ETAGD_HTTP_FAULT_H

#include <stdbool.h>

/* X(name, status, connection lives, log word, sentence) */
#define FAULT_ROWS(X)                                                          \
    X(NONE, 0, true, "-", "")                                                  \
    X(MORE, 0, true, "more", "the head is not complete yet")                   \
    /* request line, RFC 9112 section 3 */                                     \
    X(LINE_EMPTY, 400, false, "empty-lines",                                   \
      "More empty lines than one came before the request line.")               \
    X(LINE_BARE_LF, 400, false, "bare-lf",                                     \
      "A line ended with LF alone; HTTP lines end with CR LF.")                \
    X(LINE_BARE_CR, 400, false, "bare-cr", "A CR was not followed by LF.")     \
    X(LINE_CONTROL, 400, false, "control",                                     \
      "There is a control character (or NUL) in the request head.")            \
    X(METHOD_MALFORMED, 400, false, "method", "The method is not a token.")    \
    X(METHOD_LONG, 400, false, "method-long",                                  \
      "The method is longer than any that exists.")                            \
    X(LINE_SPACES, 400, false, "line-spaces",                                  \
      "Method, target and version are separated by exactly one space each.")   \
    X(TARGET_MALFORMED, 400, false, "target",                                  \
      "The request target has a character that must be percent-encoded.")      \
    X(TARGET_LONG, 414, false, "target-long",                                  \
      "The request target is longer than this server reads.")                  \
    X(VERSION_MALFORMED, 400, false, "version",                                \
      "The protocol version is malformed.")                                    \
    X(VERSION_09, 400, false, "http09", "HTTP/0.9 requests are not served.")   \
    X(VERSION_UNSUPPORTED, 505, false, "version-unsupported",                  \
      "Only HTTP/1.0 and HTTP/1.1 are spoken here.")                           \
    /* fields, RFC 9112 section 5 */                                           \
    X(FIELD_FOLDED, 400, false, "folded",                                      \
      "Folded field lines are obsolete and refused.")                          \
    X(FIELD_NAME, 400, false, "field-name",                                    \
      "A field name is empty or not a token.")                                 \
    X(FIELD_SPACE, 400, false, "field-space",                                  \
      "There is white space between a field name and its colon.")              \
    X(FIELD_NO_COLON, 400, false, "field-colon", "A field line has no colon.") \
    X(FIELD_MANY, 431, false, "fields-many",                                   \
      "There are more field lines than this server reads.")                    \
    X(FIELD_LONG, 431, false, "field-long",                                    \
      "A field line is longer than this server reads.")                        \
    X(HEAD_LONG, 431, false, "head-long",                                      \
      "The request head is longer than this server reads.")                    \
    /* framing, RFC 9112 section 6 */                                          \
    X(LENGTH_MALFORMED, 400, false, "length",                                  \
      "Content-Length is not one plain decimal number.")                       \
    X(LENGTH_REPEATED, 400, false, "length-repeated",                          \
      "Content-Length came more than once.")                                   \
    X(LENGTH_AND_CODING, 400, false, "length-and-coding",                      \
      "Content-Length and Transfer-Encoding came together.")                   \
    X(CODING_BAD, 400, false, "transfer-coding",                               \
      "Transfer-Encoding does not end with exactly one \"chunked\".")          \
    X(CODING_UNKNOWN, 501, false, "transfer-coding-unknown",                   \
      "This transfer coding is not implemented.")                              \
    X(CODING_HTTP10, 400, false, "transfer-coding-http10",                     \
      "Transfer-Encoding does not exist in HTTP/1.0.")                         \
    X(CHUNK_SIZE, 400, false, "chunk-size",                                    \
      "A chunk size is malformed or too large.")                               \
    X(CHUNK_EXT, 400, false, "chunk-ext",                                      \
      "A chunk extension is malformed or too long.")                           \
    X(CHUNK_END, 400, false, "chunk-end",                                      \
      "A chunk does not end with CR LF where its size says.")                  \
    X(TRAILER_BAD, 400, false, "trailer", "A trailer field is malformed.")     \
    X(TRAILER_LONG, 431, false, "trailer-long",                                \
      "The trailer section is longer than this server reads.")                 \
    X(BODY_LONG, 413, false, "body-long",                                      \
      "The request content is longer than this server reads.")                 \
    /* routing, RFC 9110 section 7 */                                          \
    X(HOST_MISSING, 400, true, "host-missing",                                 \
      "An HTTP/1.1 request needs a Host field.")                               \
    X(HOST_EMPTY, 400, true, "host-empty",                                     \
      "The Host field names no host, and neither does the target.")            \
    X(HOST_REPEATED, 400, false, "host-repeated",                              \
      "The Host field came more than once.")                                   \
    X(HOST_MALFORMED, 400, false, "host",                                      \
      "The Host field (or the target's authority) is malformed.")              \
    X(TARGET_FORM, 400, true, "target-form",                                   \
      "This form of request target does not go with this method.")             \
    X(TARGET_SCHEME, 400, true, "target-scheme",                               \
      "Only http and https targets are served.")                               \
    X(TARGET_PERCENT, 400, true, "target-percent",                             \
      "A percent sign is not followed by two hexadecimal digits.")             \
    X(TARGET_NUL, 400, true, "target-nul",                                     \
      "The request target holds an encoded NUL or control character.")         \
    X(TARGET_UTF8, 400, true, "target-utf8",                                   \
      "The request target's percent-encoded bytes are not valid UTF-8.")       \
    X(TARGET_ABOVE, 400, true, "target-above",                                 \
      "The request target climbs above the root.")                             \
    X(TARGET_SLASH, 404, true, "target-slash",                                 \
      "No name has a slash inside: %2F names nothing here.")                   \
    /* negotiation of behaviour */                                             \
    X(EXPECT_UNKNOWN, 417, true, "expect",                                     \
      "The only expectation known is 100-continue.")

enum fault {
#define X(name, status, lives, word, text) FAULT_##name,
    FAULT_ROWS(X)
#undef X
        FAULT_COUNT
};

struct fault_row {
    const char *name; /* the enumerator's, "LINE_BARE_LF" */
    int status;       /* 4xx / 5xx, 0 for NONE and MORE */
    bool lives;       /* the connection may carry another request */
    const char *word; /* stable, for logs */
    const char *text; /* one sentence, ASCII, no markup characters */
};

const struct fault_row *fault_row(enum fault f);

#endif
