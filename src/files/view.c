/* SPDX-License-Identifier: MIT
 *
 * view: copies of the roots.
 * Layer: files.
 * Heap: one when mounts or roots have changed.
 */
#include "files/view.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/check.h"
#include "os/file.h"

struct view *view_new(const struct files *fs)
{
    struct view *view = calloc(1, sizeof *view);

    if (!view)
        return NULL;
    struct files *own = &view->files;
    view->refs = 1;
    list_init(&own->cache.open);
    own->conf = fs->conf;
    own->root = calloc(fs->n_roots, sizeof own->root[0]);
    for (size_t i = 0; own->root && i < fs->n_roots; i++) {
        int fd = file_again(fs->root[i].fd);
        if (fd < 0)
            break;
        own->root[own->n_roots++].fd = fd;
    }
    if (own->n_roots < fs->n_roots) {
        view_release(view);
        return NULL;
    }
    return view;
}

void view_release(struct view *view)
{
    CHECK(view->refs > 0);
    if (--view->refs > 0)
        return;
    for (size_t i = 0; i < view->files.n_roots; i++)
        close(view->files.root[i].fd);
    free(view->files.root);
    free(view);
}
