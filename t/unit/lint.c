/* SPDX-License-Identifier: MIT
 *
 * Tests of tool/lint: names that change with their content.  The doubts
 * themselves are seeded in t/live/test_27_check.py.
 */
#include "unit.h"

#include "tool/lint.h"

static void hashed_names(void **state)
{
    static const struct {
        const char *path;
        bool hashed;
    } rows[] = {
        { "/app.3f2a9c1b.js", true },
        { "/assets/index-BqX9d2Lk.js", true },
        { "/assets/index-BqXdLkZa.js", true },
        /* vite's base64url, whose - and _ divide no words */
        { "/assets/index-D_8-x2Qa.js", true },
        { "/assets/index-D_8-x2Qa.js.map", true },
        { "/assets/index-Bz-_kM1p.css", true },
        { "/assets/logo--xQ3m_Zt.svg", true },
        { "/assets/vendor.C4p-Xq_Z.js", true },
        { "/assets/index-CDaxfP-_.js", true },
        { "/assets/page-new-page.js", false },
        { "/assets/my-FAQ-Page.html", false },
        { "/assets/photo-01-large.jpg", false },
        { "/assets/style-v2-final.css", false },
        { "/assets/my-Big-Logo.png", false },
        { "/D_8-x2Qa/app.js", false },
        { "/a-D_8-x2Q.js", false },
        { "/a/jquery-3.6.0.min.js", true },
        { "/v12/app.js", true },
        { "/lib/1.2/app.js", true },
        { "/img/20260131_photo.jpg", true },
        { "/logo.png", false },
        { "/javascript.js", false },
        { "/documentation.css", false },
        { "/style.v2.css", false },
        { "/video/app.js", false },
        { "/JavaScript.js", false },
        { "/a1.png", false },
        { "/", false },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        ROW_CHECK(rows[i].path,
                  lint_hashed(span_str(rows[i].path)) == rows[i].hashed);
}

static void times(void **state)
{
    static const struct {
        int64_t s;
        const char *text;
    } rows[] = {
        { 0, "0 s" },    { 119, "119 s" },  { 120, "2 min" },
        { 7200, "2 h" }, { 86400, "24 h" }, { 31536000, "365 days" },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char text[32];
        struct buf b = buf_over(text, sizeof text);
        lint_time(&b, rows[i].s);
        ROW_CHECK(rows[i].text, span_eq(buf_span(&b), span_str(rows[i].text)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashed_names),
        cmocka_unit_test(times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
