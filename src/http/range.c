/* SPDX-License-Identifier: MIT
 *
 * range: the Range field against a representation of a known size.
 * Layer: http (pure).  The field is read to its end before anything is decided:
 * one malformed member makes the whole field void (RFC 9110 14.2), however good
 * the others are.  Work is bounded by members times RANGE_PIECES_MAX.
 */
#include "http/range.h"

#include "base/chars.h"

/* A part's boundary line, Content-Type and Content-Range cost about as much:
 * a smaller gap is cheaper sent than left out (RFC 9110 15.3.7.2). */
#define PART_HEAD_BYTES 80

enum member { MALFORMED, UNSATISFIABLE, SATISFIABLE };

struct sum {
    struct range_plan plan;
    uint64_t size;
    uint64_t asked; /* bytes of all satisfiable members, saturating */
    bool many;      /* more pieces apart from each other than there is room */
};

static uint64_t add_saturating(uint64_t a, uint64_t b)
{
    uint64_t sum;

    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

/* Takes 1*DIGIT off the front; too large a number becomes UINT64_MAX. */
static bool take_number(struct span *text, struct span *digits, uint64_t *out)
{
    size_t n = 0;
    uint64_t v = 0;

    for (; n < text->n && chars_is(text->p[n], CHAR_DIGIT); n++) {
        if (__builtin_mul_overflow(v, (uint64_t)10, &v) ||
            __builtin_add_overflow(v, (uint64_t)(text->p[n] - '0'), &v))
            v = UINT64_MAX;
    }
    *digits = span_to(*text, n);
    *text = span_from(*text, n);
    *out = v;
    return n > 0;
}

/* Compares as numbers of any length. */
static bool digits_greater(struct span a, struct span b)
{
    while (a.n && a.p[0] == '0')
        a = span_from(a, 1);
    while (b.n && b.p[0] == '0')
        b = span_from(b, 1);
    return a.n != b.n ? a.n > b.n : a.n && memcmp(a.p, b.p, a.n) > 0;
}

/* suffix-range = "-" suffix-length: the last bytes; all when there are fewer.
 */
static enum member suffix_member(struct span text, uint64_t size,
                                 struct range_piece *out)
{
    struct span digits;
    uint64_t bytes;

    if (!take_number(&text, &digits, &bytes) || text.n)
        return MALFORMED;
    if (bytes == 0)
        return UNSATISFIABLE;
    if (bytes > size)
        bytes = size;
    *out = (struct range_piece){ size - bytes, bytes };
    return SATISFIABLE;
}

/* int-range = first-pos "-" [ last-pos ] */
static enum member int_member(struct span text, uint64_t size,
                              struct range_piece *out)
{
    struct span first_digits, last_digits;
    uint64_t first, last = UINT64_MAX;

    if (!take_number(&text, &first_digits, &first) || !text.n ||
        text.p[0] != '-')
        return MALFORMED;
    text = span_from(text, 1);
    if (text.n) {
        if (!take_number(&text, &last_digits, &last) || text.n)
            return MALFORMED;
        if (digits_greater(first_digits, last_digits)) /* invalid, 14.1.1 */
            return MALFORMED;
    }
    if (first >= size)
        return UNSATISFIABLE;
    if (last >= size)
        last = size - 1;
    *out = (struct range_piece){ first, last - first + 1 };
    return SATISFIABLE;
}

static bool touch(struct range_piece a, struct range_piece b)
{
    if (a.first > b.first)
        return touch(b, a);
    return b.first <= a.first + a.bytes ||
           b.first - (a.first + a.bytes) < PART_HEAD_BYTES;
}

static struct range_piece join(struct range_piece a, struct range_piece b)
{
    uint64_t first = a.first < b.first ? a.first : b.first;
    uint64_t end_a = a.first + a.bytes, end_b = b.first + b.bytes;

    return (struct range_piece){ first,
                                 (end_a > end_b ? end_a : end_b) - first };
}

/* Adds a piece to those that were asked for before it.  Whatever it touches
 * joins it, at the place of the earliest (RFC 9110 15.3.7.2); after a join
 * others may be near, so the search starts again. */
static void piece_add(struct range_plan *plan, struct range_piece piece,
                      bool *many)
{
    unsigned place = plan->n;

    for (unsigned i = 0; i < plan->n;) {
        if (!touch(plan->piece[i], piece)) {
            i++;
            continue;
        }
        piece = join(plan->piece[i], piece);
        place = i < place ? i : place;
        plan->n--;
        memmove(&plan->piece[i], &plan->piece[i + 1],
                (plan->n - i) * sizeof(piece));
        i = 0;
    }
    if (plan->n == RANGE_PIECES_MAX) {
        *many = true;
        return;
    }
    memmove(&plan->piece[place + 1], &plan->piece[place],
            (plan->n - place) * sizeof(piece));
    plan->piece[place] = piece;
    plan->n++;
}

/* One member of the range-set; false: malformed. */
static bool member_add(struct sum *s, struct span text)
{
    struct range_piece piece;
    enum member m = text.p[0] == '-'
                        ? suffix_member(span_from(text, 1), s->size, &piece)
                        : int_member(text, s->size, &piece);

    if (m == SATISFIABLE) {
        s->asked = add_saturating(s->asked, piece.bytes);
        piece_add(&s->plan, piece, &s->many);
    }
    return m != MALFORMED;
}

/* 1#range-spec; false: malformed. */
static bool set_read(struct sum *s, struct span set)
{
    bool any = false;

    for (bool first = true, last = false; !last; first = false) {
        size_t comma = span_find(set, ',');
        struct span raw = span_to(set, comma), member = span_trim(raw);

        last = comma == set.n;
        set = span_from(set, comma + 1);
        if (member.n == 0) /* empty members are nothing, 5.6.1.2 */
            continue;
        /* white space goes around commas; none comes before the first member */
        if ((first && member.p != raw.p) || !member_add(s, member))
            return false;
        any = true;
    }
    return any;
}

struct range_plan range_plan(struct span value, uint64_t size)
{
    const struct span unit = SPAN("bytes=");
    struct sum s = { .size = size };

    /* absent, or a unit that is not ours: ignored (14.2); units are compared
     * without case (14.1); clients and caches that always ask for a range want
     * to have empty files, too */
    if (size == 0 || !span_eq_nocase(span_to(value, unit.n), unit) ||
        !set_read(&s, span_from(value, unit.n)))
        return (struct range_plan){ .verdict = RANGE_IGNORE };
    /* more of the file than twice all of it, or crumbs: whoever asks for that
     * is served better by the whole (14.2, 17.15) */
    if (s.many || s.asked > add_saturating(size, size))
        return (struct range_plan){ .verdict = RANGE_IGNORE };
    s.plan.verdict = s.plan.n ? RANGE_SATISFIABLE : RANGE_UNSATISFIABLE;
    return s.plan;
}
