/* SPDX-License-Identifier: MIT
 *
 * mime: "etagd mime FILE...": which media type a file gets, and why.
 * Layer: tool.
 */
#ifndef ETAGD_TOOL_MIME_H
#define ETAGD_TOOL_MIME_H

#include "http/declared.h"
#include "http/media.h"
#include "prepare/magic.h"

#define MIME_CHARSET_MAX 48

/* What is known about one open file. */
struct mime_look {
    const struct media_row *row; /* of the name's extension, or NULL */
    struct magic_answer magic;
    enum media_bytes bytes;
    struct media media;
    char declared[MIME_CHARSET_MAX]; /* charset that it names itself, or "" */
    const char *lie;                 /* how its bytes contradict that; NULL */
};

/* name: last component.  0 or -errno.  Needs magic_start(). */
int mime_look(struct mime_look *out, int fd, const char *name);

/* argv[0] is the word "mime".  The process's exit status. */
int mime_main(int argc, char **argv);

#endif
