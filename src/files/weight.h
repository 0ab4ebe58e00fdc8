/* SPDX-License-Identifier: MIT
 *
 * weight: the memory that an entry has.
 * Layer: files.
 */
#ifndef ETAGD_FILES_WEIGHT_H
#define ETAGD_FILES_WEIGHT_H

#include <stddef.h>

struct entry;

/* In bytes, without heads, which it may share with others. */
size_t weight_of(const struct entry *e);

#endif
