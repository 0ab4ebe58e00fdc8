/* SPDX-License-Identifier: MIT
 *
 * block: where heads are kept.
 * Layer: files.
 * Heap: a head that not every form has, when it is sent for the first time.
 */
#include "files/block.h"

#include <stdlib.h>

void block_free(struct block *b)
{
    free(b->text);
    b->text = NULL;
}

struct block *block_make(struct block **at)
{
    if (!*at)
        *at = calloc(1, sizeof **at);
    return *at;
}

void block_drop(struct block **at)
{
    if (*at)
        block_free(*at);
    free(*at);
    *at = NULL;
}
