/* SPDX-License-Identifier: MIT
 *
 * boxed: the box's figures to the loader and into the log.
 * Layer: master.
 */
#include "master/boxed.h"

#include "conf/autos.h"
#include "os/box.h"
#include "os/log.h"

void boxed_look(struct conf_source *source)
{
    struct box b;

    box_read("", &b);
    source->memory = b.memory;
    source->processors = b.processors;
}

void boxed_log(const struct conf *c)
{
    struct box b;

    box_read("", &b);
    if (autos_squeezed(c))
        log_info("M154",
                 "%zu MiB of memory (%s): %zu KiB of prepared bytes, %zu files "
                 "in a worker, codings up to %zu KiB",
                 (size_t)(b.memory >> 20), b.memory_from,
                 c->prepare.memory_bytes >> 10, c->prepare.files,
                 c->prepare.compress_max_bytes >> 10);
    if (b.memory > 0 && c->prepare.memory_bytes > b.memory / 2)
        log_warn("M155",
                 "[prepare] memory is %zu MiB of the %zu MiB that there are "
                 "(%s): see etagd --show-budget",
                 c->prepare.memory_bytes >> 20, (size_t)(b.memory >> 20),
                 b.memory_from);
}
