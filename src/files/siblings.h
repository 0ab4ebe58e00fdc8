/* SPDX-License-Identifier: MIT
 *
 * siblings: which codings may lie beside the files of a directory.
 * Layer: files.  A look at a file need not try the names of its coded forms in
 * a directory that has no such names: it was read once, and its watch has told
 * of no change since.
 */
#ifndef ETAGD_FILES_SIBLINGS_H
#define ETAGD_FILES_SIBLINGS_H

#include <stdbool.h>
#include <stdint.h>

struct dirs;
struct root;

struct siblings {
    int fd;          /* of the directory that is being read; -1: none is */
    uint64_t fresh;  /* since when */
    uint64_t *word;  /* its word (dirs.h), as long as nothing is news */
    unsigned found;  /* bit per coding, so far */
    unsigned credit; /* names that were tried in vain since the last step */
};

/* Begins with nothing. */
void siblings_init(struct siblings *s);
void siblings_end(struct siblings *s);

/* Bit per coding of which there may be a form beside `path` (below the root).
 * Its directory is watched; fresh: generation of what watches told. */
unsigned siblings_codings(struct siblings *s, struct dirs *d, uint64_t fresh,
                          unsigned root_index, const struct root *root,
                          const char *path);

#endif
