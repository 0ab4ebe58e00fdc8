/* SPDX-License-Identifier: MIT
 *
 * tree_walk: every file that a site would serve.
 * Layer: tool.  Follows the configuration: dot files, symbolic links, aliases,
 * redirects.  Folders behind symbolic links are not entered.
 */
#ifndef ETAGD_TOOL_TREE_WALK_H
#define ETAGD_TOOL_TREE_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "conf/conf.h"

#define WALK_PATH_MAX 4096

struct walk_file {
    struct span path; /* decoded request path */
    struct span name; /* last component of the file's own name, with NUL
                         behind it */
    bool index;       /* path is the folder's, the file its index */
    int fd;           /* open for reading, during the visit */
    int64_t mtime_s;
    uint64_t size;
};

/* False: that is enough. */
typedef bool walk_visit(void *arg, const struct walk_file *f);

/* In order of names; false when a folder could not be read or a path is too
 * long (told on standard error), or when it was enough. */
bool walk_site(const struct conf_site *site, walk_visit *visit, void *arg);

#endif
