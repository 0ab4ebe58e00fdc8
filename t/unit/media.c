/* SPDX-License-Identifier: MIT
 *
 * Tests of http/media: names, libmagic's answers, and what goes out.
 */
#include "unit.h"

#include <stdio.h>

#include "base/chars.h"
#include "http/declared.h"
#include "http/media.h"
#include "http/media_rows.h"
#include "http/utf8.h"

#define NAME MEDIA_BY_NAME
#define CONTENT MEDIA_BY_CONTENT
#define DEFAULT MEDIA_BY_DEFAULT
#define DOCX \
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

static const struct {
    const char *row, *file, *magic, *charset;
    bool utf8;
    const char *type;
    enum media_source source;
    bool disagrees;
} settled[] = {
    /* the table that a browser needs, as libmagic 5.44 answers */
    { "style sheet", "style.css", "text/plain", "us-ascii", true,
      "text/css; charset=utf-8", NAME, false },
    { "style sheet called troff", "style.css", "text/troff", "us-ascii", true,
      "text/css; charset=utf-8", NAME, false },
    { "empty style sheet, by descriptor", "empty.css", "inode/x-empty",
      "binary", true, "text/css; charset=utf-8", NAME, false },
    { "empty style sheet, by buffer", "empty.css", "application/x-empty",
      "binary", true, "text/css; charset=utf-8", NAME, false },
    { "module", "main.mjs", "application/javascript", "us-ascii", true,
      "text/javascript; charset=utf-8", NAME, false },
    { "minified script called text", "app.min.js", "text/plain", "us-ascii",
      true, "text/javascript; charset=utf-8", NAME, false },
    { "script called html", "template.js", "text/html", "utf-8", true,
      "text/javascript; charset=utf-8", NAME, false },
    { "PNG named logo.jpg", "logo.jpg", "image/png", "binary", false,
      "image/png", CONTENT, true },
    { "PNG without extension", "logo", "image/png", "binary", false,
      "image/png", CONTENT, false },
    { "HTML in a .txt", "notes.txt", "text/html", "us-ascii", true,
      "text/plain; charset=utf-8", NAME, false },
    { "page", "index.html", "text/html", "utf-8", true,
      "text/html; charset=utf-8", NAME, false },
    { "page called text", "part.html", "text/plain", "us-ascii", true,
      "text/html; charset=utf-8", NAME, false },
    { "wasm called bytes", "app.wasm", "application/octet-stream", "binary",
      false, "application/wasm", NAME, false },
    { "wasm", "app.wasm", "application/wasm", "binary", false,
      "application/wasm", NAME, false },
    { "SVG behind a long comment", "logo.svg", "text/plain", "us-ascii", true,
      "image/svg+xml; charset=utf-8", NAME, false },
    { "SVG with a prolog", "logo.svg", "text/xml", "us-ascii", true,
      "image/svg+xml; charset=utf-8", NAME, false },
    { "JSON that is a string", "a.json", "text/plain", "us-ascii", true,
      "application/json", NAME, false },
    { "manifest", "app.webmanifest", "application/json", "us-ascii", true,
      "application/manifest+json", NAME, false },
    { "icon", "favicon.ico", "image/vnd.microsoft.icon", "binary", false,
      "image/vnd.microsoft.icon", NAME, false },
    { "font called sfnt", "a.ttf", "font/sfnt", "binary", false, "font/ttf",
      NAME, false },
    { "woff2", "a.woff2", "font/woff2", "binary", false, "font/woff2", NAME,
      false },
    { "PDF has no charset", "a.pdf", "application/pdf", "iso-8859-1", true,
      "application/pdf", NAME, false },
    { "svgz is gzip", "logo.svgz", "application/gzip", "binary", false,
      "application/gzip", NAME, false },
    { "several dots", "jquery-3.7.1.min.css", "text/plain", "us-ascii", true,
      "text/css; charset=utf-8", NAME, false },
    { "capitals", "LOGO.PNG", "image/png", "binary", false, "image/png", NAME,
      false },
    { "docx called zip", "a.docx", "application/zip", "binary", false, DOCX,
      NAME, false },
    { "doc called OLE", "a.doc", "application/CDFV2", "binary", false,
      "application/msword", NAME, false },

    /* content decides between kinds of one binary family */
    { "GIF named .webp", "a.webp", "image/gif", "binary", false, "image/gif",
      CONTENT, true },
    { "WAV named .mp3", "a.mp3", "audio/x-wav", "binary", false, "audio/wav",
      CONTENT, true },
    { "WebM named .mp4", "a.mp4", "video/webm", "binary", false, "video/webm",
      CONTENT, true },
    { "woff named .woff2", "a.woff2", "font/woff", "binary", false, "font/woff",
      CONTENT, true },
    { "OpenType named .ttf", "a.ttf", "application/vnd.ms-opentype", "binary",
      false, "font/otf", CONTENT, true },
    { "bitmap by its old name", "a.bmp", "image/x-ms-bmp", "binary", false,
      "image/bmp", NAME, false },
    { "bitmap named .png", "a.png", "image/x-ms-bmp", "binary", false,
      "image/bmp", CONTENT, true },
    { "kind that the table has not", "a.jpg", "image/x-canon-cr2", "binary",
      false, "image/jpeg", NAME, true },
    { "capitals of libmagic", "a.ts", "video/MP2T", "binary", false,
      "video/mp2t", NAME, false },
    /* one container for sound and pictures */
    { "Ogg", "a.ogv", "application/ogg", "binary", false, "video/ogg", NAME,
      false },
    { "audio in video/mp4", "a.m4a", "video/mp4", "binary", false, "audio/mp4",
      NAME, false },
    { "audio in video/webm", "a.weba", "video/webm", "binary", false,
      "audio/webm", NAME, false },
    { "m4a", "a.m4a", "audio/x-m4a", "binary", false, "audio/mp4", NAME,
      false },

    /* never to something more active; across families the name decides */
    { "SVG named .png", "a.png", "image/svg+xml", "us-ascii", true, "image/png",
      NAME, true },
    { "HTML named .jpg", "a.jpg", "text/html", "us-ascii", true, "image/jpeg",
      NAME, true },
    { "text named .png (an LFS pointer)", "a.png", "text/plain", "us-ascii",
      true, "image/png", NAME, true },
    { "PNG named .svg", "a.svg", "image/png", "binary", false, "image/svg+xml",
      NAME, true },
    { "PNG named .css", "a.css", "image/png", "binary", false, "text/css", NAME,
      true },
    { "MP3 named .mp4", "a.mp4", "audio/mpeg", "binary", false, "video/mp4",
      NAME, true },
    { "PDF named .zip", "a.zip", "application/pdf", "binary", false,
      "application/zip", NAME, true },
    { "program named .pdf", "a.pdf", "application/x-dosexec", "binary", false,
      "application/pdf", NAME, true },
    { "TypeScript named like a stream", "a.ts", "application/javascript",
      "us-ascii", true, "video/mp2t", NAME, true },
    { ".bin says nothing", "a.bin", "image/png", "binary", false,
      "application/octet-stream", NAME, false },
    { "no answer", "a.png", "", "", false, "image/png", NAME, false },
    { "no answer for text", "a.html", "", "", false, "text/html", NAME, false },
    { "answer without a slash", "a.png", "data", "binary", false, "image/png",
      NAME, true },

    /* no known extension: an allow-list */
    { "JPEG", "photo", "image/jpeg", "binary", false, "image/jpeg", CONTENT,
      false },
    { "PDF", "report", "application/pdf", "binary", false, "application/pdf",
      CONTENT, false },
    { "gzip by its old name", "dump", "application/x-gzip", "binary", false,
      "application/gzip", CONTENT, false },
    { "wasm without name", "module", "application/wasm", "binary", false,
      "application/wasm", CONTENT, false },
    { "JSON", "apple-app-site-association", "application/json", "us-ascii",
      true, "application/json", CONTENT, false },
    { "text", "README", "text/plain", "utf-8", true,
      "text/plain; charset=utf-8", CONTENT, false },
    { "source", "Makefile", "text/x-makefile", "us-ascii", true,
      "text/plain; charset=utf-8", DEFAULT, false },
    { "style sheet or troff", "style", "text/troff", "us-ascii", true,
      "text/plain; charset=utf-8", DEFAULT, false },
    { "mail", "letter", "message/rfc822", "us-ascii", true,
      "text/plain; charset=utf-8", DEFAULT, false },
    { "HTML", "page", "text/html", "us-ascii", true,
      "text/plain; charset=utf-8", DEFAULT, true },
    { "XHTML", "page", "application/xhtml+xml", "us-ascii", true,
      "text/plain; charset=utf-8", DEFAULT, true },
    { "XML", "feed", "text/xml", "us-ascii", true, "text/plain; charset=utf-8",
      DEFAULT, true },
    { "SVG", "logo", "image/svg+xml", "us-ascii", true,
      "text/plain; charset=utf-8", DEFAULT, true },
    { "script", "app", "application/javascript", "us-ascii", true,
      "text/plain; charset=utf-8", DEFAULT, true },
    { "shell script", "run", "text/x-shellscript", "us-ascii", true,
      "text/plain; charset=utf-8", DEFAULT, false },
    { "empty", "empty", "inode/x-empty", "binary", true,
      "text/plain; charset=utf-8", DEFAULT, false },
    { "empty, by buffer", "empty", "application/x-empty", "binary", true,
      "text/plain; charset=utf-8", DEFAULT, false },
    { "Flash", "movie", "application/x-shockwave-flash", "binary", false,
      "application/octet-stream", DEFAULT, false },
    { "program", "etagd", "application/x-pie-executable", "binary", false,
      "application/octet-stream", DEFAULT, false },
    { "rare image", "a", "image/x-tga", "binary", false,
      "application/octet-stream", DEFAULT, false },
    { "rare sound", "a", "audio/x-mod", "binary", false,
      "application/octet-stream", DEFAULT, false },
    { "rare film", "a", "video/x-fli", "binary", false,
      "application/octet-stream", DEFAULT, false },
    { "some font", "a", "font/sfnt", "binary", false,
      "application/octet-stream", DEFAULT, false },
    { "bytes", "a", "application/octet-stream", "binary", false,
      "application/octet-stream", DEFAULT, false },
    { "no answer at all", "a", "", "", false, "application/octet-stream",
      DEFAULT, false },
    { "no answer, unknown charset", "a", "", "", true,
      "application/octet-stream", DEFAULT, false },
    { "no answer, bytes", "a", "", "binary", true, "application/octet-stream",
      DEFAULT, false },
    { "no answer, text", "a", "", "us-ascii", true, "text/plain; charset=utf-8",
      DEFAULT, false },
    { "unknown extension", "a.xyzzy", "image/png", "binary", false, "image/png",
      CONTENT, false },
    { "dotfile has no extension", ".html", "text/html", "us-ascii", true,
      "text/plain; charset=utf-8", DEFAULT, true },
    { "dotfile with one", ".a.html", "text/html", "us-ascii", true,
      "text/html; charset=utf-8", NAME, false },
    { "ends with a dot", "html.", "text/html", "us-ascii", true,
      "text/plain; charset=utf-8", DEFAULT, true },
    { "no name", "", "image/png", "binary", false, "image/png", CONTENT,
      false },

    /* libmagic's charset never goes out */
    { "Latin-1", "a.txt", "text/plain", "iso-8859-1", false, "text/plain", NAME,
      false },
    { "or something else", "a.html", "text/html", "iso-8859-1", false,
      "text/html", NAME, false },
    { "UTF-8 wins over a guess", "a.txt", "text/plain", "iso-8859-1", true,
      "text/plain; charset=utf-8", NAME, false },
    { "ASCII where libmagic looked", "a.txt", "text/plain", "us-ascii", false,
      "text/plain", NAME, false },
    { "unknown 8 bit", "a.txt", "text/plain", "unknown-8bit", false,
      "text/plain", NAME, false },
    { "never from libmagic's text", "a.txt", "text/plain",
      "x\r\nSet-Cookie: a=b", false, "text/plain", NAME, false },
    { "JSON has no charset", "a.json", "application/json", "iso-8859-1", false,
      "application/json", NAME, false },
    { "nor has WebVTT", "a.vtt", "text/vtt", "utf-8", true, "text/vtt", NAME,
      false },
    { "never on images", "a.png", "image/png", "us-ascii", true, "image/png",
      NAME, false },
    { "Latin-1 without extension", "README", "text/plain", "iso-8859-1", false,
      "text/plain", CONTENT, false },
};

static void settlement(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(settled); i++) {
        struct media m;
        media_settle(&m, span_str(settled[i].file), span_str(settled[i].magic),
                     span_str(settled[i].charset),
                     settled[i].utf8 ? MEDIA_BYTES_UTF8 : MEDIA_BYTES_OTHER);
        if (strcmp(m.type, settled[i].type))
            fail_msg("row \"%s\": %s", settled[i].row, m.type);
        ROW_CHECK(settled[i].row, m.source == settled[i].source);
        ROW_CHECK(settled[i].row, m.disagrees == settled[i].disagrees);
        ROW_CHECK(settled[i].row, *m.reason);
    }
}

static void compression(void **state)
{
    static const struct {
        const char *file, *magic;
        bool compressible;
    } rows[] = {
        { "a.css", "text/plain", true },
        { "a.svg", "image/svg+xml", true },
        { "a.wasm", "", true },
        { "a.json", "", true },
        { "a.ttf", "font/sfnt", true },
        { "a.woff2", "", false },
        { "a.png", "image/png", false },
        { "a.bmp", "image/bmp", true },
        { "a.bmp", "image/png", false },
        { "a.gz", "", false },
        { "README", "text/plain", true },
        { "a", "image/png", false },
        { "a", "application/wasm", true },
        { "a", "", false },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct media m;
        media_settle(&m, span_str(rows[i].file), span_str(rows[i].magic),
                     SPAN(""), MEDIA_BYTES_OTHER);
        ROW_CHECK(rows[i].file, m.compressible == rows[i].compressible);
    }
}

/* Every row: sorted, found by its own name, a media type, and what browsers
 * and the charset rule rely upon. */
static void rows_are_sound(void **state)
{
    (void)state;
    assert_true(media_rows_count > 180);
    for (size_t i = 0; i < media_rows_count; i++) {
        const struct media_row *r = &media_rows[i];
        char name[32] = "x.";
        const char *slash = strchr(r->type, '/');

        if (i)
            ROW_CHECK(r->ext, strcmp(media_rows[i - 1].ext, r->ext) < 0);
        memcpy(name + 2, r->ext, strlen(r->ext));
        ROW_CHECK(r->ext, strlen(r->ext) <= 16);
        ROW_CHECK(r->ext, media_row(span_str(name)) == r);
        for (char *p = name; *p; p++)
            *p = (*p >= 'a' && *p <= 'z') ? (char)(*p - 32) : *p;
        ROW_CHECK(r->ext, media_row(span_str(name)) == r);
        ROW_CHECK(r->ext, slash && slash > r->type && slash[1]);
        for (const char *p = r->type; *p; p++)
            ROW_CHECK(r->ext, p == slash || chars_is(*p, CHAR_TOKEN));
        ROW_CHECK(r->ext, strlen(r->type) + strlen("; charset=utf-16") <
                              MEDIA_TYPE_MAX);
        ROW_CHECK(r->ext, r->family != MEDIA_UNKNOWN);
        ROW_CHECK(r->ext, !r->utf8 || r->family == MEDIA_TEXT);
        ROW_CHECK(r->ext,
                  strncmp(r->type, "text/", 5) || r->family == MEDIA_TEXT);
        for (size_t k = 0; k < i; k++) /* a type is one kind of thing */
            ROW_CHECK(r->ext,
                      strcmp(media_rows[k].type, r->type) ||
                          (media_rows[k].family == r->family &&
                           media_rows[k].utf8 == r->utf8 &&
                           media_rows[k].compressible == r->compressible));
    }
}

static void names_of_types(void **state)
{
    static const struct {
        const char *file, *type; /* NULL: unknown */
    } rows[] = {
        { "a.htm", "text/html" },
        { "a.js", "text/javascript" },
        { "a.cjs", "text/javascript" },
        { "a.map", "application/json" },
        { "a.webmanifest", "application/manifest+json" },
        { "a.md", "text/markdown" },
        { "a.rss", "application/rss+xml" },
        { "a.yaml", "application/yaml" },
        { "a.c", "text/plain" },
        { "a.sh", "text/plain" },
        { "a.jpeg", "image/jpeg" },
        { "a.avif", "image/avif" },
        { "a.opus", "audio/ogg" },
        { "a.m3u8", "application/vnd.apple.mpegurl" },
        { "a.mkv", "video/matroska" },
        { "a.tar.gz", "application/gzip" },
        { "a.7z", "application/x-7z-compressed" },
        { "a.b.c.zst", "application/zstd" },
        { "..png", "image/png" },
        { "a", NULL },
        { "", NULL },
        { ".", NULL },
        { "..", NULL },
        { "a.", NULL },
        { ".png", NULL },
        { ".profile", NULL },
        { "a.png~", NULL },
        { "a.pn", NULL },
        { "a.pngx", NULL },
        { "a.seventeenletters", NULL },
        { "a.png ", NULL },
        { "a.\xff", NULL },
        { "a.\x01", NULL },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct media_row *r = media_row(span_str(rows[i].file));
        ROW_CHECK(rows[i].file, (r != NULL) == (rows[i].type != NULL));
        ROW_CHECK(rows[i].file, !r || !strcmp(r->type, rows[i].type));
    }
    /* a NUL is a byte like others and ends no extension */
    assert_null(media_row(SPAN("a.png\0")));
    assert_string_equal(media_said(SPAN("/a.b/logo.jpg")), "image/jpeg");
    assert_string_equal(media_said(SPAN("logo.PNG")), "image/png");
    assert_string_equal(media_said(SPAN("/a.png/.jpg")), "nothing");
    assert_string_equal(media_said(SPAN("")), "nothing");
}

static void name_alone(void **state)
{
    static const struct {
        const char *file;
        struct span head;
        bool utf8, alone;
    } rows[] = {
        { "a.html", SPAN("<p>\xc3\xa4\n"), true, true },
        { "a.css", SPAN(""), true, true },
        { "a.js", SPAN("\tf();\r\n\f"), true, true },
        { "a.svg", SPAN("<svg/>"), true, true },
        { "a.json", SPAN("[1, 2]"), true, true },
        { "a.html", SPAN("<p>\xe4\n"), false, false }, /* which charset? */
        { "a.html", SPAN("<p>\0\n"), true, false },
        { "a.html",
          SPAN("\x7f"
               "ELF\x02\x01\x01"),
          true, false },
        { "a.html", SPAN("\x1b[0m"), true, false },
        { "a.html", SPAN("%PDF-1.4\n"), true, false },
        { "a.png", SPAN("<p>"), true, false },
        { "a.pdf", SPAN("%PDF-1.4\n"), true, false },
        { "a.bin", SPAN("words"), true, false },
        { "a", SPAN("words"), true, false },
    };
    char late[1100];
    const struct media_row *html = media_row(SPAN("a.html"));

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        ROW_CHECK(rows[i].file,
                  media_by_name_alone(
                      media_row(span_str(rows[i].file)), rows[i].head,
                      rows[i].utf8 ? MEDIA_BYTES_TEXT : MEDIA_BYTES_OTHER) ==
                      rows[i].alone);
    memset(late, ' ', sizeof late);
    late[1023] = '\0';
    assert_false(media_by_name_alone(html, span_of(late, sizeof late),
                                     MEDIA_BYTES_UTF8));
    late[1023] = ' ';
    late[1024] = '\0';
    assert_true(media_by_name_alone(html, span_of(late, sizeof late),
                                    MEDIA_BYTES_UTF8));
}

/* Where a name's type has a mark, and the bytes have it. */
static void mark_of_the_name(void **state)
{
    static const struct {
        const char *file;
        struct span head;
        bool marked;
    } rows[] = {
        { "a.png", SPAN("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0"), true },
        { "A.PNG", SPAN("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0"), true },
        { "a.jpg", SPAN("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0"), false },
        { "a.png", SPAN("\x89PNG\r\n\x1a\n\0\0\0\rIHD"), false },
        { "a.png", SPAN("\x89PNG\r\n\x1a\n"), false },
        { "a.png", /* is called image/apng */
          SPAN("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
               "123456789012345678901"
               "acTL"),
          false },
        { "a.gif", SPAN("GIF87a"), true },
        { "a.gif", SPAN("GIF89a\1"), true },
        { "a.gif", SPAN("GIF8"), false },
        { "a.jpeg", SPAN("\xff\xd8\xff\xe0\0\x10JFIF"), true },
        { "a.jpg",
          SPAN("\xff\xd8\xff\xe1\0\x10"
               "Exif"),
          true },
        { "a.jpg", SPAN("\xff\xd8\xff\xf7\0\x10JFIF"), false },
        { "a.webp", SPAN("RIFF\1\2\3\4WEBPVP8 "), true },
        { "a.webp", SPAN("RIFF\1\2\3\4WAVEfmt "), false },
        { "a.woff2", SPAN("wOF2\0"), true },
        { "a.woff", SPAN("wOF2\0"), false },
        { "a.woff", SPAN("wOFF\0"), true },
        { "a.html", SPAN("GIF89a"), false },
        { "a", SPAN("GIF89a"), false },
        { "a.gif", SPAN(""), false },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        ROW_CHECK(rows[i].file, media_by_mark(media_row(span_str(rows[i].file)),
                                              rows[i].head) == rows[i].marked);
}

/* Where the name alone decides, no answer of libmagic's changes what goes
 * out. */
static void name_alone_is_no_shortcut(void **state)
{
    (void)state;
    for (size_t i = 0; i < media_rows_count; i++) {
        struct media without, with;
        char file[32];
        snprintf(file, sizeof file, "a.%s", media_rows[i].ext);
        if (!media_by_name_alone(&media_rows[i], SPAN("words"),
                                 MEDIA_BYTES_UTF8))
            continue;
        media_settle(&without, span_str(file), SPAN(""), SPAN("utf-8"),
                     MEDIA_BYTES_UTF8);
        for (size_t j = 0; j < ROWS(settled); j++) {
            media_settle(&with, span_str(file), span_str(settled[j].magic),
                         span_str(settled[j].charset), MEDIA_BYTES_UTF8);
            ROW_CHECK(file, !strcmp(with.type, without.type));
            ROW_CHECK(file, with.source == without.source);
            ROW_CHECK(file, with.compressible == without.compressible);
        }
    }
}

/* What is known of the bytes, and the label that goes out. */
static void charsets(void **state)
{
    static const struct {
        const char *row;
        struct span bytes;
        bool whole;
        enum media_bytes known;
        const char *type;
    } rows[] = {
        { "nothing", SPAN(""), true, MEDIA_BYTES_UTF8,
          "text/html; charset=utf-8" },
        { "ASCII", SPAN("<p>x"), true, MEDIA_BYTES_UTF8,
          "text/html; charset=utf-8" },
        { "UTF-8", SPAN("<p>\xc3\xa4"), true, MEDIA_BYTES_UTF8,
          "text/html; charset=utf-8" },
        { "UTF-8 with its mark", SPAN("\xef\xbb\xbfx"), true, MEDIA_BYTES_UTF8,
          "text/html; charset=utf-8" },
        { "a beginning tells nothing of the rest", SPAN("<p>\xc3\xa4"), false,
          MEDIA_BYTES_TEXT, "text/html" },
        { "cut in a sequence", SPAN("<p>\xc3"), false, MEDIA_BYTES_TEXT,
          "text/html" },
        { "ends in a sequence", SPAN("<p>\xc3"), true, MEDIA_BYTES_OTHER,
          "text/html" },
        { "GBK", SPAN("<p>\xd6\xd0\xce\xc4"), true, MEDIA_BYTES_OTHER,
          "text/html" },
        { "windows-1252", SPAN("caf\xe9"), true, MEDIA_BYTES_OTHER,
          "text/html" },
        { "ISO-2022-JP (RFC 1468)", SPAN("12345678\x1b$B\x46|\x1b(B"), true,
          MEDIA_BYTES_TEXT, "text/html" },
        { "colours of a terminal, in UTF-8", SPAN("\x1b[1m\xc3\xa4"), true,
          MEDIA_BYTES_UTF8, "text/html; charset=utf-8" },
        { "UTF-16LE", SPAN("\xff\xfe<\0"), true, MEDIA_BYTES_UTF16,
          "text/html; charset=utf-16" },
        { "UTF-16BE", SPAN("\xfe\xff\0<"), true, MEDIA_BYTES_UTF16,
          "text/html; charset=utf-16" },
        { "UTF-16, the beginning", SPAN("\xff\xfe<\0"), false,
          MEDIA_BYTES_OTHER, "text/html" },
        { "UTF-16 with half a unit", SPAN("\xff\xfe<\0p"), true,
          MEDIA_BYTES_OTHER, "text/html" },
        { "UTF-16 without its mark", SPAN("<\0p\0>\0\xe4\0"), true,
          MEDIA_BYTES_OTHER, "text/html" },
        { "UTF-32, which no browser decodes", SPAN("\xff\xfe\0\0<\0\0\0"), true,
          MEDIA_BYTES_OTHER, "text/html" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        for (size_t cut = 0; cut <= rows[i].bytes.n; cut++) {
            struct media m;
            struct utf8 u;
            utf8_start(&u);
            utf8_add(&u, rows[i].bytes.p, cut);
            utf8_add(&u, rows[i].bytes.p + cut, rows[i].bytes.n - cut);
            enum media_bytes known = utf8_bytes(&u, rows[i].whole);
            ROW_CHECK(rows[i].row, known == rows[i].known);
            media_settle(&m, SPAN("a.html"), SPAN("text/html"),
                         SPAN("iso-8859-1"), known);
            ROW_CHECK(rows[i].row, strcmp(m.type, rows[i].type) == 0);
        }
    }
}

static void inner_names(void **state)
{
    static const char *const rows[][2] = {
        { "a.js.gz", "a.js" },    { "a.JS.GZ", "a.JS" }, { "a.br", "a" },
        { "a.tar.zst", "a.tar" }, { "a.svgz", "a.svg" }, { "a.js", "a.js" },
        { ".gz", ".gz" },         { "gz", "gz" },        { "", "" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        ROW_CHECK(rows[i][0], span_eq(media_inner(span_str(rows[i][0])),
                                      span_str(rows[i][1])));
}

#define HTML "text/html; charset=utf-8"

static void declarations(void **state)
{
    static const struct {
        const char *head, *type, *charset; /* NULL: none */
    } rows[] = {
        { "<meta charset=gbk>", HTML, "gbk" },
        { "<!doctype html><META CharSet = \"Big5\">", HTML, "Big5" },
        { "<meta/charset='x-sjis'/>", HTML, "x-sjis" },
        { "<meta name=a content=b charset=euc-kr>", HTML, "euc-kr" },
        { "<meta http-equiv=Content-Type content='text/html; charset=koi8-r'>",
          HTML, "koi8-r" },
        { "<meta content=\"text/html;charset = 'utf-8'\" "
          "http-equiv=content-type>",
          HTML, "utf-8" },
        { "<meta content='text/html; charset=gbk'>", HTML, NULL },
        { "<meta http-equiv=refresh content='0; charset=gbk'>", HTML, NULL },
        { "<!-- <meta charset=gbk> --><meta charset=utf-8>", HTML, "utf-8" },
        { "<!--><meta charset=gbk>", HTML, "gbk" },
        { "<a title='<meta charset=gbk>'><meta charset=utf-8>", HTML, "utf-8" },
        { "</p title='<meta charset=gbk>'><meta charset=utf-8>", HTML,
          "utf-8" },
        { "<?php > <meta charset=gbk>", HTML, "gbk" },
        { "<metadata charset=gbk>", HTML, NULL },
        { "a < b <meta charset=gbk>", HTML, "gbk" },
        { "\xef\xbb\xbf<meta charset=gbk>", HTML, "gbk" },
        { "<meta charset=\"gbk", HTML, "gbk" },
        { "<meta", HTML, NULL },
        { "<", HTML, NULL },
        { "", HTML, NULL },
        { "<meta charset=gbk>", "text/plain", NULL },
        { "<?xml version='1.0' encoding='EUC-JP'?><a/>", "application/xml",
          "EUC-JP" },
        { "<?xml version='1.0' encoding = \"gbk\"?>", "image/svg+xml", "gbk" },
        { "<?xml version='1.0'?><a encoding='gbk'/>", "text/xml", NULL },
        { " <?xml encoding='gbk'?>", "text/xml", NULL },
        { "<?xml encoding", "text/xml", NULL },
        { "@charset \"shift_jis\"; a{}", "text/css", "shift_jis" },
        { "@charset 'shift_jis';", "text/css", NULL },
        { " @charset \"shift_jis\";", "text/css", NULL },
        { "@charset \"shift_jis", "text/css", NULL },
    };
    char late[DECLARED_HEAD_BYTES + 32];

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct span found =
            declared_charset(span_str(rows[i].head), span_str(rows[i].type));
        ROW_CHECK(rows[i].head, !found.p == !rows[i].charset);
        if (found.p)
            ROW_CHECK(rows[i].head, span_eq(found, span_str(rows[i].charset)));
    }
    memset(late, ' ', sizeof late);
    memcpy(late + DECLARED_HEAD_BYTES, "<meta charset=gbk>", 18);
    assert_null(declared_charset(span_of(late, sizeof late), SPAN(HTML)).p);
}

static void lies(void **state)
{
    static const struct {
        const char *name;
        enum media_bytes bytes;
        bool ascii, lie;
    } rows[] = {
        { "utf-8", MEDIA_BYTES_UTF8, false, false },
        { "UTF8", MEDIA_BYTES_OTHER, false, true },
        { "utf-8", MEDIA_BYTES_TEXT, true, false },
        { "utf-8", MEDIA_BYTES_UTF16, false, true },
        { "gbk", MEDIA_BYTES_OTHER, false, false },
        { "gbk", MEDIA_BYTES_UTF8, true, false },
        { "gbk", MEDIA_BYTES_UTF8, false, true },
        { "iso-2022-jp", MEDIA_BYTES_TEXT, true, false },
        { "utf-16le", MEDIA_BYTES_UTF16, false, false },
        { "utf-16", MEDIA_BYTES_UTF8, true, true },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        ROW_CHECK(rows[i].name,
                  !declared_lie(span_str(rows[i].name), rows[i].bytes,
                                rows[i].ascii) == !rows[i].lie);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(settlement),
        cmocka_unit_test(charsets),
        cmocka_unit_test(inner_names),
        cmocka_unit_test(declarations),
        cmocka_unit_test(lies),
        cmocka_unit_test(compression),
        cmocka_unit_test(rows_are_sound),
        cmocka_unit_test(names_of_types),
        cmocka_unit_test(name_alone),
        cmocka_unit_test(mark_of_the_name),
        cmocka_unit_test(name_alone_is_no_shortcut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
