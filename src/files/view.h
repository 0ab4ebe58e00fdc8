/* SPDX-License-Identifier: MIT
 *
 * view: what a helper sees of a worker's files.
 * Layer: files.  Its roots are descriptors of its own: what a root's name means
 * may change while the helper waits, and nothing else of it ever does.
 */
#ifndef ETAGD_FILES_VIEW_H
#define ETAGD_FILES_VIEW_H

#include "files/files.h"

struct view {
    struct files files;
    unsigned refs; /* counted by the loop */
};

/* With one reference; NULL: no memory, or no descriptors. */
struct view *view_new(const struct files *fs);
void view_release(struct view *view);

#endif
