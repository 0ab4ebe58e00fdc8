/* SPDX-License-Identifier: MIT
 *
 * ask: checks an ask as a list of small steps.
 * Layer: prepare (pure): no system call, no heap, no state.
 */
#include "prepare/ask.h"

#include <string.h>

#include "base/check.h"
#include "os/channel.h"
#include "os/helpers.h"

static const char *const texts[] = {
    [ASK_OK] = "none",
    [ASK_SIZE] = "wrong size",
    [ASK_SIDECARS] = "unknown sidecar",
    [ASK_FDS] = "wrong number of descriptors",
    [ASK_FLAGS] = "unknown flag",
    [ASK_NAME] = "not the last component of a name",
};

const char *ask_fault_text(enum ask_fault fault)
{
    CHECK((size_t)fault < sizeof texts / sizeof *texts);
    return texts[fault];
}

static bool name_ok(const char name[PREPARE_NAME_MAX])
{
    size_t n = strnlen(name, PREPARE_NAME_MAX);

    if (n == 0 || n == PREPARE_NAME_MAX || memchr(name, '/', n))
        return false;
    return strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

size_t ask_fds(const void *p)
{
    struct prepare_ask ask;

    memcpy(&ask, p, sizeof ask);
    return ask.bare ? 0 : 1 + (size_t)__builtin_popcount(ask.sidecars);
}

bool ask_full(size_t n, size_t n_fds)
{
    return n + sizeof(struct prepare_ask) >
               PREPARE_ASKS_MAX * sizeof(struct prepare_ask) ||
           n_fds + CODING_COUNT > CHANNEL_FDS_MAX;
}

enum ask_fault ask_check(const void *p, size_t n, size_t n_fds,
                         struct prepare_ask *out)
{
    const uint32_t known = ((1u << CODING_COUNT) - 1) & ~1u;

    if (n != sizeof *out)
        return ASK_SIZE;
    memcpy(out, p, n);
    if (out->sidecars & ~known)
        return ASK_SIDECARS;
    if (n_fds != ask_fds(out))
        return ASK_FDS;
    if (out->want_bytes > 1 || out->want_codings > 1 || out->watch > 1 ||
        out->bare > 1 || (out->make & ~known) || out->own >= CODING_COUNT ||
        out->lane > HELPERS_LANES)
        return ASK_FLAGS;
    if (!name_ok(out->name))
        return ASK_NAME;

    size_t used = strlen(out->name);
    memset(out->name + used, 0, PREPARE_NAME_MAX - used);
    for (unsigned c = 0; c < CODING_COUNT; c++) {
        if (!(out->sidecars & 1u << c))
            memset(&out->sidecar_version[c], 0, sizeof out->sidecar_version[c]);
    }
    return ASK_OK;
}
