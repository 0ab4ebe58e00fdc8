/* SPDX-License-Identifier: MIT
 *
 * find: from a decoded path to an open file, or to the reason why there is
 * none. Layer: serve: the one place that turns what the system said into what
 * HTTP needs.
 */
#ifndef ETAGD_FILES_FIND_H
#define ETAGD_FILES_FIND_H

#include <stdbool.h>
#include <stdint.h>

#include "http/accept.h"
#include "http/reason.h"
#include "os/file.h"
#include "prepare/message.h"

struct conf_redirect;
struct conf_site;
struct target;
struct files;

/* A target of 4096 bytes and an index file's name */
#define FIND_PATH_MAX 4352

struct found {
    int status;         /* 200, a redirect's, 4xx, 5xx */
    enum reason reason; /* with 200: NEW: a file; LISTING: a directory to be
                           listed; FALLBACK: the site's fallback file.  Other
                           statuses: why */
    const struct conf_redirect *redirect; /* with REASON_REDIRECT */
    bool transient; /* not to be remembered: a limit or memory was short */
    int error;      /* then: -errno */
    int lane;       /* of the helper that looked it up; -1: none did */
    bool foreign;   /* asking its descriptors may take for ever */
    bool watched;   /* changes will be news (see dirs.h) */
    bool previous;  /* with 200: below a directory that the root was */
    int below;      /* that directory while it is looked into; or -1 */
    int fd;         /* with 200: the file; the caller's to close */
    unsigned root;  /* index in worker_start.root */
    struct file_version version;
    int64_t mtime_s;
    unsigned make;        /* bit per coding to be asked for */
    enum coding declared; /* what a rule says its bytes are in; identity: no */
    uint32_t sidecars;    /* bit per coding */
    int sidecar_fd[CODING_COUNT]; /* the caller's to close */
    struct file_version sidecar_version[CODING_COUNT];
    char path[FIND_PATH_MAX]; /* below the root, NUL-terminated */
};

/* Looks for what `target` names on `site`: a [redirect], a file, a directory's
 * index file, a listing, the fallback file, in this order. */
void find_target(struct files *fs, const struct conf_site *site,
                 const struct target *target, struct found *out);

/* Only for a file, without redirects, listing and fallback. */
void find_file(struct files *fs, const struct conf_site *site,
               const struct target *target, struct found *out);

/* Opens a path below a root as the site's policy on links has it; -errno as in
 * file_open_beneath(), -ELOOP: the policy forbids it.  *linked (may be NULL):
 * the path has symbolic links. */
int find_open(struct files *fs, const struct conf_site *site, unsigned root,
              const char *path, bool *linked);

/* Does a [redirect] of the site speak of that path? */
bool find_moved(const struct conf_site *site, struct span path);

/* Closes what find_file() opened. */
void find_release(struct files *fs, struct found *f);

/* What is compared. */
struct file_version find_version(const struct file_stat *s);

/* What an error (-errno) means to a client. */
void find_refuse(struct found *f, int error);

#endif
