/* SPDX-License-Identifier: MIT
 *
 * lines: the lines of an ini file, checked before inih sees them.
 * Layer: conf.  inih (seen with r55) cuts lines after 199 bytes and section
 * names after 49, ignores what follows a section's bracket, starts a comment at
 * each " ;" inside a value, joins indented lines to the key before, and tells
 * no line numbers: all of it silently.  So this reader counts lines, takes the
 * sections itself, refuses what inih would change, and hands over "key = value"
 * lines only.  Owns nothing.
 */
#ifndef ETAGD_CONF_LINES_H
#define ETAGD_CONF_LINES_H

#include "base/span.h"

#define LINE_BYTES_MAX 199

/* Stands for a ';' behind a blank while inih has the line; a control character,
 * which no accepted line holds. */
#define LINES_SEMICOLON '\001'

struct lines {
    struct span rest;
    int number;   /* of the line that was read last */
    bool foreign; /* a line that is no UTF-8 was told */
    void *user;
    void (*section)(void *user, struct span name); /* trimmed */
    void (*fault)(void *user, const char *what, struct span line);
    void (*doubt)(void *user, const char *what, struct span line);
};

/* inih's reader: the next "key = value" line, NULL at the end. */
char *lines_read(char *to, int room, void *stream);

/* In place: the semicolons back. */
void lines_restore(char *text);

#endif
