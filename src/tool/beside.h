/* SPDX-License-Identifier: MIT
 *
 * beside: the coded forms of one file, as files beside it.
 * Layer: tool.  What is there already counts when it unpacks to the file's very
 * bytes, whatever its times are: builds that give all files one date would else
 * keep the forms of the last release.
 */
#ifndef ETAGD_TOOL_BESIDE_H
#define ETAGD_TOOL_BESIDE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "http/accept.h"
#include "os/file.h"

#define BESIDE_BYTES_MAX                                 \
    (UINT64_C(256) << 20) /* larger files are left alone \
                           */

enum beside_act {
    BESIDE_NOTHING, /* is not there, and not worth it */
    BESIDE_KEPT,
    BESIDE_WRITTEN,
    BESIDE_DATED,  /* right, but older than the file, so it did not count */
    BESIDE_REMOVED /* of other bytes, and not worth it now */
};

struct beside {
    int root;
    enum file_links links;
    uint64_t bytes_min;
    bool write; /* else it only tells what it would do */
    bool force; /* makes again what is right already, and replaces what is
                   newer than the file and of other bytes */
    const atomic_bool *stop;
};

/* What became of it; zeroed before. */
struct beside_outcome {
    uint64_t size;                /* of the file */
    uint64_t bytes[CODING_COUNT]; /* of forms that are there then */
    uint8_t act[CODING_COUNT];    /* enum beside_act */
    uint8_t failed;               /* coding that error is about; 0: the file */
    int error;  /* the first, 0 or -errno.  -EBUSY: it changed meanwhile;
                   -ESTALE: the form is newer and of other bytes */
    bool large; /* more than BESIDE_BYTES_MAX */
    bool ended; /* else it was stopped, or never begun */
};

/* below: the file's path below the root.  Its name is one that forms are looked
 * for of. */
void beside_file(const struct beside *b, const char *below,
                 struct beside_outcome *o);

#endif
