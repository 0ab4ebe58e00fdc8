/* SPDX-License-Identifier: MIT
 *
 * proxy: tells the versions apart; reads the line of version 1 (section 2.1).
 * Layer: http (pure).
 */
#include "http/proxy.h"

#include <string.h>

#include "base/num.h"
#include "http/proxy_parts.h"

#define LINE_MAX 107 /* with CR LF */

const char *proxy_fault_text(enum proxy_fault f)
{
    static const char *const texts[] = {
#define X(id, text) [PROXY_##id] = text,
        PROXY_ROWS(X)
#undef X
    };

    return texts[f];
}

/* The next of the words that single blanks separate. */
static struct span word(struct span *rest)
{
    size_t n = span_find(*rest, ' ');
    struct span w = span_to(*rest, n);

    *rest = n < rest->n ? span_from(*rest, n + 1) : SPAN_NONE;
    return w;
}

static bool port(struct span text, uint16_t *out)
{
    uint64_t v;

    if (text.n == 0 || text.n > 5 || (text.n > 1 && text.p[0] == '0') ||
        !num_u64(text, &v) || v > 65535)
        return false;
    *out = (uint16_t)v;
    return true;
}

/* Of the family that the line names; an IPv6 address may be a mapped one. */
static bool address(struct span text, unsigned family, struct ip *out)
{
    bool colon = span_find(text, ':') < text.n;

    return colon == (family == 6) && ip_parse(text, out);
}

static enum proxy_fault addresses(struct proxy *out, unsigned family,
                                  struct span rest)
{
    struct span text[4];

    for (int i = 0; i < 4; i++) {
        if (!rest.p)
            return PROXY_LINE;
        text[i] = word(&rest);
    }
    if (rest.p)
        return PROXY_LINE;
    if (!address(text[0], family, &out->client) ||
        !address(text[1], family, &out->server) ||
        !port(text[2], &out->client_port) || !port(text[3], &out->server_port))
        return PROXY_ADDRESS;
    return PROXY_OK;
}

/* The line without its CR LF and "PROXY ". */
static enum proxy_fault line(struct proxy *out, struct span rest)
{
    struct span family = word(&rest);

    if (span_eq(family, SPAN("UNKNOWN"))) {
        out->local = true; /* and whatever follows is to be ignored */
        return PROXY_OK;
    }
    if (!rest.p)
        return PROXY_LINE;
    if (span_eq(family, SPAN("TCP4")))
        return addresses(out, 4, rest);
    if (span_eq(family, SPAN("TCP6")))
        return addresses(out, 6, rest);
    return PROXY_LINE;
}

static enum proxy_fault version_1(struct proxy *out, struct span in)
{
    struct span most = span_to(in, LINE_MAX);
    size_t cr = span_find(most, '\r');

    for (size_t i = 0; i < cr; i++) {
        if (most.p[i] < ' ' || most.p[i] > '~')
            return PROXY_LINE;
    }
    if (cr + 1 >= most.n)
        return most.n == LINE_MAX ? PROXY_LINE : PROXY_MORE;
    if (most.p[cr + 1] != '\n')
        return PROXY_LINE;
    out->bytes = cr + 2;
    return line(out, span_from(span_to(in, cr), sizeof "PROXY " - 1));
}

/* Do the first bytes begin like `word`, as far as they are there? */
static bool begins(struct span in, struct span word)
{
    return span_eq(span_to(in, word.n), span_to(word, in.n));
}

enum proxy_fault proxy_parse(struct proxy *out, const char *p, size_t n)
{
    const struct span in = span_of(p, n), text = SPAN("PROXY ");
    const struct span binary = span_of(PROXY_SIGNATURE, PROXY_SIGNATURE_BYTES);

    memset(out, 0, sizeof *out);
    if (begins(in, text))
        return n < text.n ? PROXY_MORE : version_1(out, in);
    if (begins(in, binary))
        return n < binary.n ? PROXY_MORE : proxy_version_2(out, in);
    return PROXY_MISSING;
}
