/* SPDX-License-Identifier: MIT
 *
 * about: what a line of the error log is about that is about an entry.
 * Layer: files.
 */
#ifndef ETAGD_FILES_ABOUT_H
#define ETAGD_FILES_ABOUT_H

#include "base/logentry.h"
#include "files/entry.h"
#include "files/files.h"

static inline struct log_about about_entry(const struct files *fs,
                                           const struct entry *e)
{
    return (struct log_about){ fs->conf->sites[e->site].hosts, e->path };
}

#endif
