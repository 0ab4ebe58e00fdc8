/* SPDX-License-Identifier: MIT
 *
 * boxed: the box's figures to the loader and into the log.
 * Layer: master.
 */
#include "master/boxed.h"

#include "base/plural.h"
#include "conf/autos.h"
#include "os/box.h"
#include "os/log.h"

static struct box seen; /* at the last load */

void boxed_look(struct conf_source *source)
{
    box_read("", &seen);
    source->memory = seen.memory;
    source->processors = seen.processors;
}

void boxed_log(const struct conf *c)
{
    if (autos_squeezed(c))
        log_info(
            "M154",
            "%zu MiB of memory (%s): %zu KiB of prepared bytes, %zu file%s "
            "in a worker, codings up to %zu KiB",
            (size_t)(seen.memory >> 20), seen.memory_from,
            c->prepare.memory_bytes >> 10, c->prepare.files,
            plural(c->prepare.files), c->prepare.compress_max_bytes >> 10);
    if (seen.memory > 0 && c->prepare.memory_bytes > seen.memory / 2)
        log_warn("M155",
                 "[prepare] memory is %zu MiB of the %zu MiB available "
                 "(%s): see etagd --show-budget",
                 c->prepare.memory_bytes >> 20, (size_t)(seen.memory >> 20),
                 seen.memory_from);
}
