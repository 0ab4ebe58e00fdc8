/* SPDX-License-Identifier: MIT
 *
 * date: HTTP-date by our own calendar arithmetic.
 * Layer: http (pure).  The three forms are three patterns walked by one
 * matcher; a text that fits none, or names a day or hour that does not exist,
 * is no date, and the caller ignores it (RFC 9110 13.1.3, 13.1.4).
 */
#include "http/date.h"

#include "base/chars.h"

#define DAY_SECONDS 86400
#define CYCLE_DAYS 146097 /* of 400 years, after which the calendar repeats */
#define EPOCH_DAY 719468  /* days from 0000-03-01 to 1970-01-01 */
#define T_MIN (-62167219200) /* 0000-01-01 00:00:00 */
#define T_MAX 253402300799   /* 9999-12-31 23:59:59 */

struct civil {
    int year, month, day; /* month and day from 1 */
    int hour, minute, second;
};

static const char *const day_short[] = { "Sun", "Mon", "Tue", "Wed",
                                         "Thu", "Fri", "Sat", NULL };
static const char *const day_long[] = { "Sunday",    "Monday",   "Tuesday",
                                        "Wednesday", "Thursday", "Friday",
                                        "Saturday",  NULL };
static const char *const month_short[] = { "Jan", "Feb", "Mar", "Apr", "May",
                                           "Jun", "Jul", "Aug", "Sep", "Oct",
                                           "Nov", "Dec", NULL };

/* The year is counted from March, so that the leap day is its last and the
 * months before a day have (153 * m + 2) / 5 days. */
static int64_t days_from_civil(int year, int month, int day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t cycle = (y >= 0 ? y : y - 399) / 400;
    int64_t of_cycle = y - cycle * 400;
    int64_t m = month > 2 ? month - 3 : month + 9;
    int64_t of_year = (153 * m + 2) / 5 + day - 1;

    return cycle * CYCLE_DAYS + of_cycle * 365 + of_cycle / 4 - of_cycle / 100 +
           of_year - EPOCH_DAY;
}

/* days: since 1970-01-01, not before 0000-01-01. */
static struct civil civil_from_days(int64_t days)
{
    int64_t d = days + EPOCH_DAY + CYCLE_DAYS; /* January of 0000: year -1 */
    int64_t cycle = d / CYCLE_DAYS, of_cycle = d % CYCLE_DAYS;
    int64_t y = (of_cycle - of_cycle / 1460 + of_cycle / 36524 -
                 of_cycle / (CYCLE_DAYS - 1)) /
                365;
    int64_t of_year = of_cycle - (365 * y + y / 4 - y / 100);
    int64_t m = (5 * of_year + 2) / 153;
    struct civil c = { 0 };

    c.day = (int)(of_year - (153 * m + 2) / 5 + 1);
    c.month = (int)(m < 10 ? m + 3 : m - 9);
    c.year = (int)(y + (cycle - 1) * 400 + (c.month <= 2));
    return c;
}

static int64_t clamp(int64_t t)
{
    return t < T_MIN ? T_MIN : t > T_MAX ? T_MAX : t;
}

static struct civil civil_from_seconds(int64_t t, int *weekday)
{
    int64_t since = t - T_MIN; /* never negative: / and % round down */
    int64_t days = since / DAY_SECONDS + T_MIN / DAY_SECONDS;
    int second = (int)(since % DAY_SECONDS);
    struct civil c = civil_from_days(days);

    c.hour = second / 3600;
    c.minute = second / 60 % 60;
    c.second = second % 60;
    *weekday = (int)((since / DAY_SECONDS + 6) % 7); /* a Saturday was first */
    return c;
}

static int64_t seconds_from_civil(const struct civil *c)
{
    return days_from_civil(c->year, c->month, c->day) * DAY_SECONDS +
           (int64_t)c->hour * 3600 + (int64_t)c->minute * 60 + c->second;
}

static void put_digits(char *at, int value, int width)
{
    while (width--) {
        at[width] = (char)('0' + value % 10);
        value /= 10;
    }
}

void date_format(char out[DATE_BYTES], int64_t t)
{
    const struct span shape = SPAN("Sun, 00 Jan 0000 00:00:00 GMT");
    int weekday;
    struct civil c = civil_from_seconds(clamp(t), &weekday);

    memcpy(out, shape.p, shape.n);
    memcpy(out, day_short[weekday], 3);
    put_digits(out + 5, c.day, 2);
    memcpy(out + 8, month_short[c.month - 1], 3);
    put_digits(out + 12, c.year, 4);
    put_digits(out + 17, c.hour, 2);
    put_digits(out + 20, c.minute, 2);
    put_digits(out + 23, c.second, 2);
}

/* Takes the row that the text begins with; its index, or -1. */
static int take_name(struct span *text, const char *const *names)
{
    for (int i = 0; names[i]; i++) {
        struct span name = span_str(names[i]);
        if (span_starts(*text, name)) {
            *text = span_from(*text, name.n);
            return i;
        }
    }
    return -1;
}

/* Takes exactly width digits; the number, or -1. */
static int take_digits(struct span *text, size_t width)
{
    int value = 0;

    if (text->n < width)
        return -1;
    for (size_t i = 0; i < width; i++) {
        if (!chars_is(text->p[i], CHAR_DIGIT))
            return -1;
        value = value * 10 + (text->p[i] - '0');
    }
    *text = span_from(*text, width);
    return value;
}

/* asctime's day: 2DIGIT / ( SP 1DIGIT ). */
static int take_padded(struct span *text)
{
    if (!text->n || text->p[0] != ' ')
        return take_digits(text, 2);
    *text = span_from(*text, 1);
    return take_digits(text, 1);
}

/* One conversion of a pattern, letters as in strptime(). */
static bool take_part(struct span *text, char what, struct civil *c)
{
    switch (what) {
    case 'a':
        return take_name(text, day_short) >= 0;
    case 'A':
        return take_name(text, day_long) >= 0;
    case 'b':
        c->month = take_name(text, month_short) + 1;
        return c->month > 0;
    case 'd':
        return (c->day = take_digits(text, 2)) >= 0;
    case 'e':
        return (c->day = take_padded(text)) >= 0;
    case 'Y':
        return (c->year = take_digits(text, 4)) >= 0;
    case 'y':
        return (c->year = take_digits(text, 2)) >= 0;
    case 'H':
        return (c->hour = take_digits(text, 2)) >= 0;
    case 'M':
        return (c->minute = take_digits(text, 2)) >= 0;
    default: /* 'S' */
        return (c->second = take_digits(text, 2)) >= 0;
    }
}

static bool fits(struct span text, const char *pattern, struct civil *c)
{
    for (; *pattern; pattern++) {
        if (*pattern == '%') {
            if (!take_part(&text, *++pattern, c))
                return false;
        } else {
            if (!text.n || text.p[0] != *pattern)
                return false;
            text = span_from(text, 1);
        }
    }
    return text.n == 0;
}

/* RFC 9110 5.6.7: a two-digit year that appears to be more than 50 years in the
 * future is the most recent one in the past with these digits.  So the latest
 * reading wins that is not more than 50 years ahead of now. */
static int full_year(struct civil c, int64_t now)
{
    int weekday, digits = c.year;
    struct civil limit = civil_from_seconds(clamp(now), &weekday);
    int64_t latest;

    limit.year += 50;
    latest = seconds_from_civil(&limit);
    c.year = limit.year / 100 * 100 + digits;
    while (c.year > 9999 || seconds_from_civil(&c) > latest)
        c.year -= 100;
    return c.year;
}

static int days_of_month(int year, int month)
{
    static const int days[] = {
        31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
    };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

static bool exists(const struct civil *c)
{
    return c->year >= 0 && c->day >= 1 &&
           c->day <= days_of_month(c->year, c->month) && c->hour <= 23 &&
           c->minute <= 59 && c->second <= 60;
}

bool date_parse(struct span text, int64_t now, int64_t *out)
{
    struct civil c = { 0 };

    /* names and "GMT" are case-sensitive, RFC 9110 5.6.7 */
    if (fits(text, "%A, %d-%b-%y %H:%M:%S GMT", &c))
        c.year = full_year(c, now);
    else if (!fits(text, "%a, %d %b %Y %H:%M:%S GMT", &c) &&
             !fits(text, "%a %b %e %H:%M:%S %Y", &c))
        return false;
    if (!exists(&c))
        return false;
    if (c.second == 60) /* a leap second has no number of its own */
        c.second = 59;
    *out = seconds_from_civil(&c);
    return true;
}
