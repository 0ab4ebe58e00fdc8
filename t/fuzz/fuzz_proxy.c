/* SPDX-License-Identifier: MIT
 *
 * fuzz_proxy: the first bytes of a connection behind a proxy.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "http/proxy.h"

static void within(struct span s, const char *p, size_t n)
{
    PROPERTY(!s.p || (s.p >= p && s.p + s.n <= p + n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *p = (const char *)data;
    struct proxy whole, part;
    enum proxy_fault f = proxy_parse(&whole, p, size);

    PROPERTY(f < PROXY_FAULT_COUNT && proxy_fault_text(f)[0]);
    PROPERTY(f != PROXY_MORE || size < PROXY_BYTES_MAX);
    if (f == PROXY_OK) {
        PROPERTY(whole.bytes > 0 && whole.bytes <= size &&
                 whole.bytes <= PROXY_BYTES_MAX);
        within(whole.tls_version, p, whole.bytes);
        within(whole.tls_cipher, p, whole.bytes);
        within(whole.name, p, whole.bytes);
        PROPERTY(whole.local || whole.client.family == 4 ||
                 whole.client.family == 6);
        /* what comes after the header has no say */
        PROPERTY(proxy_parse(&part, p, whole.bytes) == PROXY_OK);
        PROPERTY(part.bytes == whole.bytes &&
                 ip_eq(&part.client, &whole.client) &&
                 part.client_port == whole.client_port);
    }
    /* cut anywhere: nothing yet, or the same */
    for (size_t n = 0; n < size && n < 300; n++) {
        char *copy = malloc(n + 1); /* a byte behind it is a fault */
        memcpy(copy, p, n);
        enum proxy_fault g = proxy_parse(&part, copy, n);
        PROPERTY(g == PROXY_MORE || g == f);
        free(copy);
    }
    return 0;
}
