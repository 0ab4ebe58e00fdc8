/* SPDX-License-Identifier: MIT
 *
 * body: which content a request has (RFC 9112 6.3), and the decoder of the
 * chunked coding (7.1), one byte at a time outside chunk data.
 * Layer: http (pure).  All grammar is strict: no bare LF, no white space where
 * RFC 9112 has none; a fault is decided at the byte that settles it.
 */
#include "http/body.h"

#include "base/chars.h"
#include "base/num.h"

#define SIZE_DIGITS_MAX 16 /* leading zeros included */

/* -- which content ----------------------------------------------------------
 */

/* transfer-coding = token *( OWS ";" ... ): its name; p NULL: it is none. */
static struct span coding_name(struct span member)
{
    size_t n = 0;

    while (n < member.n && chars_is(member.p[n], CHAR_TOKEN))
        n++;
    struct span rest = span_trim(span_from(member, n));
    if (n == 0 || (rest.n && rest.p[0] != ';'))
        return SPAN_NONE;
    return span_to(member, n);
}

struct codings {
    unsigned others; /* before "chunked" */
    bool chunked;    /* the last one so far */
};

/* One line's members; false: "chunked" comes before another coding or has
 * parameters (RFC 9112 7.1), or something is no coding.  An empty member is
 * none, either: what frames a message is read strictly. */
static bool take_codings(struct codings *c, struct span line)
{
    for (bool last = false; !last;) {
        size_t comma = span_find(line, ',');
        struct span member = span_trim(span_to(line, comma));
        struct span name = coding_name(member);

        last = comma == line.n;
        line = span_from(line, comma + 1);
        if (!name.p || c->chunked)
            return false;
        c->chunked = span_eq_nocase(name, SPAN("chunked"));
        if (c->chunked && name.n != member.n)
            return false;
        c->others += !c->chunked;
    }
    return true;
}

/* Lines are one list (RFC 9110 5.3).  Codings that are not known before
 * "chunked" are not implemented (RFC 9112 6.1, 7); without it nobody knows
 * where the content ends (6.3), but one alone may be meant for a better server.
 */
static enum fault judge_codings(const struct head *h)
{
    struct codings c = { 0, false };

    for (size_t i = h->first[FIELD_TRANSFER_ENCODING]; i < h->n_fields; i++) {
        if (h->fields[i].id == FIELD_TRANSFER_ENCODING &&
            !take_codings(&c, h->fields[i].value))
            return FAULT_CODING_BAD;
    }
    if (c.chunked)
        return c.others ? FAULT_CODING_UNKNOWN : FAULT_NONE;
    return c.others == 1 ? FAULT_CODING_UNKNOWN : FAULT_CODING_BAD;
}

static bool is_repeated(const struct head *h, enum field_id id)
{
    return (h->repeated >> id) & 1;
}

static enum fault frame_chunked(const struct head *h, struct body *out)
{
    if (h->minor < 1) /* RFC 9112 6.1 */
        return FAULT_CODING_HTTP10;
    if (head_has(h, FIELD_CONTENT_LENGTH)) /* RFC 9112 6.3, rule 3 */
        return FAULT_LENGTH_AND_CODING;
    out->kind = BODY_CHUNKED;
    return judge_codings(h);
}

/* RFC 9110 8.6, but a list of equal numbers is refused too */
static enum fault frame_length(const struct head *h, struct body *out)
{
    uint64_t n = 0;

    if (is_repeated(h, FIELD_CONTENT_LENGTH))
        return FAULT_LENGTH_REPEATED;
    if (!num_u64(head_value(h, FIELD_CONTENT_LENGTH), &n) || n > INT64_MAX)
        return FAULT_LENGTH_MALFORMED;
    if (n > out->bytes_max)
        return FAULT_BODY_LONG;
    out->kind = n ? BODY_LENGTH : BODY_NONE;
    out->left = n;
    return FAULT_NONE;
}

enum fault body_framing(const struct head *h, uint64_t bytes_max,
                        struct body *out)
{
    *out = (struct body){ .kind = BODY_NONE, .bytes_max = bytes_max };
    if (head_has(h, FIELD_TRANSFER_ENCODING))
        return frame_chunked(h, out);
    return body_announced(h) ? frame_length(h, out) : FAULT_NONE;
}

/* -- the chunked coding ------------------------------------------------------
 */

enum state {
    SIZE, /* first, so that a zeroed body begins here */
    SIZE_LF,
    EXT_SEMICOLON, /* BWS before ";" */
    EXT_NAME_BWS,  /* BWS after ";" */
    EXT_NAME,
    EXT_NAME_END, /* BWS after the name: "=" or ";" */
    EXT_VALUE_BWS,
    EXT_VALUE,
    EXT_QUOTED,
    EXT_ESCAPE,
    EXT_VALUE_END, /* after a quoted value */
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILER_START,
    TRAILER_NAME,
    TRAILER_VALUE,
    TRAILER_LF,
    END_LF,
    DONE
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static enum fault go(struct body *b, enum state state)
{
    b->state = (uint8_t)state;
    return FAULT_MORE;
}

/* The byte behind a chunk size or inside its extensions that starts something
 * new: another extension or the end of the line. */
static enum fault size_line_next(struct body *b, char c, enum fault otherwise)
{
    if (c == ';')
        return go(b, EXT_NAME_BWS);
    return c == '\r' ? go(b, SIZE_LF) : otherwise;
}

/* chunk-size = 1*HEXDIG */
static enum fault take_size(struct body *b, char c)
{
    int digit = chars_hex(c);

    if (digit >= 0) {
        if (b->digits == SIZE_DIGITS_MAX)
            return FAULT_CHUNK_SIZE;
        b->digits++;
        b->left = b->left << 4 | (uint64_t)digit;
        return FAULT_MORE;
    }
    if (b->digits == 0 || b->left > INT64_MAX)
        return FAULT_CHUNK_SIZE;
    if (!is_space(c) && c != ';' && c != '\r')
        return FAULT_CHUNK_SIZE;
    if (b->left > b->bytes_max - b->taken)
        return FAULT_BODY_LONG;
    b->counted = 0;
    return is_space(c) ? go(b, EXT_SEMICOLON)
                       : size_line_next(b, c, FAULT_CHUNK_SIZE);
}

static enum fault take_size_lf(struct body *b, char c)
{
    if (c != '\n')
        return FAULT_CHUNK_SIZE;
    b->digits = 0;
    b->counted = 0;
    return go(b, b->left ? DATA : TRAILER_START);
}

/* Inside a quoted value: qdtext is what a field value may hold, but for '"' and
 * '\' (RFC 9110 5.6.4). */
static enum fault take_quoted(struct body *b, char c)
{
    if (!chars_is(c, CHAR_FIELD))
        return FAULT_CHUNK_EXT;
    if (b->state == EXT_ESCAPE)
        return go(b, EXT_QUOTED);
    if (c == '"')
        return go(b, EXT_VALUE_END);
    return go(b, c == '\\' ? EXT_ESCAPE : EXT_QUOTED);
}

/* chunk-ext = *( BWS ";" BWS name [ BWS "=" BWS value ] ) (RFC 9112 7.1.1);
 * white space at the end of the line is none of it. */
static enum fault take_ext(struct body *b, char c)
{
    bool token = chars_is(c, CHAR_TOKEN);

    if (++b->counted > BODY_CHUNK_EXT_MAX)
        return FAULT_CHUNK_EXT;
    switch (b->state) {
    case EXT_SEMICOLON:
        if (is_space(c))
            return FAULT_MORE;
        return c == ';' ? go(b, EXT_NAME_BWS) : FAULT_CHUNK_EXT;
    case EXT_NAME_BWS:
        if (is_space(c))
            return FAULT_MORE;
        return token ? go(b, EXT_NAME) : FAULT_CHUNK_EXT;
    case EXT_NAME:
        if (token)
            return FAULT_MORE;
        if (is_space(c))
            return go(b, EXT_NAME_END);
        return c == '=' ? go(b, EXT_VALUE_BWS)
                        : size_line_next(b, c, FAULT_CHUNK_EXT);
    case EXT_NAME_END:
        if (is_space(c))
            return FAULT_MORE;
        if (c == '=')
            return go(b, EXT_VALUE_BWS);
        return c == ';' ? go(b, EXT_NAME_BWS) : FAULT_CHUNK_EXT;
    case EXT_VALUE_BWS:
        if (is_space(c))
            return FAULT_MORE;
        if (c == '"')
            return go(b, EXT_QUOTED);
        return token ? go(b, EXT_VALUE) : FAULT_CHUNK_EXT;
    case EXT_VALUE:
        if (token)
            return FAULT_MORE;
        break;
    default: /* EXT_VALUE_END */
        break;
    }
    return is_space(c) ? go(b, EXT_SEMICOLON)
                       : size_line_next(b, c, FAULT_CHUNK_EXT);
}

/* trailer-section = *( field-line CR LF ) CR LF (RFC 9112 7.1.2), each line as
 * strict as in a head; all of it counts, the last CR LF included. */
static enum fault take_trailer(struct body *b, char c)
{
    if (++b->counted > BODY_TRAILER_MAX)
        return FAULT_TRAILER_LONG;
    switch (b->state) {
    case TRAILER_START:
        if (c == '\r')
            return go(b, END_LF);
        return chars_is(c, CHAR_TOKEN) ? go(b, TRAILER_NAME)
                                       : FAULT_TRAILER_BAD;
    case TRAILER_NAME:
        if (chars_is(c, CHAR_TOKEN))
            return FAULT_MORE;
        return c == ':' ? go(b, TRAILER_VALUE) : FAULT_TRAILER_BAD;
    case TRAILER_VALUE:
        if (chars_is(c, CHAR_FIELD))
            return FAULT_MORE;
        return c == '\r' ? go(b, TRAILER_LF) : FAULT_TRAILER_BAD;
    case TRAILER_LF:
        return c == '\n' ? go(b, TRAILER_START) : FAULT_TRAILER_BAD;
    default: /* END_LF */
        if (c != '\n')
            return FAULT_TRAILER_BAD;
        go(b, DONE);
        return FAULT_NONE;
    }
}

static enum fault take_byte(struct body *b, char c)
{
    if (b->state == SIZE)
        return take_size(b, c);
    if (b->state == SIZE_LF)
        return take_size_lf(b, c);
    if (b->state == EXT_QUOTED || b->state == EXT_ESCAPE)
        return ++b->counted > BODY_CHUNK_EXT_MAX ? FAULT_CHUNK_EXT
                                                 : take_quoted(b, c);
    if (b->state < DATA)
        return take_ext(b, c);
    if (b->state == DATA_CR)
        return c == '\r' ? go(b, DATA_LF) : FAULT_CHUNK_END;
    if (b->state == DATA_LF)
        return c == '\n' ? go(b, SIZE) : FAULT_CHUNK_END;
    return take_trailer(b, c);
}

/* As many content bytes as there are and as belong here. */
static size_t take_content(struct body *b, size_t n)
{
    size_t take = b->left < n ? (size_t)b->left : n;

    b->left -= take;
    b->taken += take;
    return take;
}

static enum fault take_chunked(struct body *b, const char *p, size_t n,
                               size_t *used)
{
    enum fault f = b->state == DONE ? FAULT_NONE : FAULT_MORE;

    while (f == FAULT_MORE && *used < n) {
        if (b->state == DATA) {
            *used += take_content(b, n - *used);
            if (b->left == 0)
                b->state = DATA_CR;
            continue;
        }
        f = take_byte(b, p[*used]);
        if (f == FAULT_MORE || f == FAULT_NONE)
            ++*used;
    }
    return f;
}

enum fault body_take(struct body *b, const char *p, size_t n, size_t *used)
{
    *used = 0;
    if (b->kind == BODY_CHUNKED)
        return take_chunked(b, p, n, used);
    *used = take_content(b, n); /* BODY_NONE has nothing left */
    return b->left ? FAULT_MORE : FAULT_NONE;
}
