/* SPDX-License-Identifier: MIT
 *
 * status: reason phrases and status lines, made from one list of rows.
 * Layer: http (pure).  The list holds every code of RFC 9110 section 15 that is
 * in use, those of RFC 6585 (428, 429, 431, 511) and 451 (RFC 7725): a
 * configuration may name any of them.
 */
#include "http/status.h"

#include "base/check.h"

/* X(code, reason phrase) */
#define STATUS_ROWS(X)                        \
    X(100, "Continue")                        \
    X(101, "Switching Protocols")             \
    X(103, "Early Hints")                     \
    X(200, "OK")                              \
    X(201, "Created")                         \
    X(202, "Accepted")                        \
    X(203, "Non-Authoritative Information")   \
    X(204, "No Content")                      \
    X(205, "Reset Content")                   \
    X(206, "Partial Content")                 \
    X(300, "Multiple Choices")                \
    X(301, "Moved Permanently")               \
    X(302, "Found")                           \
    X(303, "See Other")                       \
    X(304, "Not Modified")                    \
    X(305, "Use Proxy")                       \
    X(307, "Temporary Redirect")              \
    X(308, "Permanent Redirect")              \
    X(400, "Bad Request")                     \
    X(401, "Unauthorized")                    \
    X(402, "Payment Required")                \
    X(403, "Forbidden")                       \
    X(404, "Not Found")                       \
    X(405, "Method Not Allowed")              \
    X(406, "Not Acceptable")                  \
    X(407, "Proxy Authentication Required")   \
    X(408, "Request Timeout")                 \
    X(409, "Conflict")                        \
    X(410, "Gone")                            \
    X(411, "Length Required")                 \
    X(412, "Precondition Failed")             \
    X(413, "Content Too Large")               \
    X(414, "URI Too Long")                    \
    X(415, "Unsupported Media Type")          \
    X(416, "Range Not Satisfiable")           \
    X(417, "Expectation Failed")              \
    X(421, "Misdirected Request")             \
    X(422, "Unprocessable Content")           \
    X(425, "Too Early")                       \
    X(426, "Upgrade Required")                \
    X(428, "Precondition Required")           \
    X(429, "Too Many Requests")               \
    X(431, "Request Header Fields Too Large") \
    X(451, "Unavailable For Legal Reasons")   \
    X(500, "Internal Server Error")           \
    X(501, "Not Implemented")                 \
    X(502, "Bad Gateway")                     \
    X(503, "Service Unavailable")             \
    X(504, "Gateway Timeout")                 \
    X(505, "HTTP Version Not Supported")      \
    X(511, "Network Authentication Required")

const char *status_reason(int code)
{
    switch (code) {
#define X(code, reason) \
    case code:          \
        return reason;
        STATUS_ROWS(X)
#undef X
    default:
        return "Unknown";
    }
}

struct span status_line(int code)
{
    /* always 1.1: the version is this server's own (RFC 9110 2.5) */
    switch (code) {
#define X(code, reason) \
    case code:          \
        return SPAN("HTTP/1.1 " #code " " reason "\r\n");
        STATUS_ROWS(X)
#undef X
    default:
        break;
    }
    check_failed("the status code has a row", __FILE__, __LINE__, __func__);
}
