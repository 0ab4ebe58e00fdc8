/* SPDX-License-Identifier: MIT
 *
 * fuzz_htpasswd: a file of passwords; each of its lines is also tried as the
 * value of Authorization.
 */
#include "fuzz.h"

#include <string.h>

#include "conf/htpasswd.h"
#include "http/basic.h"

static void is_whole(const struct htpasswd_line *line)
{
    PROPERTY(line->user.n > 0 && line->user.n <= HTPASSWD_USER_MAX);
    PROPERTY(line->hash.n > 0 && line->hash.n <= HTPASSWD_HASH_MAX);
    PROPERTY(line->hash.p[0] == '$');
    PROPERTY(span_find(line->user, ':') == line->user.n);
    /* nothing that begins the next line or field is in it */
    PROPERTY(!memchr(line->hash.p, ':', line->hash.n));
    PROPERTY(htpasswd_memory(line->hash) <=
             HTPASSWD_MEMORY_MAX + ((size_t)1 << 20));
}

static void as_credentials(struct span value)
{
    char storage[BASIC_BYTES_MAX + 1];
    struct basic b;

    if (!basic_parse(value, storage, &b))
        return;
    PROPERTY(b.both.n == b.user.n + 1 + b.password.n);
    PROPERTY(b.both.n <= BASIC_BYTES_MAX && strlen(storage) == b.both.n);
    PROPERTY(span_find(b.user, ':') == b.user.n);
    PROPERTY(b.user.n <= BASIC_USER_MAX);
    PROPERTY(b.password.n <= BASIC_PASSWORD_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct htpasswd h = { .rest = span_of((const char *)data, size) };
    struct htpasswd_line line;
    enum htpasswd_kind kind;
    size_t bytes = 0;

    while ((kind = htpasswd_next(&h, &line)) != HTPASSWD_END) {
        PROPERTY(line.whole.n > 0);
        bytes += line.whole.n;
        PROPERTY((kind == HTPASSWD_FAULT) == (line.what != NULL));
        if (kind == HTPASSWD_USER)
            is_whole(&line);
        as_credentials(span_to(line.whole, line.whole.n - (line.whole.n > 1)));
    }
    PROPERTY(bytes == size);
    return 0;
}
