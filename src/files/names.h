/* SPDX-License-Identifier: MIT
 *
 * names: what is in a directory, with what its links lead to.
 * Layer: files.
 */
#ifndef ETAGD_FILES_NAMES_H
#define ETAGD_FILES_NAMES_H

#include "os/directory.h"

#define NAMES_MAX 2000 /* of one listing: 4 us each */

struct conf_site;
struct files;

/* Reads `path` below a root; a link counts as what it leads to when the site
 * lets it be followed, and else as something other.  0 or -errno. */
int names_read(struct files *fs, const struct conf_site *site, unsigned root,
               const char *path, struct directory *d);

/* The same some names at a time.  What was begun is ended, whether all was read
 * or not; the names are then still there, until they are given to
 * directory_free(). */
struct names {
    struct files *fs;
    const struct conf_site *site;
    const char *path; /* outlives it */
    unsigned root;
    int fd; /* -1: it is not open */
    bool shy;
    struct directory d;
};
int names_begin(struct names *n, struct files *fs, const struct conf_site *site,
                unsigned root, const char *path);
bool names_more(struct names *n, size_t most); /* false: that was all */
void names_end(struct names *n);

#endif
