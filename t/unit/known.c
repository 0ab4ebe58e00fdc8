/* SPDX-License-Identifier: MIT
 *
 * Tests of the plan where the tag of a form is known that is not there.
 */
#include "unit.h"

#include "heads.h"
#include "sources.h"

#define PAIRS_MAX 13

/* br is there, gzip and zstd are still to be made. */
static void known_before_made(void **state)
{
    static const struct {
        const char *row;
        const char *pairs[PAIRS_MAX];
        int status;
        enum coding coding;
    } known[] = {
        { "one that holds it is told so",
          { "Accept-Encoding", "gzip, br", "If-None-Match", "\"t-gz\"" },
          304,
          CODING_GZIP },
        { "weakly, too",
          { "Accept-Encoding", "gzip", "If-None-Match", "W/\"t-gz\"" },
          304,
          CODING_GZIP },
        { "one that refuses it is not",
          { "Accept-Encoding", "br", "If-None-Match", "\"t-gz\"" },
          200,
          CODING_BR },
        { "nobody is sent it",
          { "Accept-Encoding", "gzip" },
          200,
          CODING_IDENTITY },
        { "any holds nothing",
          { "Accept-Encoding", "gzip", "If-None-Match", "*" },
          304,
          CODING_IDENTITY },
        { "nor does another one",
          { "Accept-Encoding", "gzip", "If-None-Match", "\"t-br\"" },
          200,
          CODING_IDENTITY },
        { "nobody is sent the rest of it",
          { "Accept-Encoding", "gzip", "Range", "bytes=0-1", "If-Range",
            "\"t-gz\"" },
          200,
          CODING_IDENTITY },
        { "or it on demand",
          { "Accept-Encoding", "gzip, br", "If-Match", "\"t-gz\"" },
          412,
          CODING_BR },
        { "demanded and held",
          { "Accept-Encoding", "gzip, br", "If-Match", "\"t-gz\"",
            "If-None-Match", "\"t-gz\"" },
          304,
          CODING_GZIP },
        { "another one demanded, and it held",
          { "Accept-Encoding", "gzip, br", "If-Match", "\"t-br\"",
            "If-None-Match", "\"t-gz\"" },
          200,
          CODING_BR },
        { "another one demanded that is not there, and it held",
          { "Accept-Encoding", "gzip, br", "If-Match", "\"x\"", "If-None-Match",
            "\"t-gz\"" },
          412,
          CODING_GZIP },
        { "held, and a part wanted",
          { "Accept-Encoding", "gzip, br", "Range", "bytes=0-1",
            "If-None-Match", "\"t-gz\"" },
          304,
          CODING_GZIP },
    };
    static struct head h;

    (void)state;
    for (size_t i = 0; i < ROWS(known); i++) {
        struct plan_source s = sources_made(BR);
        s.known = GZ | 1u << CODING_ZSTD;
        heads_make(&h, known[i].pairs);
        struct plan p;
        plan_make(&p, &h, &s, NOW);
        ROW_CHECK(known[i].row, p.status == known[i].status);
        ROW_CHECK(known[i].row, p.coding == known[i].coding);
    }
}

/* Only what is there is sent, whatever is asked. */
static void never_sent_unmade(void **state)
{
    static const char *const asked[] = { NULL,       "*",         "\"t\"",
                                         "\"t-gz\"", "\"t-zst\"", "\"t-br\"",
                                         "\"x\"" };
    static const char *const names[] = { "If-Match", "If-None-Match",
                                         "If-Range" };
    static struct head h;
    size_t n = ROWS(asked);

    (void)state;
    for (size_t i = 0; i < n * n * n * 2 * 8; i++) {
        size_t values[3] = { i % n, i / n % n, i / n / n % n };
        size_t rest = i / n / n / n;
        const char *pairs[PAIRS_MAX] = { "Accept-Encoding", "gzip, zstd, br" };
        size_t at = 2;
        for (size_t k = 0; k < 3; k++) {
            if (!asked[values[k]])
                continue;
            pairs[at++] = names[k];
            pairs[at++] = asked[values[k]];
        }
        if (rest % 2) {
            pairs[at++] = "Range";
            pairs[at++] = "bytes=0-1";
        }
        heads_make(&h, pairs);
        unsigned available = (unsigned)(rest / 2) << 1;
        struct plan_source s = sources_made(available);
        s.known = ALL & ~available;
        struct plan p;
        plan_make(&p, &h, &s, NOW);
        bool there = s.available >> p.coding & 1;
        assert_true(there || p.status == 304 || p.status == 412);
    }
}

/* gzip is there, br is being made: whoever holds the plain file goes to br at
 * once, unless that takes too long. */
static void waits_for_the_best(void **state)
{
    static const struct {
        const char *row;
        const char *pairs[PAIRS_MAX];
        enum coding coding, later; /* later: or never to come */
        int status;
    } waiting[] = {
        { "one that holds identity",
          { "Accept-Encoding", "gzip, br", "If-None-Match", "\"t\"" },
          CODING_IDENTITY,
          CODING_GZIP,
          304 },
        { "one that does not",
          { "Accept-Encoding", "gzip, br", "If-None-Match", "\"x\"" },
          CODING_GZIP,
          CODING_GZIP,
          200 },
        { "one that just comes",
          { "Accept-Encoding", "gzip, br" },
          CODING_GZIP,
          CODING_GZIP,
          200 },
        { "any holds nothing",
          { "Accept-Encoding", "gzip, br", "If-None-Match", "*" },
          CODING_GZIP,
          CODING_GZIP,
          304 },
        { "one that does not take what comes",
          { "Accept-Encoding", "gzip", "If-None-Match", "\"t\"" },
          CODING_GZIP,
          CODING_GZIP,
          200 },
        { "one that prefers what is there",
          { "Accept-Encoding", "gzip, br;q=0.5", "If-None-Match", "\"t\"" },
          CODING_GZIP,
          CODING_GZIP,
          200 },
        { "one that refuses identity",
          { "Accept-Encoding", "gzip, br, identity;q=0", "If-None-Match",
            "\"t\"" },
          CODING_GZIP,
          CODING_GZIP,
          200 },
        { "one that holds what is there",
          { "Accept-Encoding", "gzip, br", "If-None-Match", "\"t\", \"t-gz\"" },
          CODING_GZIP,
          CODING_GZIP,
          304 },
    };
    static struct head h;

    (void)state;
    for (size_t i = 0; i < ROWS(waiting); i++) {
        struct plan_source s = sources_made(GZ);
        s.known = s.coming = BR;
        s.coming_until = NOW + 1;
        heads_make(&h, waiting[i].pairs);
        struct plan p;
        plan_make(&p, &h, &s, NOW);
        ROW_CHECK(waiting[i].row, p.coding == waiting[i].coding);
        ROW_CHECK(waiting[i].row, p.status == waiting[i].status);
        plan_make(&p, &h, &s, NOW + 1);
        ROW_CHECK(waiting[i].row, p.coding == waiting[i].later);
        s.coming = 0;
        plan_make(&p, &h, &s, NOW);
        ROW_CHECK(waiting[i].row, p.coding == waiting[i].later);
    }
}

/* gzip is there, zstd and br could be: what would be sent, and is not. */
static void wishes(void **state)
{
    static const struct {
        const char *row;
        const char *pairs[PAIRS_MAX];
        enum coding wish, coding;
        int status;
    } rows[] = {
        { "a browser",
          { "Accept-Encoding", "gzip, deflate, br, zstd" },
          CODING_BR,
          CODING_GZIP,
          200 },
        { "one that says nothing", { NULL }, 0, CODING_IDENTITY, 200 },
        { "nothing that is taken",
          { "Accept-Encoding", "identity" },
          0,
          CODING_IDENTITY,
          200 },
        { "what is there", { "Accept-Encoding", "gzip" }, 0, CODING_GZIP, 200 },
        { "what is liked better",
          { "Accept-Encoding", "gzip, br;q=0.5, zstd;q=0.7" },
          0,
          CODING_GZIP,
          200 },
        { "less than plain",
          { "Accept-Encoding", "br;q=0.5, identity" },
          0,
          CODING_IDENTITY,
          200 },
        { "one that holds it",
          { "Accept-Encoding", "gzip, br", "If-None-Match", "\"t-br\"" },
          0,
          CODING_BR,
          304 },
        { "one that holds the plain file",
          { "Accept-Encoding", "gzip, br", "If-None-Match", "\"t\"" },
          CODING_BR,
          CODING_IDENTITY,
          304 },
        { "a part",
          { "Accept-Encoding", "gzip, br", "Range", "bytes=0-1" },
          0,
          CODING_IDENTITY,
          206 },
        { "a part, by a date that is every form's",
          { "Accept-Encoding", "br", "Range", "bytes=0-1", "If-Range",
            "Sun, 06 Nov 1994 08:49:37 GMT" },
          0,
          CODING_IDENTITY,
          200 },
    };
    static struct head h;

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct plan_source s = sources_made(GZ);
        s.known = s.unasked = BR | 1u << CODING_ZSTD;
        heads_make(&h, rows[i].pairs);
        struct plan p;
        plan_make(&p, &h, &s, NOW);
        ROW_CHECK(rows[i].row, p.wish == rows[i].wish);
        ROW_CHECK(rows[i].row, p.coding == rows[i].coding);
        ROW_CHECK(rows[i].row, p.status == rows[i].status);
        /* asked for by now: nobody wishes for it again */
        s.coming = s.unasked;
        s.unasked = 0;
        plan_make(&p, &h, &s, NOW);
        ROW_CHECK(rows[i].row, p.wish == CODING_IDENTITY);
    }
}

/* Either tag of a coding that has two forms, whichever is there, if any. */
static void both_forms(void **state)
{
    static const struct {
        const char *row;
        const char *pairs[PAIRS_MAX];
        int status;
        bool other[2]; /* if the small one, or the first, is there */
    } rows[] = {
        { "the small one",
          { "Accept-Encoding", "br", "If-None-Match", "\"t-br\"" },
          304,
          { false, true } },
        { "the first one",
          { "Accept-Encoding", "br", "If-None-Match", "\"t-br1\"" },
          304,
          { true, false } },
        { "in a list, weak",
          { "Accept-Encoding", "gzip, br", "If-None-Match",
            "\"x\", W/\"t-br1\"" },
          304,
          { true, false } },
        { "to one that does not take it",
          { "Accept-Encoding", "gzip", "If-None-Match", "\"t-br1\"" },
          200,
          { false, false } },
        { "both",
          { "Accept-Encoding", "br", "If-None-Match", "\"t-br1\", \"t-br\"" },
          304,
          { false, false } },
        { "of a coding that is made once",
          { "Accept-Encoding", "gzip", "If-None-Match", "\"t-gz1\"" },
          200,
          { false, false } },
        { "for the wrong purpose",
          { "Accept-Encoding", "br", "If-Match", "\"t-brr\"" },
          412,
          { false, false } },
        { "for both purposes",
          { "Accept-Encoding", "br", "If-Match", "\"t-br1\"", "If-None-Match",
            "\"t-br1\"" },
          304,
          { true, false } },
        { "something else",
          { "Accept-Encoding", "br", "If-None-Match", "\"t-br11\"" },
          200,
          { false, false } },
    };
    static struct head h;

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        for (unsigned first = 0; first < 2; first++) {
            struct plan_source s = sources_made(i % 2 ? BR : 0);
            s.known = BR;
            s.twice = BR;
            if (first) {
                s.first = BR;
                s.form[CODING_BR]->tag.opaque = SPAN("t-br1");
            }
            heads_make(&h, rows[i].pairs);
            struct plan p;
            plan_make(&p, &h, &s, NOW);
            ROW_CHECK(rows[i].row, p.status == rows[i].status);
            ROW_CHECK(rows[i].row, (p.other_n > 0) == rows[i].other[first]);
            ROW_CHECK(rows[i].row,
                      p.other_n == 0 ||
                          span_eq(span_of(p.other, p.other_n),
                                  first ? SPAN("t-br") : SPAN("t-br1")));
            s.twice = 0;
            plan_make(&p, &h, &s, NOW);
            ROW_CHECK(rows[i].row,
                      (p.status == 304) ==
                          (rows[i].status == 304 && !rows[i].other[first]));
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_before_made),
        cmocka_unit_test(never_sent_unmade),
        cmocka_unit_test(waits_for_the_best),
        cmocka_unit_test(wishes),
        cmocka_unit_test(both_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
