/* SPDX-License-Identifier: MIT
 *
 * basic: user and password of an Authorization field, and the challenge.
 * Layer: http (pure).
 */
#include "http/basic.h"

#include "base/check.h"

/* -1: not of the alphabet. */
static int digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* One way to write each sequence of bytes: whole groups of four, padded, and
 * bits behind the last byte that are zero. */
static bool decode(struct span text, struct buf *out)
{
    size_t n = text.n;
    unsigned bits = 0, held = 0;

    if (n == 0 || n % 4)
        return false;
    while (n > text.n - 2 && text.p[n - 1] == '=')
        n--;
    for (size_t i = 0; i < n; i++) {
        int d = digit(text.p[i]);
        if (d < 0)
            return false;
        bits = (bits << 6 | (unsigned)d) & 0xfff;
        held += 6;
        if (held >= 8) {
            held -= 8;
            buf_char(out, (char)(bits >> held & 0xff));
        }
    }
    return !out->overflow && (bits & ((1u << held) - 1)) == 0;
}

static bool has_control(struct span s)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return true;
    }
    return false;
}

bool basic_parse(struct span value, char *storage, struct basic *out)
{
    const struct span scheme = SPAN("Basic ");
    struct buf b = buf_over(storage, BASIC_BYTES_MAX);

    /* credentials = auth-scheme 1*SP token68 (RFC 9110 11.4) */
    if (!span_eq_nocase(span_to(value, scheme.n), scheme))
        return false;
    value = span_from(value, scheme.n);
    while (value.n && value.p[0] == ' ')
        value = span_from(value, 1);
    if (!decode(value, &b))
        return false;
    out->both = buf_span(&b);
    size_t colon = span_find(out->both, ':');
    out->user = span_to(out->both, colon);
    out->password = span_from(out->both, colon + 1);
    CHECK(b.n <= BASIC_BYTES_MAX);
    storage[b.n] = '\0';
    return colon < out->both.n && out->user.n <= BASIC_USER_MAX &&
           out->password.n <= BASIC_PASSWORD_MAX && !has_control(out->both);
}

void basic_challenge(struct buf *b, struct span realm)
{
    BUF_LIT(b, "WWW-Authenticate: Basic realm=\"");
    for (size_t i = 0; i < realm.n; i++) {
        if (realm.p[i] == '"' || realm.p[i] == '\\')
            buf_char(b, '\\');
        buf_char(b, realm.p[i]);
    }
    BUF_LIT(b, "\", charset=\"UTF-8\"\r\n");
}
