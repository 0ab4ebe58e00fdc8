/* SPDX-License-Identifier: MIT
 *
 * library: dlopen(3), and dlsym(3) for each name.
 * Layer: os.  What was opened stays until the process ends.
 */
#include "os/library.h"

#ifdef ETAGD_LATE_LIBRARIES

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

bool library_open(const struct library *l, char why[LIBRARY_WHY])
{
    if (!l->file)
        return true;
    void *handle = dlopen(l->file, RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; handle && i < l->n; i++) {
        void *at = dlsym(handle, l->names[i]);
        if (!at)
            handle = NULL; /* another version: none of it is called */
        else
            memcpy((char *)l->calls + i * sizeof at, &at, sizeof at);
    }
    if (!handle) { /* its text is gone at the next call */
        const char *text = dlerror();
        (void)snprintf(why, LIBRARY_WHY, "%s", text ? text : l->file);
    }
    return handle != NULL;
}

#else

bool library_open(const struct library *l, char why[LIBRARY_WHY])
{
    (void)l;
    (void)why;
    return true;
}

#endif
