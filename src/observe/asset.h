/* SPDX-License-Identifier: MIT
 *
 * asset: the files of the live page, which make puts into the program from
 * src/observe/page/ (embed.sh).
 * Layer: observe.
 */
#ifndef ETAGD_OBSERVE_ASSET_H
#define ETAGD_OBSERVE_ASSET_H

#include <stddef.h>

struct asset {
    const char *path; /* "/page.js" */
    const char *type;
    const unsigned char *bytes;
    size_t n;
};

extern const struct asset assets[]; /* ends with a NULL path */

#endif
