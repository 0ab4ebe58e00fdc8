/* SPDX-License-Identifier: MIT
 *
 * lines: the lines of an ini file, checked before inih sees them.
 * Layer: conf.  Owns nothing; every fault goes to the callback.
 */
#include "conf/lines.h"

#include "base/chars.h"

static struct span line_next(struct lines *l)
{
    struct span line = span_to(l->rest, span_find(l->rest, '\n'));

    l->rest = span_from(l->rest, line.n + 1);
    l->number++;
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    return line;
}

/* NULL, or why inih must not see this line. */
static const char *line_fault(struct span line, struct span trimmed)
{
    if (memchr(line.p, '\0', line.n))
        return "holds a NUL byte: this is no text file";
    for (size_t i = 0; i < line.n; i++) {
        if (!chars_is(line.p[i], CHAR_FIELD))
            return "holds a control character";
    }
    if (span_starts(trimmed, SPAN("\xef\xbb\xbf")))
        return "begins with a byte order mark";
    if (trimmed.p != line.p)
        return "begins with a blank: a value cannot go on in the next line "
               "(a long field goes on with NAME += MORE), and keys and "
               "sections begin in the first column";
    if (line.n > LINE_BYTES_MAX)
        return "is too long; allowed: 199 bytes (a long field goes on in the "
               "next line with NAME += MORE)";
    return NULL;
}

/* "[name]": the last bracket counts, so that names may hold one. */
static void section_take(struct lines *l, struct span line)
{
    size_t end = line.n;

    while (end > 1 && line.p[end - 1] != ']')
        end--;
    if (end <= 1)
        l->fault(l->user, "lacks the section's closing bracket", line);
    else if (end != line.n)
        l->fault(l->user,
                 "goes on after the section's bracket; a comment has "
                 "a line of its own",
                 line);
    /* taken either way: its keys are not to be another section's */
    if (end > 1)
        l->section(l->user, span_trim(span_of(line.p + 1, end - 2)));
    else
        l->section(l->user, span_trim(span_from(line, 1)));
}

static void line_hand_over(char *to, struct span line)
{
    for (size_t i = 0; i < line.n; i++) {
        bool after_blank =
            i > 0 && (line.p[i - 1] == ' ' || line.p[i - 1] == '\t');
        to[i] = line.p[i] == ';' && after_blank ? LINES_SEMICOLON : line.p[i];
    }
    to[line.n] = '\0';
}

char *lines_read(char *to, int room, void *stream)
{
    struct lines *l = stream;

    if (l->number == 0 && span_starts(l->rest, SPAN("\xef\xbb\xbf")))
        l->rest = span_from(l->rest, 3);
    while (l->rest.n > 0) {
        struct span line = line_next(l), trimmed = span_trim(line);
        const char *what;

        if (trimmed.n == 0)
            continue;
        if ((trimmed.p[0] == '#' || trimmed.p[0] == ';') &&
            !memchr(line.p, '\0', line.n))
            continue;
        if ((what = line_fault(line, trimmed)) != NULL) {
            l->fault(l->user, what, line);
        } else if (trimmed.p[0] == '[') {
            section_take(l, trimmed);
        } else if (span_find(line, '=') == line.n &&
                   span_find(line, ':') == line.n) {
            l->fault(l->user, "is neither [section] nor key = value", line);
        } else if (room < 0 || line.n >= (size_t)room) {
            l->fault(l->user, "is too long for this build of inih", line);
        } else {
            line_hand_over(to, line);
            return to;
        }
    }
    return NULL;
}

void lines_restore(char *text)
{
    for (; *text; text++) {
        if (*text == LINES_SEMICOLON)
            *text = ';';
    }
}
