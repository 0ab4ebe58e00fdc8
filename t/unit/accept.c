/* SPDX-License-Identifier: MIT
 *
 * Tests of http/accept: what the client takes (RFC 9110 12.4.2, 12.5).
 */
#include "unit.h"

#include "heads.h"
#include "http/accept.h"

#define BIT(c) (1U << (c))
#define ALL (BIT(CODING_GZIP) | BIT(CODING_ZSTD) | BIT(CODING_BR))
#define GZ BIT(CODING_GZIP)

enum {
    ID = CODING_IDENTITY,
    GZIP = CODING_GZIP,
    ZSTD = CODING_ZSTD,
    BR = CODING_BR
};

static const struct {
    const char *row;
    const char *line[3];               /* Accept-Encoding lines */
    uint16_t identity, gzip, zstd, br; /* weights */
    unsigned available;
    int best;
    bool refused;
} coding_table[] = {
    { "12.5.3 absent", { NULL }, 1000, 0, 0, 0, ALL, ID, false },
    { "12.5.3 empty", { "" }, 1000, 0, 0, 0, ALL, ID, false },
    { "only commas", { ", ," }, 1000, 0, 0, 0, ALL, ID, false },
    { "gzip", { "gzip" }, 1, 1000, 0, 0, ALL, GZIP, false },
    { "x-gzip, 8.4.1.3", { "x-gzip" }, 1, 1000, 0, 0, ALL, GZIP, false },
    { "names without case",
      { "GZip;Q=0.5, BR;q=0.2" },
      1,
      500,
      0,
      200,
      ALL,
      GZIP,
      false },
    { "a browser's",
      { "gzip, deflate, br, zstd" },
      1,
      1000,
      1000,
      1000,
      ALL,
      BR,
      false },
    { "a browser's, gzip made so far",
      { "gzip, deflate, br, zstd" },
      1,
      1000,
      1000,
      1000,
      GZ,
      GZIP,
      false },
    { "a browser's, nothing made yet",
      { "gzip, deflate, br, zstd" },
      1,
      1000,
      1000,
      1000,
      0,
      ID,
      false },
    { "two lines",
      { "gzip;q=0.5", "br;q=0.4" },
      1,
      500,
      0,
      400,
      ALL,
      GZIP,
      false },
    { "weights beat preference",
      { "br;q=0.1, gzip" },
      1,
      1000,
      0,
      100,
      ALL,
      GZIP,
      false },
    { "ties go to the server's order",
      { "gzip;q=0.5, zstd;q=0.5" },
      1,
      500,
      500,
      0,
      ALL,
      ZSTD,
      false },
    { "a low weight beats identity unsaid",
      { "gzip;q=0.001" },
      1,
      1,
      0,
      0,
      ALL,
      GZIP,
      false },
    { "identity named beats a lower one",
      { "identity, gzip;q=0.5" },
      1000,
      500,
      0,
      0,
      ALL,
      ID,
      false },
    { "identity alone", { "identity" }, 1000, 0, 0, 0, ALL, ID, false },
    { "identity ties with gzip",
      { "identity, gzip" },
      1000,
      1000,
      0,
      0,
      ALL,
      GZIP,
      false },
    { "refused coding", { "gzip;q=0" }, 1, 0, 0, 0, ALL, ID, false },
    { "refused coding among others",
      { "gzip;q=0, br" },
      1,
      0,
      0,
      1000,
      GZ,
      ID,
      false },
    { "*", { "*" }, 1000, 1000, 1000, 1000, ALL, BR, false },
    { "* without br", { "br;q=0, *" }, 1000, 1000, 1000, 0, ALL, ZSTD, false },
    { "* lower than one named",
      { "*;q=0.1, gzip;q=0.2" },
      100,
      200,
      100,
      100,
      ALL,
      GZIP,
      false },
    { "identity under * beats a lower one",
      { "gzip;q=0.2, *;q=0.5" },
      500,
      200,
      500,
      500,
      GZ,
      ID,
      false },
    { "12.5.3 identity;q=0, other made",
      { "identity;q=0, gzip" },
      0,
      1000,
      0,
      0,
      GZ,
      GZIP,
      false },
    { "12.5.3 identity;q=0, none made",
      { "identity;q=0, gzip" },
      0,
      1000,
      0,
      0,
      0,
      ID,
      true },
    { "12.5.3 identity;q=0 alone",
      { "identity;q=0" },
      0,
      0,
      0,
      0,
      ALL,
      ID,
      true },
    { "12.5.3 *;q=0", { "*;q=0" }, 0, 0, 0, 0, ALL, ID, true },
    { "12.5.3 *;q=0, one named",
      { "*;q=0, br" },
      0,
      0,
      0,
      1000,
      ALL,
      BR,
      false },
    { "12.5.3 *;q=0, identity named",
      { "identity;q=0.5, *;q=0" },
      500,
      0,
      0,
      0,
      ALL,
      ID,
      false },
    { "unknown codings only",
      { "deflate, compress" },
      1,
      0,
      0,
      0,
      ALL,
      ID,
      false },
    { "said twice: the lower counts",
      { "gzip, gzip;q=0" },
      1,
      0,
      0,
      0,
      ALL,
      ID,
      false },
    { "said twice, other order",
      { "gzip;q=0, x-gzip" },
      1,
      0,
      0,
      0,
      ALL,
      ID,
      false },
    { "said three times",
      { "br;q=0.2, br;q=0.1, br;q=0.3" },
      1,
      0,
      0,
      100,
      ALL,
      BR,
      false },
    /* 12.4.2: weights to the letter */
    { "q=0.", { "gzip;q=0." }, 1, 0, 0, 0, ALL, ID, false },
    { "q=1.", { "gzip;q=1." }, 1, 1000, 0, 0, ALL, GZIP, false },
    { "q=1.0", { "gzip;q=1.0" }, 1, 1000, 0, 0, ALL, GZIP, false },
    { "q=1.000", { "gzip;q=1.000" }, 1, 1000, 0, 0, ALL, GZIP, false },
    { "q=0.000", { "gzip;q=0.000" }, 1, 0, 0, 0, ALL, ID, false },
    { "q=0.7", { "gzip;q=0.7" }, 1, 700, 0, 0, ALL, GZIP, false },
    { "q=0.07", { "gzip;q=0.07" }, 1, 70, 0, 0, ALL, GZIP, false },
    { "q=0.123", { "gzip;q=0.123" }, 1, 123, 0, 0, ALL, GZIP, false },
    { "white space around ;",
      { "gzip \t; \tq=0.5" },
      1,
      500,
      0,
      0,
      ALL,
      GZIP,
      false },
    /* malformed members are skipped, the others count */
    { "q=0.1234", { "gzip;q=0.1234, br;q=0.5" }, 1, 0, 0, 500, ALL, BR, false },
    { "q=1.001", { "gzip;q=1.001, br" }, 1, 0, 0, 1000, ALL, BR, false },
    { "q=2", { "gzip;q=2, br" }, 1, 0, 0, 1000, ALL, BR, false },
    { "q=10", { "gzip;q=10, br" }, 1, 0, 0, 1000, ALL, BR, false },
    { "q=.5", { "gzip;q=.5, br" }, 1, 0, 0, 1000, ALL, BR, false },
    { "q=-1", { "gzip;q=-1, br" }, 1, 0, 0, 1000, ALL, BR, false },
    { "q=0.x", { "gzip;q=0.x, br" }, 1, 0, 0, 1000, ALL, BR, false },
    { "q=", { "gzip;q=, br" }, 1, 0, 0, 1000, ALL, BR, false },
    { "q", { "gzip;q, br" }, 1, 0, 0, 1000, ALL, BR, false },
    { "; alone", { "gzip;, br" }, 1, 0, 0, 1000, ALL, BR, false },
    { "q=\"1\"", { "gzip;q=\"1\", br" }, 1, 0, 0, 1000, ALL, BR, false },
    { "q = 1", { "gzip;q = 1, br" }, 1, 0, 0, 1000, ALL, BR, false },
    { "q twice", { "gzip;q=1;q=1, br" }, 1, 0, 0, 1000, ALL, BR, false },
    { "rest after q", { "gzip;q=1x, br" }, 1, 0, 0, 1000, ALL, BR, false },
    { "words after q", { "gzip;q=1 x, br" }, 1, 0, 0, 1000, ALL, BR, false },
    { "another parameter",
      { "gzip;level=9, br" },
      1,
      0,
      0,
      1000,
      ALL,
      BR,
      false },
    { "empty parameter name",
      { "gzip;=1, br" },
      1,
      0,
      0,
      1000,
      ALL,
      BR,
      false },
    { "no name", { ";q=1, br" }, 1, 0, 0, 1000, ALL, BR, false },
    { "two words", { "gzip deflate, br" }, 1, 0, 0, 1000, ALL, BR, false },
    { "no token", { "g/zip, br" }, 1, 0, 0, 1000, ALL, BR, false },
    { "nothing well-formed", { "gzip;q=2" }, 1000, 0, 0, 0, ALL, ID, false },
};

static void codings(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(coding_table); i++) {
        static struct head h;
        const char *row = coding_table[i].row;
        struct accept_codings a;
        bool refused = !coding_table[i].refused;

        heads_make(&h, (const char *const[]){ NULL });
        for (size_t k = 0; coding_table[i].line[k]; k++)
            heads_add(&h, "Accept-Encoding", coding_table[i].line[k]);
        accept_codings(&a, &h);
        ROW_CHECK(row, a.present == (h.n_fields > 0));
        ROW_CHECK(row, a.weight[CODING_IDENTITY] == coding_table[i].identity);
        ROW_CHECK(row, a.weight[CODING_GZIP] == coding_table[i].gzip);
        ROW_CHECK(row, a.weight[CODING_ZSTD] == coding_table[i].zstd);
        ROW_CHECK(row, a.weight[CODING_BR] == coding_table[i].br);
        ROW_CHECK(row, (int)accept_choose(&a, coding_table[i].available,
                                          &refused) == coding_table[i].best);
        ROW_CHECK(row, refused == coding_table[i].refused);
    }
}

static void names_of_codings(void **state)
{
    (void)state;
    assert_string_equal(coding_row(CODING_IDENTITY)->name, "identity");
    assert_string_equal(coding_row(CODING_IDENTITY)->suffix, "");
    assert_string_equal(coding_row(CODING_GZIP)->suffix, ".gz");
    assert_string_equal(coding_row(CODING_ZSTD)->name, "zstd");
    assert_string_equal(coding_row(CODING_BR)->tag, "-br");
}

struct weight_row {
    const char *row, *value, *asked;
    uint16_t weight;
};

static const struct weight_row media_table[] = {
    { "12.5.1 absent", NULL, "text/html", 1000 },
    { "empty", "", "text/html", 1000 },
    { "exact", "text/html", "text/html", 1000 },
    { "without case", "TEXT/Html;Q=0.5", "text/html", 500 },
    { "another", "text/html", "application/json", 0 },
    { "*/*", "*/*", "text/html", 1000 },
    { "type/*", "text/*;q=0.3", "text/html", 300 },
    { "type/* of another", "image/*", "text/html", 0 },
    { "no prefix of a type", "tex/*, text/htm", "text/html", 0 },
    /* the example of 12.5.1 */
    { "exact beats */*", "text/*;q=0.3, text/plain;q=0.7, */*;q=0.5",
      "text/plain", 700 },
    { "type/* beats */*", "text/*;q=0.3, text/plain;q=0.7, */*;q=0.5",
      "text/html", 300 },
    { "*/* for the rest", "text/*;q=0.3, text/plain;q=0.7, */*;q=0.5",
      "image/jpeg", 500 },
    { "order means nothing", "*/*;q=0.5, text/plain;q=0.7", "text/plain", 700 },
    { "refused", "text/html;q=0, */*", "text/html", 0 },
    { "equally close: the lower", "text/html, text/html;q=0.2", "text/html",
      200 },
    { "with a parameter", "text/html;level=1;q=0.4", "text/html", 400 },
    { "type alone beats one with a parameter",
      "text/html;level=1;q=0.4, text/html;q=0.7, text/html;level=2",
      "text/html", 700 },
    { "quoted parameter", "text/html;a=\"x, y;q=0\";q=0.4", "text/html", 400 },
    { "quoted quote", "text/html;a=\"\\\"\\\\\";q=0.4", "text/html", 400 },
    { "empty parameter, 5.6.6", "text/html;;q=0.4", "text/html", 400 },
    { "a browser's",
      "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,"
      "image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7",
      "application/json", 800 },
    { "what fetch() asks", "application/json", "application/json", 1000 },
    /* malformed members are skipped */
    { "* alone", "*, text/html;q=0.2", "text/html", 200 },
    { "*/html", "*/html, text/html;q=0.2", "text/html", 200 },
    { "no slash", "html, text/html;q=0.2", "text/html", 200 },
    { "no subtype", "text/, text/html;q=0.2", "text/html", 200 },
    { "no type", "/html, text/html;q=0.2", "text/html", 200 },
    { "two slashes", "text/html/x, text/html;q=0.2", "text/html", 200 },
    { "open quote", "text/html;a=\"x", "text/html", 1000 },
    { "quote escaping the end", "text/html;q=0.2, text/html;a=\"\\",
      "text/html", 200 },
    { "empty parameter value", "text/html;a=, text/html;q=0.2", "text/html",
      200 },
    { "parameter after the weight", "text/html;q=0.1;a=b, text/html;q=0.2",
      "text/html", 200 },
    { "only malformed", "text", "text/html", 1000 },
};

static void weights(const struct weight_row *rows, size_t n, const char *field,
                    uint16_t (*ask)(const struct head *, struct span))
{
    for (size_t i = 0; i < n; i++) {
        static struct head h;

        heads_make(&h, (const char *const[]){ NULL });
        if (rows[i].value)
            heads_add(&h, field, rows[i].value);
        ROW_CHECK(rows[i].row,
                  ask(&h, span_str(rows[i].asked)) == rows[i].weight);
    }
}

static void media_types(void **state)
{
    (void)state;
    weights(media_table, ROWS(media_table), "Accept", accept_media);
}

/* RFC 9110 12.5.4, RFC 4647 3.4 */
static const struct {
    const char *row, *line[3];
    enum language want;
} language_table[] = {
    { "absent", { NULL }, LANGUAGE_EN },
    { "empty", { "" }, LANGUAGE_EN },
    { "the range alone", { "zh" }, LANGUAGE_ZH },
    { "our tag", { "zh-CN" }, LANGUAGE_ZH },
    { "without case", { "ZH-cn" }, LANGUAGE_ZH },
    { "script and region", { "zh-Hans-CN" }, LANGUAGE_ZH },
    { "a sibling, which reads it", { "zh-TW" }, LANGUAGE_ZH },
    { "another", { "de" }, LANGUAGE_EN },
    { "no prefix of a subtag", { "z, zhx, zha" }, LANGUAGE_EN },
    { "a browser's", { "zh-CN,zh;q=0.9,en;q=0.8" }, LANGUAGE_ZH },
    { "an English one's that reads Chinese",
      { "en-US,en;q=0.9,zh-CN;q=0.8" },
      LANGUAGE_EN },
    { "German first, Chinese second", { "de,zh;q=0.5" }, LANGUAGE_ZH },
    { "weights, not order", { "en;q=0.4, zh;q=0.5" }, LANGUAGE_ZH },
    { "equal weights: the first", { "zh, en" }, LANGUAGE_ZH },
    { "equal weights: the first", { "en, zh" }, LANGUAGE_EN },
    { "the greatest of several ranges",
      { "zh;q=0.2, en;q=0.5, zh-HK" },
      LANGUAGE_ZH },
    { "over field lines", { "en;q=0.2", "zh;q=0.3" }, LANGUAGE_ZH },
    { "anything", { "*" }, LANGUAGE_EN },
    { "anything for those unnamed", { "en;q=0.1, *" }, LANGUAGE_ZH },
    { "anything for those unnamed", { "zh;q=0.1, *;q=0.5" }, LANGUAGE_EN },
    { "refused", { "zh;q=0" }, LANGUAGE_EN },
    { "refused, whatever else", { "zh-CN;q=0, zh, *" }, LANGUAGE_EN },
    { "English refused, anything else", { "en;q=0, *" }, LANGUAGE_ZH },
    { "a sibling refused", { "zh-TW;q=0, zh;q=0.1" }, LANGUAGE_ZH },
    { "nothing that is there", { "en;q=0, zh;q=0" }, LANGUAGE_EN },
    /* malformed members are skipped */
    { "weight over 1", { "zh;q=1.5, en;q=0.1" }, LANGUAGE_EN },
    { "a parameter", { "zh;level=1, en;q=0.1" }, LANGUAGE_EN },
    { "subtag of nine", { "zh-123456789" }, LANGUAGE_EN },
    { "digits first", { "0zh, zh1" }, LANGUAGE_EN },
    { "hyphen last", { "zh-, zh--CN, -zh" }, LANGUAGE_EN },
    { "underscore", { "zh_CN" }, LANGUAGE_EN },
};

static void languages(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(language_table); i++) {
        static struct head h;

        heads_make(&h, (const char *const[]){ NULL });
        for (size_t k = 0; language_table[i].line[k]; k++)
            heads_add(&h, "Accept-Language", language_table[i].line[k]);
        ROW_CHECK(language_table[i].row,
                  accept_language(&h) == language_table[i].want);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(codings),
        cmocka_unit_test(names_of_codings),
        cmocka_unit_test(media_types),
        cmocka_unit_test(languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
