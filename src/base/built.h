/* SPDX-License-Identifier: MIT
 *
 * built: what this program was built with: each part that ./configure can leave
 * out (--without-NAME).
 * Layer: base (libc only).
 */
#ifndef ETAGD_BASE_BUILT_H
#define ETAGD_BASE_BUILT_H

#include <stdbool.h>

enum built {
    BUILT_BROTLI,
    BUILT_ZSTD,
    BUILT_SECCOMP,
    BUILT_CRYPT,
    BUILT_COUNT
};

bool built_with(enum built part);

/* "brotli", as configure calls it, and what is not done without it. */
const char *built_name(enum built part);
const char *built_loss(enum built part);

#endif
