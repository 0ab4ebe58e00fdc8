/* SPDX-License-Identifier: MIT
 *
 * mime: "etagd mime FILE...": which media type a file gets, and why.
 * Layer: tool.
 */
#ifndef ETAGD_TOOL_MIME_H
#define ETAGD_TOOL_MIME_H

#include "http/media.h"
#include "prepare/magic.h"

/* What is known about one open file. */
struct mime_look {
    const struct media_row *row; /* of the name's extension, or NULL */
    struct magic_answer magic;
    bool utf8; /* all bytes are valid UTF-8 */
    struct media media;
};

/* name: last component.  0 or -errno.  Needs magic_start(). */
int mime_look(struct mime_look *out, int fd, const char *name);

/* argv[0] is the word "mime".  The process's exit status. */
int mime_main(int argc, char **argv);

#endif
