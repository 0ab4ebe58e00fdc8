/* SPDX-License-Identifier: MIT
 *
 * Fuzzes the preparer's check of asks: whatever passes is safe to work with.
 * The first byte is the number of descriptors, the rest the message.
 */
#include <string.h>

#include "fuzz.h"

#include "prepare/ask.h"
#include "prepare/item.h"

static void check_passed(const struct prepare_ask *ask, size_t n_fds)
{
    const char *end = memchr(ask->name, 0, sizeof ask->name);

    PROPERTY(end && end != ask->name);
    PROPERTY(!memchr(ask->name, '/', (size_t)(end - ask->name)));
    for (const char *p = end; p < ask->name + sizeof ask->name; p++)
        PROPERTY(*p == '\0');
    PROPERTY(n_fds <= CODING_COUNT && (n_fds == 0) == ask->bare);
    PROPERTY(ask->want_bytes <= 1 && ask->want_codings <= 1);
    PROPERTY(ask->bare <= 1 && !(ask->make & ~PREPARE_CODINGS));

    size_t fds = 1;
    for (unsigned c = 1; c < CODING_COUNT; c++)
        fds += ask->sidecars >> c & 1;
    PROPERTY(ask->sidecars < 1u << CODING_COUNT && !(ask->sidecars & 1));
    PROPERTY(ask->bare || fds == n_fds);
}

/* What passed once passes again, unchanged, with the same key. */
static void check_stable(const struct prepare_ask *ask, size_t n_fds)
{
    struct prepare_ask again;
    struct item_ask a, b;

    PROPERTY(ask_check(ask, sizeof *ask, n_fds, &again) == ASK_OK);
    PROPERTY(memcmp(ask, &again, sizeof again) == 0);
    item_ask_of(ask, &a);
    item_ask_of(&again, &b);
    PROPERTY(memcmp(&a.key, &b.key, sizeof a.key) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct prepare_ask ask;

    if (size == 0)
        return 0;
    size_t n_fds = data[0];
    enum ask_fault fault = ask_check(data + 1, size - 1, n_fds, &ask);
    PROPERTY(*ask_fault_text(fault) != '\0');
    if (fault != ASK_OK)
        return 0;
    check_passed(&ask, n_fds);
    check_stable(&ask, n_fds);
    return 0;
}
