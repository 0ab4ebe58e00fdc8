/* SPDX-License-Identifier: MIT
 *
 * plural: one file, 2 files, 0 files.
 * Layer: base.
 */
#ifndef ETAGD_BASE_PLURAL_H
#define ETAGD_BASE_PLURAL_H

#include <stdint.h>

static inline const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

static inline const char *plural_are(uint64_t n)
{
    return n == 1 ? " is" : "s are";
}

#endif
