/* SPDX-License-Identifier: MIT
 *
 * logentry: what a line of the error log says, before it has a form.
 * Layer: base, for os/log, which writes it, and http/errorline, which is one of
 * its forms.
 */
#ifndef ETAGD_BASE_LOGENTRY_H
#define ETAGD_BASE_LOGENTRY_H

#include <stdint.h>

#include "base/buf.h"

/* What a message is about, where that is one thing; NULL: it is not. */
struct log_about {
    const char *site; /* names of the site; NULL: that of [server] */
    const char *file; /* path within the site, a folder, a file */
};

struct log_entry {
    int64_t time_us;   /* wall clock */
    const char *level; /* "warn" */
    const char *id;    /* "M012" */
    const char *role;  /* "worker 2" */
    int pid;
    struct log_about about;
    struct span text; /* as it was formatted: nothing is escaped */
};

/* Writes the whole line, or leaves b overflown. */
typedef void log_form(struct buf *b, const struct log_entry *e);

#endif
