/* SPDX-License-Identifier: MIT
 *
 * refs: what pages, style sheets and scripts make a browser fetch.
 */
#include "http/refs.h"

#include "base/buf.h"
#include "unit.h"

struct row {
    const char *name, *text, *want; /* "letter address ...", +: another one */
};

static const struct row html[] = {
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
    { "srcset", "<img src=a srcset='b 1x, c 2x'>", "ib +ic +ia " },
    { "srcset, widths and sizes",
      "<img sizes=50vw srcset='s.png 480w,m.png 800w'>", "is.png +im.png " },
    { "srcset without space", "<img srcset='a,b, c 2x,'>", "ia,b +ic " },
    { "srcset, descriptor with comma", "<img srcset='a f(1,2) , b'>",
      "ia +ib " },
    { "srcset of nothing", "<img srcset=' , ,, '>", "" },
    { "srcset, data first", "<img srcset='data:,x 1x, b 2x' src=c>",
      "ib +ic " },
    { "two images are two sets", "<img srcset='a, b'><img src=c>",
      "ia +ib ic " },
    { "picture",
      "<picture><source srcset=a.avif><source srcset='b 1x, c 2x'>"
      "<img src=d></picture><img src=e>",
      "ia.avif +ib +ic +id ie " },
    { "lazy picture", "<picture><source srcset=a><img loading=lazy src=b>",
      "ia +zb " },
    { "source without anything", "<source src=a srcset=b>", "" },
    { "video", "<video poster=p src=v><source src=no></video>", "ip vv " },
    { "video with sources",
      "<video poster=p><source src=a.webm><source src=b.mp4></video>",
      "ip va.webm +vb.mp4 " },
    { "video that waits", "<video preload=none src=a poster=p><source src=b>",
      "ip " },
    { "video that starts", "<audio preload=none autoplay src=a>", "va " },
    { "track", "<track src=no><track default src=t>", "vt " },
    { "object and embed", "<object data=o></object><embed src=e>", "fo fe " },
    { "lazy frame", "<iframe loading=lazy src=a></iframe>", "za " },
    { "input", "<input type=IMAGE src=a><input src=no>", "ia " },
    { "body", "<body background=a>", "ia " },
    { "drawing",
      "<svg><image href=a /><use xlink:href='b.svg#x'/>"
      "<use href='#y'/>",
      "ia ib.svg#x " },
    { "prefetch, modulepreload",
      "<link rel=prefetch href=a><link rel=modulepreload href=b.js>",
      "pa pb.js " },
    { "preload of a set",
      "<link rel=preload as=image imagesrcset='a 1x, b 2x' href=a>",
      "pa +pb +pa " },
    { "not before it is needed", "<link rel=preconnect href=no>", "" },
    { "style attribute", "<p style='background:url(a.png)'>", "ua.png " },
    { "style attribute, quotes as references",
      "<p style=\"background:url(&quot;a.png&quot;)\">", "ua.png " },
    { "image with a style", "<img src=a style='background:url(b)'>", "ia ub " },
    { "style element",
      "<style>@import 'a.css'; p{background:url(b)}</style>"
      "<img src=c>",
      "sa.css ub ic " },
    { "inline module",
      "<script type=module>import './a.js'; import('./b.js')</script>",
      "j./a.js d./b.js " },
    { "inline script", "<script>import('/a.js')</script>", "d/a.js " },
    { "data in a script",
      "<script type=importmap>import './no.js'</script>"
      "<script type='text/template' src=no></script>",
      "" },
    { "types of scripts",
      "<script type=module src=a></script>"
      "<script type=text/javascript src=b></script><script type='' src=c>",
      "ja jb jc " },
    { "nomodule", "<script nomodule src=no></script>", "" },
    { "trimmed", "<img src=' a '>", "ia " },
};

/* CSS Syntax 4, CSS Cascade 5 (@import), CSS Images 4 (image-set), CSS Fonts
 * 4 (@font-face). */
static const struct row css[] = {
    { "nothing", "p { color: red }", "" },
    { "url", "p { background: url(a.png) no-repeat }", "ua.png " },
    { "quotes and space", "p{a:url( \"a b.png\" );b:URL('c')}",
      "ua b.png uc " },
    { "two pictures", "p{background:url(a),url(b)}", "ua ub " },
    { "import", "@import 'a.css';@import url(b.css) screen;",
      "sa.css sb.css " },
    { "import with a layer",
      "@IMPORT url(\"a.css\") layer(x) supports(background: url(no.png));",
      "sa.css uno.png " },
    { "import, then a rule", "@import 'a';p{b:url(c)}", "sa uc " },
    { "namespace and charset",
      "@charset 'utf-8';@namespace url(http://www.w3.org/2000/svg);"
      "@namespace x 'no';",
      "" },
    { "comments", "/* url(no) */p{/*'*/a:url(b)}/* url(no", "ub " },
    { "string is no address", "p::after{content:'url(no)' \"x\"}", "" },
    { "string that is not closed", "p{content:'x\n;a:url(b)}", "ub " },
    { "image-set",
      "p{background:image-set(url(a) 1x, 'b' type('image/avif') 2x)}",
      "ua +ub " },
    { "image-set twice",
      "p{a:-webkit-image-set(url(a) 1x,url(b) 2x),image-set('c' 1x)}",
      "ua +ub uc " },
    { "after image-set", "p{a:image-set('a' 1x), url(b)}", "ua ub " },
    { "nested functions",
      "p{a:cross-fade(image-set(linear-gradient(red,blue) 1x,'b' 2x), 'no')}",
      "ub " },
    { "font",
      "@font-face{font-family:'x';src:local('y'),url(a.woff2) "
      "format('woff2'),url(b.woff)}p{a:url(c)}",
      "na.woff2 +nb.woff uc " },
    { "font with two sources", "@font-face{src:url(a);src:url(b),url(c)}",
      "na nb +nc " },
    { "media", "@media print{p{a:url(b)}}", "ub " },
    { "data and fragments", "p{a:url(data:,x);b:url(#c);d:url()}", "" },
    { "escapes", "p{a:url(a\\.png);b\\:url(c);d:url(e)}", "uc ue " },
    { "no end", "p{a:url(b", "ub " },
    { "no end of a string", "p{a:url('b", "ub " },
    { "name that ends so", "p{a:myurl(no);b:-url(no)}", "" },
};

/* ECMA-262 16.2.2 (imports), 16.2.3 (exports), 13.3.10 (import calls). */
static const struct row js[] = {
    { "nothing", "let a = 1;", "" },
    { "import", "import './a.js'", "j./a.js " },
    { "names", "import a, {b as c, default as d} from \"/x.js\";", "j/x.js " },
    { "all", "import * as a from '../a.js'", "j../a.js " },
    { "no space", "import{a}from'./a.js';import b from\"./b.js\"",
      "j./a.js j./b.js " },
    { "from is a name", "import from from './a.js'", "j./a.js " },
    { "string as a name", "import {'x y' as z} from './a.js'", "j./a.js " },
    { "attributes", "import a from './a.json' with {type: 'json'}",
      "j./a.json " },
    { "export from",
      "export * from './a.js';export * as b from './b.js';"
      "export {c} from './c.js'",
      "j./a.js j./b.js j./c.js " },
    { "export", "export {a, b}; export const from = './no.js'", "" },
    { "export default", "export default '/no.js'", "" },
    { "dynamic", "import('./a.js').then(f)", "d./a.js " },
    { "dynamic with options", "await import( /* x */ './a.js' , {})",
      "d./a.js " },
    { "put together", "import('./' + name); import(name)", "" },
    { "meta", "import.meta.url; import.meta.resolve('./no.js')", "" },
    { "property", "a.import('./no.js'); a. import './no.js'", "" },
    { "spread", "f(...import('./a.js'))", "d./a.js " },
    { "packages", "import 'lodash'; import('react')", "" },
    { "elsewhere", "import 'http://b.example/a.js'",
      "jhttp://b.example/a.js " },
    { "comments", "// import './no.js'\n/* import './no.js' */import './a.js'",
      "j./a.js " },
    { "comment between", "import /* ' */ a // x\n from './a.js'", "j./a.js " },
    { "strings", "'import \\'./no.js'; \"import('./no.js')\"", "" },
    { "template", "`import './no.js' ${import('./a.js')} import './no.js'`",
      "d./a.js " },
    { "templates in templates",
      "`${`${{a: `}`}}`}import './no.js'`;import './a.js'", "j./a.js " },
    { "expression", "a = /'/; import './a.js'", "j./a.js " },
    { "expression with a class", "f(/[/'\"]/g); import './a.js'", "j./a.js " },
    { "expression after return", "return /'/.test(import('./a.js'))",
      "d./a.js " },
    { "division", "a / b; c = '/'; (d) / e; import './a.js'", "j./a.js " },
    { "escape in an address", "import './\\x61.js'", "" },
    { "no end", "import './a.js", "j./a.js " },
    { "no end of a call", "import('./a.js'", "" },
    { "name that begins so", "imports './no.js'; important('./no.js')", "" },
};

static void check_rows(enum refs_language language, const struct row *rows,
                       size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char storage[256];
        struct buf b = buf_over(storage, sizeof storage);
        struct refs refs = refs_of(language, span_str(rows[i].text));
        struct ref ref;
        while (refs_next(&refs, &ref)) {
            if (ref.other)
                buf_char(&b, '+');
            buf_char(&b, ref_letter(ref.kind));
            buf_span_put(&b, ref.url);
            buf_char(&b, ' ');
        }
        ROW_CHECK(rows[i].name, buf_cstr(&b));
        if (strcmp(storage, rows[i].want) != 0)
            fail_msg("row \"%s\": \"%s\"", rows[i].name, storage);
    }
}

static void test_html(void **state)
{
    (void)state;
    check_rows(REFS_HTML, html, ROWS(html));
}

static void test_css(void **state)
{
    (void)state;
    check_rows(REFS_CSS, css, ROWS(css));
}

static void test_js(void **state)
{
    (void)state;
    check_rows(REFS_JS, js, ROWS(js));
}

static void test_types(void **state)
{
    static const struct {
        const char *type;
        int language; /* -1: none */
    } rows[] = {
        { "text/html; charset=utf-8", REFS_HTML },
        { "text/css", REFS_CSS },
        { "text/javascript; charset=utf-8", REFS_JS },
        { "application/javascript", REFS_JS },
        { "text/plain", -1 },
        { "", -1 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        enum refs_language l = REFS_HTML;
        bool found = refs_language_of(span_str(rows[i].type), &l);
        ROW_CHECK(rows[i].type, (found ? (int)l : -1) == rows[i].language);
    }
}

/* A clause without end is not gone through again for each of its words. */
static void test_long_clause(void **state)
{
    static char text[1 << 16];
    struct ref ref;

    (void)state;
    for (size_t i = 0; i + 7 <= sizeof text; i += 7)
        memcpy(text + i, "import ", 7);
    struct refs refs = refs_of(REFS_JS, span_of(text, sizeof text));
    assert_false(refs_next(&refs, &ref));
    memcpy(text + 5005, "from './a.js'", 13);
    refs = refs_of(REFS_JS, span_of(text, sizeof text));
    assert_true(refs_next(&refs, &ref));
    assert_int_equal(ref.url.n, 6);
}

static void test_long(void **state)
{
    char text[REFS_URL_MAX + 64] = "<img src=";
    struct ref ref;

    (void)state;
    memset(text + 9, 'a', REFS_URL_MAX + 1);
    struct refs refs = refs_of(REFS_HTML, span_of(text, 9 + REFS_URL_MAX + 1));
    assert_false(refs_next(&refs, &ref));
    refs = refs_of(REFS_HTML, span_of(text, 9 + REFS_URL_MAX));
    assert_true(refs_next(&refs, &ref));
    assert_int_equal(ref.url.n, REFS_URL_MAX);
}

/* Whole lines only, and an alternative says so. */
static void test_list(void **state)
{
    static const char page[] =
        "<link rel=stylesheet href=a.css><picture><source srcset=b.avif>"
        "<img src=b.png></picture><script src=c.js></script>";
    static const char lines[] = "sa.css\nib.avif\nIb.png\njc.js\n";
    char storage[64];

    (void)state;
    for (size_t room = 0; room <= sizeof lines; room++) {
        struct buf b = buf_over(storage, room);
        refs_list(&b, REFS_HTML, span_of(page, sizeof page - 1));
        assert_false(b.overflow);
        assert_true(b.n == 0 || b.p[b.n - 1] == '\n');
        assert_memory_equal(b.p, lines, b.n);
        assert_true(room < sizeof lines - 1 || b.n == sizeof lines - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_html),        cmocka_unit_test(test_css),
        cmocka_unit_test(test_js),          cmocka_unit_test(test_types),
        cmocka_unit_test(test_list),        cmocka_unit_test(test_long),
        cmocka_unit_test(test_long_clause),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
