/* SPDX-License-Identifier: MIT
 *
 * wide: punctuation of another keyboard that looks like ASCII.
 * Layer: conf.  Pure.
 */
#include "conf/wide.h"

struct wide_row {
    unsigned first, last;
    char plain; /* 0: as far from '!' as the character is from the first */
    const char *kind;
};

static const struct wide_row rows[] = {
    { 0xff01, 0xff5e, 0, "full-width" },
    { 0x3000, 0x3000, ' ', "full-width" },
    { 0x3001, 0x3001, ',', "full-width" },
    { 0x3002, 0x3002, '.', "full-width" },
    { 0x3010, 0x3010, '[', "full-width" },
    { 0x3011, 0x3011, ']', "full-width" },
    { 0x00a0, 0x00a0, ' ', "no-break" },
    { 0x2010, 0x2015, '-', "typographic" },
    { 0x2212, 0x2212, '-', "typographic" },
    { 0x2018, 0x2019, '\'', "typographic" },
    { 0x201c, 0x201d, '"', "typographic" },
};

static const struct wide_row *row_of(unsigned code)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (code >= rows[i].first && code <= rows[i].last)
            return &rows[i];
    }
    return NULL;
}

/* Bytes of the UTF-8 character at p, two or three; 0: another length. */
static size_t decode(struct span s, unsigned *code)
{
    unsigned char c[3] = { 0 };

    for (size_t i = 0; i < sizeof c && i < s.n; i++)
        c[i] = (unsigned char)s.p[i];
    bool second = (c[1] & 0xc0) == 0x80, third = (c[2] & 0xc0) == 0x80;
    if ((c[0] & 0xe0) == 0xc0 && second) {
        *code = (c[0] & 0x1fu) << 6 | (c[1] & 0x3fu);
        return 2;
    }
    if ((c[0] & 0xf0) == 0xe0 && second && third) {
        *code = (c[0] & 0x0fu) << 12 | (c[1] & 0x3fu) << 6 | (c[2] & 0x3fu);
        return 3;
    }
    return 0;
}

bool wide_find(struct span s, size_t from, struct wide *out)
{
    for (size_t i = from; i < s.n; i++) {
        unsigned code;
        size_t n = decode(span_from(s, i), &code);
        const struct wide_row *row = n ? row_of(code) : NULL;
        if (!row)
            continue;
        char plain =
            row->plain ? row->plain : (char)('!' + (int)(code - row->first));
        *out = (struct wide){ i, n, code, plain };
        return true;
    }
    return false;
}

void wide_plain(struct span s, struct buf *out)
{
    struct wide w;
    size_t from = 0;

    for (; wide_find(s, from, &w); from = w.at + w.n) {
        buf_put(out, s.p + from, w.at - from);
        buf_char(out, w.plain);
    }
    buf_span_put(out, span_from(s, from));
}

void wide_tell(struct span s, const struct wide *w, struct buf *out)
{
    buf_fmt(out, "the %s \"%.*s\" (U+%04X) where %s%c%s belongs",
            row_of(w->code)->kind, (int)w->n, s.p + w->at, w->code,
            w->plain == '"' ? "" : "\"", w->plain, w->plain == '"' ? "" : "\"");
}

/* "holds ...; did you mean "..."?", all of it plain up to `to`. */
static void tell(struct span s, const struct wide *w, size_t to,
                 struct buf *why)
{
    char storage[300];
    struct buf plain = buf_over(storage, sizeof storage);

    BUF_LIT(why, "holds ");
    wide_tell(s, w, why);
    wide_plain(span_to(s, to), &plain);
    buf_span_put(&plain, span_from(s, to));
    if (!plain.overflow && plain.n < 120) {
        BUF_LIT(why, "; did you mean \"");
        buf_span_put(why, buf_span(&plain));
        BUF_LIT(why, "\"?");
    }
}

bool wide_name(struct span name, struct buf *why)
{
    struct wide w;

    if (!wide_find(name, 0, &w))
        return false;
    tell(name, &w, name.n, why);
    return true;
}

/* Syntax is what begins a line, the brackets of a section, and a key up to its
 * "=": a value may hold any character. */
bool wide_line(struct span line, struct buf *why)
{
    size_t equals = span_find(line, '='), colon = span_find(line, ':');
    size_t end = equals < colon ? equals : colon;
    struct wide w;

    if (!wide_find(line, 0, &w))
        return false;
    if (w.at == 0 && (w.plain == ';' || w.plain == '#')) {
        tell(line, &w, w.n, why);
        return true;
    }
    if ((w.at == 0 && w.plain == '[') ||
        (line.p[0] == '[' && span_find(line, ']') == line.n)) {
        tell(line, &w, line.n, why);
        return true;
    }
    if (line.p[0] == '[' || w.at > end)
        return false;
    /* up to the separator that was meant, or the one that is there */
    struct wide mark = w;
    size_t to = end;
    for (bool more = true; more && mark.at < end;
         more = wide_find(line, mark.at + mark.n, &mark)) {
        if (mark.plain != '=' && mark.plain != ':')
            continue;
        to = mark.at + mark.n;
        w = mark;
        break;
    }
    if (end == line.n && to == end) /* no separator of either kind */
        return false;
    tell(line, &w, to, why);
    return true;
}
