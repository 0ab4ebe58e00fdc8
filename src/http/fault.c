/* SPDX-License-Identifier: MIT
 *
 * fault: the table behind fault_row(), made from FAULT_ROWS.
 * Layer: http (pure).
 */
#include "http/fault.h"

#include "base/check.h"

static const struct fault_row rows[FAULT_COUNT] = {
#define X(name, status, lives, word, text) \
    [FAULT_##name] = { #name, status, lives, word, text },
    FAULT_ROWS(X)
#undef X
};

const struct fault_row *fault_row(enum fault f)
{
    CHECK(f < FAULT_COUNT);
    return &rows[f];
}
