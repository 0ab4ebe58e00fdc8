/* SPDX-License-Identifier: MIT
 *
 * lines: the lines of an ini file, checked before inih sees them.
 * Layer: conf.  Owns nothing; every fault goes to the callback.
 */
#include "conf/lines.h"

#include "base/chars.h"
#include "conf/wide.h"
#include "http/utf8.h"

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
        return "holds a NUL byte: this is not a text file";
    for (size_t i = 0; i < line.n; i++) {
        if (!chars_is(line.p[i], CHAR_FIELD))
            return "holds a control character";
    }
    if (span_starts(trimmed, SPAN("\xef\xbb\xbf")))
        return "begins with a byte order mark";
    if (trimmed.p != line.p)
        return "must start in the first column: values do not continue on "
               "the next line (a long field goes on with NAME += MORE)";
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

static bool is_utf8(struct span s)
{
    while (s.n > 0) {
        size_t n = utf8_sequence((const unsigned char *)s.p, s.n);
        if (n == 0)
            return false;
        s = span_from(s, n);
    }
    return true;
}

/* Once: the others are no news.  Comments count as well: they tell what the
 * editor writes, and a pattern or a path would match nothing. */
static void tell_foreign(struct lines *l, struct span line)
{
    if (l->foreign || memchr(line.p, '\0', line.n) || is_utf8(line))
        return;
    l->foreign = true;
    l->fault(l->user,
             "is not UTF-8 (GBK, Big5 or Latin-1, perhaps); save the file as "
             "UTF-8",
             line);
}

/* Blocks of two-byte characters; 0: those that fit any. */
static unsigned block_of(unsigned char lead, unsigned char next)
{
    static const unsigned ends[] = { 0x2b0, 0x370, 0x400, 0x530,
                                     0x590, 0x600, 0x800 };
    unsigned code = (lead & 0x1fu) << 6 | (next & 0x3fu), i = 0;

    while (code >= ends[i])
        i++;
    return i == 1 ? 0 : i + 1; /* accents that combine */
}

/* Is a letter of one script followed by one of another?  That is what some
 * words of GBK are when they are taken for UTF-8: the common name of a folder
 * of pictures (CD BC C6 AC) is a Greek letter and a Latin one. */
static bool is_mixed(struct span s)
{
    unsigned last = 0;

    while (s.n > 0) {
        const unsigned char *p = (const unsigned char *)s.p;
        size_t n = utf8_sequence(p, s.n);
        unsigned block = n == 2 ? block_of(p[0], p[1]) : 0;
        if (last && block && block != last)
            return true;
        last = block;
        s = span_from(s, n ? n : 1);
    }
    return false;
}

/* A line whose syntax is of full-width characters.  Its section is taken, so
 * that its keys are not another's. */
static bool tell_wide(struct lines *l, struct span line)
{
    char storage[500], plain_storage[LINE_BYTES_MAX + 1];
    struct buf why = buf_over(storage, sizeof storage);
    struct buf plain = buf_over(plain_storage, sizeof plain_storage);

    if (!wide_line(line, &why))
        return false;
    l->fault(l->user, buf_cstr(&why) ? storage : "holds a full-width character",
             line);
    wide_plain(line, &plain);
    if (plain.n > 2 && plain.p[0] == '[' && plain.p[plain.n - 1] == ']')
        l->section(l->user, span_trim(span_of(plain.p + 1, plain.n - 2)));
    return true;
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
        tell_foreign(l, line);
        if ((trimmed.p[0] == '#' || trimmed.p[0] == ';') &&
            !memchr(line.p, '\0', line.n))
            continue;
        if ((what = line_fault(line, trimmed)) != NULL) {
            l->fault(l->user, what, line);
            continue;
        }
        if (is_mixed(line) && !l->foreign)
            l->doubt(l->user,
                     "mixes scripts as GBK taken for UTF-8 does; is "
                     "the file saved as UTF-8?",
                     line);
        if (tell_wide(l, line))
            continue;
        if (trimmed.p[0] == '[') {
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
