/* SPDX-License-Identifier: MIT
 *
 * htpasswd: what is a line, a name, a hash.
 * Layer: conf.  Pure.
 */
#include "conf/htpasswd.h"

#include <stdint.h>

#include "base/chars.h"
#include "base/num.h"
#include "http/utf8.h"

#define CHECK_BYTES ((size_t)40 << 10) /* libcrypt's own, whatever the hash */

/* The digits of crypt(5)'s numbers and hashes. */
static int digit(char c)
{
    if (c == '.' || c == '/')
        return c - '.';
    if (c >= '0' && c <= '9')
        return c - '0' + 2;
    if (c >= 'A' && c <= 'Z')
        return c - 'A' + 12;
    return c >= 'a' && c <= 'z' ? c - 'a' + 38 : -1;
}

static bool digits(struct span s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (digit(s.p[i]) < 0)
            return false;
    }
    return true;
}

/* Up to the next '$', which is dropped; p NULL: there is none. */
static struct span part(struct span *s)
{
    size_t n = span_find(*s, '$');
    struct span out = n < s->n ? span_to(*s, n) : SPAN_NONE;

    *s = span_from(*s, n + 1);
    return out;
}

/* $2y$10$, then 22 characters of salt and 31 of hash */
static const char *bcrypt_fault(struct span hash)
{
    struct span rest = span_from(hash, 4);
    struct span cost = part(&rest);
    uint64_t n = 0;

    if (!cost.p || cost.n != 2 || !num_u64(cost, &n) || n < 4 || n > 31 ||
        rest.n != 53 || !digits(rest))
        return "is not a whole bcrypt hash";
    if (n > HTPASSWD_COST_MAX)
        return "costs seconds at each check; allowed: bcrypt up to 15";
    return NULL;
}

/* $6$salt$hash, $6$rounds=N$salt$hash */
static const char *sha_fault(struct span hash, size_t length)
{
    struct span rest = span_from(hash, 3);
    struct span salt = part(&rest);
    uint64_t rounds = 5000;

    if (salt.p && span_starts(salt, SPAN("rounds="))) {
        if (!num_u64(span_from(salt, 7), &rounds))
            return "is not a whole SHA hash";
        salt = part(&rest);
    }
    if (!salt.p || salt.n == 0 || salt.n > 16 || !digits(salt) ||
        rest.n != length || !digits(rest))
        return "is not a whole SHA hash";
    if (rounds > HTPASSWD_ROUNDS_MAX)
        return "costs seconds at each check; allowed: rounds=1000000";
    return NULL;
}

/* j, log2 N - 1, r - 1, each a digit as long as it is below 48; 0: others. */
static size_t yescrypt_memory(struct span parameters)
{
    int n, r;

    if (parameters.n != 3 || parameters.p[0] != 'j')
        return 0;
    n = digit(parameters.p[1]);
    r = digit(parameters.p[2]);
    if (n < 0 || n > 30 || r < 0 || r > 47)
        return 0;
    uint64_t bytes = (uint64_t)128 * (uint64_t)(r + 1) << (n + 1);
    return bytes < SIZE_MAX ? (size_t)bytes : SIZE_MAX;
}

/* $y$j9T$salt$hash */
static const char *yescrypt_fault(struct span hash)
{
    struct span rest = span_from(hash, 3);
    struct span parameters = part(&rest), salt = part(&rest);

    if (!salt.p || salt.n == 0 || salt.n > 86 || !digits(salt) ||
        rest.n != 43 || !digits(rest))
        return "is not a whole yescrypt hash";
    size_t memory = yescrypt_memory(parameters);
    if (memory == 0)
        return "has parameters of yescrypt that are not known here";
    if (memory > HTPASSWD_MEMORY_MAX)
        return "takes more than 64 MiB at each check";
    return NULL;
}

/* What must not be used, by how it begins. */
static const struct {
    struct span begin;
    const char *what;
} refused[] = {
    { SPAN("$apr1$"), "is MD5 (apr1), which is guessed quickly" },
    { SPAN("$1$"), "is MD5, which is guessed quickly" },
    { SPAN("{SHA}"), "is SHA-1 without salt, which is guessed quickly" },
    { SPAN("{SSHA}"), "is SHA-1, which is guessed quickly" },
    { SPAN("$sha1$"), "is SHA-1, which is guessed quickly" },
    { SPAN("$md5"), "is MD5, which is guessed quickly" },
    { SPAN("$3$"), "is NT's MD4, which is guessed quickly" },
    { SPAN("$2x$"), "is bcrypt of a library with a fault" },
    { SPAN("!"), "is locked: remove the line" },
    { SPAN("*"), "is locked: remove the line" },
    { SPAN("$"), "is of a kind that is not known here" },
};

const char *htpasswd_hash_fault(struct span hash)
{
    if (hash.n == 0)
        return "has no hash behind its colon";
    if (hash.n > HTPASSWD_HASH_MAX)
        return "has a hash of more than 255 bytes";
    if (span_starts(hash, SPAN("$2a$")) || span_starts(hash, SPAN("$2b$")) ||
        span_starts(hash, SPAN("$2y$")))
        return bcrypt_fault(hash);
    if (span_starts(hash, SPAN("$6$")))
        return sha_fault(hash, 86);
    if (span_starts(hash, SPAN("$5$")))
        return sha_fault(hash, 43);
    if (span_starts(hash, SPAN("$y$")))
        return yescrypt_fault(hash);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        if (span_starts(hash, refused[i].begin))
            return refused[i].what;
    }
    return hash.n == 13 && digits(hash)
               ? "is DES, which is guessed quickly (or no hash at all)"
               : "is not a hash: a password is never stored in clear";
}

size_t htpasswd_memory(struct span hash)
{
    struct span rest = span_from(hash, 3);

    if (!span_starts(hash, SPAN("$y$")))
        return CHECK_BYTES;
    return yescrypt_memory(part(&rest)) + CHECK_BYTES;
}

const char *htpasswd_user_fault(struct span user)
{
    if (user.n == 0)
        return "has no name before its colon";
    if (user.n > HTPASSWD_USER_MAX)
        return "has a name of more than 255 bytes";
    for (struct span s = user; s.n;) {
        size_t n = utf8_sequence((const unsigned char *)s.p, s.n);
        if (n == 0)
            return "has a name that is not UTF-8";
        if (!chars_is(s.p[0], CHAR_FIELD) || s.p[0] == '\t' || s.p[0] == ':')
            return "has a control character or a colon in its name";
        s = span_from(s, n);
    }
    return NULL;
}

enum htpasswd_kind htpasswd_next(struct htpasswd *h, struct htpasswd_line *line)
{
    if (h->rest.n == 0)
        return HTPASSWD_END;
    size_t end = span_find(h->rest, '\n');
    struct span text = span_to(h->rest, end);

    line->whole = span_to(h->rest, end + 1);
    line->what = NULL;
    h->rest = span_from(h->rest, end + 1);
    h->number++;
    if (text.n && text.p[text.n - 1] == '\r')
        text = span_to(text, text.n - 1);
    if (span_trim(text).n == 0 || text.p[0] == '#')
        return HTPASSWD_NOTE;
    size_t colon = span_find(text, ':');
    /* without a colon the line may be a password: it is shown to nobody */
    line->user = colon < text.n ? span_to(text, colon) : SPAN_NONE;
    line->hash = span_from(text, colon + 1);
    if (colon == text.n)
        line->what = "has no colon behind the name";
    if (!line->what)
        line->what = htpasswd_user_fault(line->user);
    if (!line->what)
        line->what = htpasswd_hash_fault(line->hash);
    return line->what ? HTPASSWD_FAULT : HTPASSWD_USER;
}
