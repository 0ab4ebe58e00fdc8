/* SPDX-License-Identifier: MIT
 *
 * num: the one place where text becomes a number.
 * Layer: base.  Strict: digits only, no sign, no white space, no overflow.
 */
#ifndef ETAGD_BASE_NUM_H
#define ETAGD_BASE_NUM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/* 1*DIGIT to *out; false (and *out untouched) when empty, not all digits, or
 * above UINT64_MAX. */
bool num_u64(struct span s, uint64_t *out);

/* 1*HEXDIG to *out; false when empty, not all hexadecimal, or above
 * UINT64_MAX. */
bool num_hex(struct span s, uint64_t *out);

#endif
