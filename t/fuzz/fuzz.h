/* SPDX-License-Identifier: MIT
 *
 * fuzz: the entry that every target defines, and how it asserts properties.
 */
#ifndef ETAGD_FUZZ_H
#define ETAGD_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PROPERTY(cond)                                                        \
    do {                                                                      \
        if (!(cond)) {                                                        \
            fprintf(stderr, "property broken: %s (%s:%d)\n", #cond, __FILE__, \
                    __LINE__);                                                \
            abort();                                                          \
        }                                                                     \
    } while (0)

#endif
