/* SPDX-License-Identifier: MIT
 *
 * load: from an ini file and -o options to a struct conf.
 * Layer: conf.  Reads the file through inih's stream interface with line
 * numbers of our own.  All faults are gathered; with any, there is no conf.
 */
#ifndef ETAGD_CONF_LOAD_H
#define ETAGD_CONF_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"

struct conf_faults {
    char **text; /* "FILE:LINE: [section] key: ...", in order of lines */
    size_t n;
};

struct conf_source {
    const char *file;       /* NULL: ad hoc */
    const char *ad_hoc_dir; /* with file == NULL: the root; NULL: defaults */
    const char *const *override; /* "section.key=value" */
    size_t n_override;
    const struct conf *told; /* NULL, or whose experiments are no news */
    uint64_t memory;     /* bytes that there are, for `auto`; 0: not known */
    unsigned processors; /* the same */
    bool sockets_passed; /* systemd opens them: addresses need not be ours */
};

/* A fresh conf (free with conf_free) or NULL with the faults filled in.
 * Warnings (experimental schemes and the like) go to `warnings`, which may be
 * NULL. */
struct conf *conf_load(const struct conf_source *source,
                       struct conf_faults *faults,
                       struct conf_faults *warnings);
void conf_faults_free(struct conf_faults *f);

#endif
