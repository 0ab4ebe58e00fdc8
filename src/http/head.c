/* SPDX-License-Identifier: MIT
 *
 * head: the parser of request heads (RFC 9112 sections 2, 3 and 5).
 * Layer: http (pure).  One pass over the bytes from left to right; each
 * decision is made at the first byte that settles it and looks at no byte
 * behind that one.  A limit is a cut: where a part must have ended within N
 * bytes, the part is parsed as if the input ended there, and "more" at the cut
 * is the part's
 * ..._LONG.  So the verdict cannot depend on how many bytes follow.
 */
#include "http/head.h"

#include "base/check.h"
#include "http/scan.h"

_Static_assert(FIELD_COUNT <= 64, "head.present has a bit for each field");
_Static_assert(HEAD_FIELDS_MAX <= 256, "head.first[] holds an index");

/* What is left of the input for one part of the head. */
struct capacity {
    const char *end;
    bool cut; /* the part's limit ends it, not the input */
};

/* For a part of at most `max` bytes, its end mark of one byte not counted. */
static inline struct capacity capacity_for(const char *at, const char *end,
                                           size_t max)
{
    if ((size_t)(end - at) > max)
        return (struct capacity){ at + max + 1, true };
    return (struct capacity){ end, false };
}

static inline enum fault room_fault(struct capacity r, enum fault f,
                                    enum fault too_long)
{
    return f == FAULT_MORE && r.cut ? too_long : f;
}

/* The fault of the byte at p, which its part may not have: line ends and
 * controls are named alike everywhere, the rest as the caller says. */
struct names {
    enum fault at_end;   /* CR LF */
    enum fault at_space; /* SP or HTAB */
    enum fault other;
};

static enum fault line_end_fault(const char *p, const char *end,
                                 enum fault crlf)
{
    if (end - p < 2)
        return FAULT_MORE;
    return p[1] == '\n' ? crlf : FAULT_LINE_BARE_CR;
}

static enum fault byte_fault(const char *p, const char *end, struct names names)
{
    if (p == end)
        return FAULT_MORE;
    if (*p == '\r')
        return line_end_fault(p, end, names.at_end);
    if (*p == '\n')
        return FAULT_LINE_BARE_LF;
    if (*p == ' ' || *p == '\t')
        return names.at_space;
    if ((unsigned char)*p < 0x20 || *p == 0x7f)
        return FAULT_LINE_CONTROL;
    return names.other;
}

static inline bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* What was read of a part that ended wrongly or not yet, for the log: up to and
 * with the byte that settled it, unless that is a blank or a line's end. */
static struct span read_so_far(const char *p, const char *stop, const char *end)
{
    bool told =
        stop < end && !is_space(*stop) && *stop != '\r' && *stop != '\n';

    return span_of(p, (size_t)(stop - p) + told);
}

/* RFC 9112 2.2: one empty line before the request line is skipped. */
static enum fault skip_empty_line(const char **at, const char *end)
{
    enum fault f = line_end_fault(*at, end, FAULT_NONE);

    if (f != FAULT_NONE)
        return f;
    *at += 2;
    if (*at < end && **at == '\r')
        return line_end_fault(*at, end, FAULT_LINE_EMPTY);
    return FAULT_NONE;
}

/* RFC 9112 3.1 */
static enum fault read_method(struct head *h, const char **at, const char *end)
{
    static const struct names names = { FAULT_LINE_SPACES, FAULT_LINE_SPACES,
                                        FAULT_METHOD_MALFORMED };
    const char *p = *at;

    if (end - p >= 4 && memcmp(p, "GET ", 4) == 0) {
        h->method = METHOD_GET;
        h->method_text = span_of(p, 3);
        *at = p + 4;
        return FAULT_NONE;
    }

    struct capacity room = capacity_for(p, end, HEAD_METHOD_MAX);
    const char *stop = scan_name(p, room.end);
    if (stop == room.end || *stop != ' ' || stop == p) {
        h->method_text = read_so_far(p, stop, room.end);
        return room_fault(room, byte_fault(stop, room.end, names),
                          FAULT_METHOD_LONG);
    }
    h->method_text = span_of(p, (size_t)(stop - p));
    h->method = method_of(h->method_text);
    *at = stop + 1;
    return FAULT_NONE;
}

/* Browsers send these as they are (WHATWG URL, percent-encode sets), though RFC
 * 3986 has no place for them: | and ^ anywhere, the others in a query.  Nothing
 * is made of any of them. */
static inline bool browsers_send(char c, bool in_query)
{
    return c == '|' || c == '^' ||
           (in_query && (c == '{' || c == '}' || c == '`' || c == '\\'));
}

/* From where the grammar of RFC 3986 has stopped. */
static const char *scan_on(const char *p, const char *stop, const char *end)
{
    bool in_query = memchr(p, '?', (size_t)(stop - p)) != NULL;

    while (stop < end && browsers_send(*stop, in_query)) {
        p = stop;
        stop = scan_target(p + 1, end);
        in_query = in_query || memchr(p, '?', (size_t)(stop - p)) != NULL;
    }
    return stop;
}

/* RFC 9112 3.2; which form it has is target.h's business */
static enum fault read_target(struct head *h, const char **at, const char *end,
                              size_t bytes_max)
{
    static const struct names empty = { FAULT_LINE_SPACES, FAULT_LINE_SPACES,
                                        FAULT_TARGET_MALFORMED };
    static const struct names names = { FAULT_VERSION_09, FAULT_LINE_SPACES,
                                        FAULT_TARGET_MALFORMED };
    const char *p = *at;
    struct capacity room = capacity_for(p, end, bytes_max);
    const char *stop = scan_target(p, room.end);

    if (stop < room.end && *stop != ' ' && stop > p)
        stop = scan_on(p, stop, room.end);
    if (stop == room.end || *stop != ' ' || stop == p) {
        h->target = read_so_far(p, stop, room.end);
        return room_fault(room,
                          byte_fault(stop, room.end, stop == p ? empty : names),
                          FAULT_TARGET_LONG);
    }
    h->target = span_of(p, (size_t)(stop - p));
    if (*p == '/') {
        const char *done = scan_path(p, stop, end);
        if (done == stop || *done == '?')
            h->simple = (size_t)(done - p);
    }
    *at = stop + 1;
    return FAULT_NONE;
}

/* "HTTP/" DIGIT "." DIGIT in its exact case (RFC 9112 2.3), byte by byte; a
 * version is judged when its line has ended, so that "HTTP/2.0x" is malformed
 * and not unsupported. */
static enum fault judge_version(struct head *h, const char **at,
                                const char *end)
{
    static const char model[] = "HTTP/0.0";
    static const struct names early = { FAULT_VERSION_MALFORMED,
                                        FAULT_LINE_SPACES,
                                        FAULT_VERSION_MALFORMED };
    static const struct names late = { FAULT_NONE, FAULT_LINE_SPACES,
                                       FAULT_VERSION_MALFORMED };
    const char *p = *at;

    if (p < end && *p == '\r') /* "GET / \r\n" */
        return line_end_fault(p, end, FAULT_LINE_SPACES);
    for (size_t i = 0; i < sizeof model - 1; i++, p++) {
        if (p == end)
            return FAULT_MORE;
        if (model[i] == '0' ? !chars_is(*p, CHAR_DIGIT) : *p != model[i])
            return byte_fault(p, end, early);
    }
    enum fault f = byte_fault(p, end, late);
    if (f != FAULT_NONE)
        return f;
    if (p[-3] != '1')
        return FAULT_VERSION_UNSUPPORTED;
    /* RFC 9110 2.5: a higher minor version is spoken to as the highest here */
    h->minor = p[-1] == '0' ? 0 : 1;
    *at = p + 2;
    return FAULT_NONE;
}

static inline enum fault read_version(struct head *h, const char **at,
                                      const char *end)
{
    if (end - *at >= 10 && memcmp(*at, "HTTP/1.1\r\n", 10) == 0) {
        h->minor = 1;
        *at += 10;
        return FAULT_NONE;
    }
    return judge_version(h, at, end);
}

static enum fault read_request_line(struct head *h, const char **at,
                                    const char *end,
                                    const struct head_limits *limits)
{
    enum fault f = read_method(h, at, end);

    if (f == FAULT_NONE)
        f = read_target(h, at, end, limits->target_bytes_max);
    if (f == FAULT_NONE)
        f = read_version(h, at, end);
    return f;
}

/* Why the name that ends at `stop` is none. */
static enum fault name_fault(const char *start, const char *stop,
                             const char *end)
{
    static const struct names names = { FAULT_FIELD_NO_COLON, FAULT_FIELD_SPACE,
                                        FAULT_FIELD_NAME };
    static const struct names first = { FAULT_FIELD_NAME, FAULT_FIELD_FOLDED,
                                        FAULT_FIELD_NAME };

    return byte_fault(stop, end, stop == start ? first : names);
}

static inline void keep_field(struct head *h, struct span name,
                              struct span value)
{
    enum field_id id = field_of(name);
    uint64_t bit = (uint64_t)1 << id;
    size_t i = h->n_fields++;

    h->fields[i] = (struct head_field){ name, value, id };
    if (h->present & bit)
        h->repeated |= bit;
    else
        h->first[id] = (uint8_t)i;
    h->present |= bit;
}

/* field-line = field-name ":" OWS field-value OWS CR LF (RFC 9112 5) */
static inline enum fault read_field(struct head *h, const char **at,
                                    const char *end, size_t fields_max)
{
    static const struct names names = { FAULT_NONE, FAULT_NONE,
                                        FAULT_LINE_CONTROL };
    const char *p = *at, *colon = scan_name(p, end);

    if (colon == end || *colon != ':' || colon == p)
        return name_fault(p, colon, end);
    if (h->n_fields == fields_max)
        return FAULT_FIELD_MANY;

    const char *value = colon + 1;
    while (value < end && is_space(*value))
        value++;
    const char *stop = scan_value(value, end);
    if (end - stop < 2 || stop[0] != '\r' || stop[1] != '\n')
        return byte_fault(stop, end, names);

    const char *last = stop;
    while (last > value && is_space(last[-1]))
        last--;
    keep_field(h, span_of(p, (size_t)(colon - p)),
               span_of(value, (size_t)(last - value)));
    *at = stop + 2;
    return FAULT_NONE;
}

static enum fault read_fields(struct head *h, const char **at, const char *end,
                              const struct head_limits *limits)
{
    for (;;) {
        if (*at < end && **at == '\r') {
            enum fault f = line_end_fault(*at, end, FAULT_NONE);
            if (f == FAULT_NONE)
                *at += 2;
            return f;
        }
        /* a line's limit counts its CR LF */
        struct capacity room =
            capacity_for(*at, end, limits->line_bytes_max - 1);
        enum fault f = read_field(h, at, room.end, limits->fields_max);
        if (f != FAULT_NONE)
            return room_fault(room, f, FAULT_FIELD_LONG);
    }
}

static inline void clear(struct head *h)
{
    h->method = METHOD_OTHER;
    h->method_text = h->target = SPAN("");
    h->minor = -1;
    h->present = h->repeated = 0;
    h->n_fields = h->bytes = h->simple = 0;
}

enum fault head_parse(struct head *h, const char *p, size_t n,
                      const struct head_limits *limits)
{
    CHECK(limits->fields_max <= HEAD_FIELDS_MAX);
    clear(h);
    if (n == 0)
        return FAULT_MORE;

    bool cut = n >= limits->head_bytes_max;
    const char *at = p, *end = p + (cut ? limits->head_bytes_max : n);
    enum fault f = FAULT_NONE;
    if (*at == '\r')
        f = skip_empty_line(&at, end);
    if (f == FAULT_NONE)
        f = read_request_line(h, &at, end, limits);
    if (f == FAULT_NONE)
        f = read_fields(h, &at, end, limits);
    if (f == FAULT_NONE)
        h->bytes = (size_t)(at - p);
    return f == FAULT_MORE && cut ? FAULT_HEAD_LONG : f;
}
