/* SPDX-License-Identifier: MIT
 *
 * refs: what pages make a browser fetch.
 */
#include "http/refs.h"

#include "base/buf.h"
#include "unit.h"

static const struct {
    const char *name, *html, *want;
} rows[] = {
    { "nothing", "", "" },
    { "text", "a < b > c <", "" },
    { "image", "<img src=\"/a.png\">", "i/a.png " },
    { "no quotes", "<IMG SRC=a.png alt=x>", "ia.png " },
    { "single quotes", "<img src='a b.png'/>", "ia b.png " },
    { "space around =", "<img src = \n 'a.png' >", "ia.png " },
    { "first of a name counts", "<img src=a src=b>", "ia " },
    { "quote holds >", "<img alt='>' src=a><img src=b>", "ia ib " },
    { "lazy", "<img loading=lazy src=a>", "za " },
    { "script and its text",
      "<script src=a.js><img src=no></script><img src=b>", "ja.js ib " },
    { "inline script", "<script>'<img src=no>'</script>", "" },
    { "inline script, end in capitals",
      "<script><img src=n></SCRIPT ><img src=y>", "iy " },
    { "noscript", "<noscript><img src=no></noscript><img src=y>", "iy " },
    { "template", "<template><img src=no></template><img src=y>", "iy " },
    { "comment", "<!-- <img src=no> --><img src=y>", "iy " },
    { "empty comment", "<!--><img src=y>", "iy " },
    { "comment without end", "<!-- <img src=no>", "" },
    { "style sheet", "<link rel=stylesheet href=a.css>", "sa.css " },
    { "style sheet among words", "<link href=a.css rel='x StyleSheet'>",
      "sa.css " },
    { "alternate sheet", "<link rel='alternate stylesheet' href=no>", "" },
    { "icon", "<link rel='shortcut icon' href=/favicon.ico>",
      "c/favicon.ico " },
    { "data icon", "<link rel=icon href='data:image/svg+xml,x'>", "" },
    { "canonical", "<link rel=canonical href=no>", "" },
    { "preload", "<link rel=preload as=font href=f.woff2>", "pf.woff2 " },
    { "manifest", "<link rel=manifest href=m>", "mm " },
    { "frame", "<iframe src=f.html></iframe>", "ff.html " },
    { "base", "<base href=/x/><img src=a>", "b/x/ ia " },
    { "other schemes", "<img src=DATA:x><img src=blob:x><img src=about:b>",
      "" },
    { "a scheme is no path", "<img src=a:b/c.png>", "ia:b/c.png " },
    { "fragment", "<img src='#x'>", "" },
    { "empty", "<img src=''><img src><img>", "" },
    { "control character", "<img src='a\nb'>", "" },
    { "anchor is not fetched", "<a href=no>x</a>", "" },
    { "end tag", "</img src=no>", "" },
    { "tag without end", "<img src=a", "ia " },
    { "quote without end", "<img src='a", "ia " },
    { "attribute that begins with =", "<img =src=no src=a>", "ia " },
    { "names that only begin so", "<imgs src=no><image src=no>", "" },
    { "trimmed", "<img src=' a '>", "ia " },
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char storage[256];
        struct buf b = buf_over(storage, sizeof storage);
        struct refs refs = refs_of(span_str(rows[i].html));
        struct ref ref;
        while (refs_next(&refs, &ref)) {
            buf_char(&b, ref_letter(ref.kind));
            buf_span_put(&b, ref.url);
            buf_char(&b, ' ');
        }
        ROW_CHECK(rows[i].name, buf_cstr(&b));
        if (strcmp(storage, rows[i].want) != 0)
            fail_msg("row \"%s\": \"%s\"", rows[i].name, storage);
    }
}

static void test_long(void **state)
{
    char html[REFS_URL_MAX + 64] = "<img src=";
    struct ref ref;

    (void)state;
    memset(html + 9, 'a', REFS_URL_MAX + 1);
    struct refs refs = refs_of(span_of(html, 9 + REFS_URL_MAX + 1));
    assert_false(refs_next(&refs, &ref));
    refs = refs_of(span_of(html, 9 + REFS_URL_MAX));
    assert_true(refs_next(&refs, &ref));
    assert_int_equal(ref.url.n, REFS_URL_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
