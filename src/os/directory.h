/* SPDX-License-Identifier: MIT
 *
 * directory: the names in a directory, with what they are.
 * Layer: os.  Returns >= 0 or -errno.
 */
#ifndef ETAGD_OS_DIRECTORY_H
#define ETAGD_OS_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum directory_kind {
    DIRECTORY_FILE,
    DIRECTORY_FOLDER,
    DIRECTORY_LINK, /* symbolic: what is behind it was not looked at */
    DIRECTORY_OTHER
};

struct directory_item {
    const char *name; /* NUL-terminated, in struct directory's own memory */
    enum directory_kind kind;
    bool asked;    /* what follows is known */
    uint64_t size; /* bytes */
    int64_t mtime_s;
};

struct directory {
    struct directory_item *item;
    size_t n;
    bool cut; /* there are more than were asked for */
    char *names;
    /* while it is being read */
    size_t most, used;
    void *from;
};

/* Reads at most `max` names of the directory that fd is open on, in no order;
 * "." and ".." are left out.  0, and *out is to be given to directory_free(),
 * or -errno.  shy: none of them is asked about, and their kinds are what the
 * directory itself knows. */
int directory_read(int fd, size_t max, bool shy, struct directory *out);

/* The same some names at a time: room for `max`, then up to `n` more, until
 * there are none (false). */
int directory_open(int fd, size_t max, struct directory *out);
bool directory_more(struct directory *d, size_t n, bool shy);

/* Asks about one; false: it is gone. */
bool directory_ask(int fd, struct directory_item *item);

/* Reads on in the directory that fd is open on: some names ("." and ".." too),
 * each given to `name`.  How many; 0: that was all; or -errno. */
int directory_names(int fd, void (*name)(void *arg, const char *name),
                    void *arg);

void directory_free(struct directory *d);

#endif
