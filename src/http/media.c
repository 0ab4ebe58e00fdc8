/* SPDX-License-Identifier: MIT
 *
 * media: a file's name and libmagic's answer make one media type.
 * Layer: http (pure).  The name decides wherever a wrong answer does harm
 * (style sheets, scripts, pages); content decides between kinds of one binary
 * family and, from a list of harmless types, for names that say nothing.
 * Whatever comes from content alone is a row of this file or of the table: no
 * text of libmagic's reaches a response.
 */
#include "http/media.h"

#include "base/buf.h"
#include "base/chars.h"
#include "base/check.h"
#include "http/media_rows.h"

#define EXT_BYTES_MAX 16
#define TEXT_HEAD_BYTES 1024
#define LOOK_BYTES 64

/* What content is allowed to make of a name without a known extension: binary
 * types that no browser runs as a page or a script, and JSON, which is how
 * /.well-known/apple-app-site-association and its kind want to be served.
 * HTML, XML, SVG and scripts are not here: a file that nobody called a page
 * must not become one, so they are shown as text. */
static const char *const by_content[] = {
    "image/png",
    "image/apng",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/avif",
    "image/jxl",
    "image/heic",
    "image/heif",
    "image/tiff",
    "image/bmp",
    "image/vnd.microsoft.icon",
    "audio/mpeg",
    "audio/mp4",
    "audio/aac",
    "audio/ogg",
    "audio/flac",
    "audio/wav",
    "audio/midi",
    "video/mp4",
    "video/webm",
    "video/ogg",
    "video/quicktime",
    "video/matroska",
    "video/x-msvideo",
    "video/mpeg",
    "font/woff",
    "font/woff2",
    "font/ttf",
    "font/otf",
    "application/pdf",
    "application/zip",
    "application/gzip",
    "application/zstd",
    "application/x-xz",
    "application/x-bzip2",
    "application/x-tar",
    "application/wasm",
    "application/epub+zip",
    "application/x-7z-compressed",
    "application/vnd.rar",
    "application/json",
};

/* libmagic's spelling, or an older one, and the name in our table. */
static const struct {
    const char *magic, *type;
} spellings[] = {
    { "application/font-sfnt", "font/sfnt" },
    { "application/font-woff", "font/woff" },
    { "application/ogg", "audio/ogg" },
    { "application/vnd.ms-opentype", "font/otf" },
    { "application/x-font-ttf", "font/ttf" },
    { "application/x-gzip", "application/gzip" },
    { "application/x-java-applet", "application/java-vm" },
    { "application/x-rar", "application/vnd.rar" },
    { "application/x-zip", "application/zip" },
    { "application/x-zip-compressed", "application/zip" },
    { "application/x-dosexec",
      "application/vnd.microsoft.portable-executable" },
    { "application/x-sqlite3", "application/vnd.sqlite3" },
    { "application/x-ustar", "application/x-tar" },
    { "application/x-gtar", "application/x-tar" },
    { "application/x-zstd", "application/zstd" },
    { "audio/mid", "audio/midi" },
    { "audio/mp3", "audio/mpeg" },
    { "audio/x-aiff", "audio/aiff" },
    { "audio/x-flac", "audio/flac" },
    { "audio/x-hx-aac-adif", "audio/aac" },
    { "audio/x-hx-aac-adts", "audio/aac" },
    { "audio/x-m4a", "audio/mp4" },
    { "audio/x-midi", "audio/midi" },
    { "audio/x-mp4a-latm", "audio/aac" },
    { "audio/x-wav", "audio/wav" },
    { "audio/vnd.wave", "audio/wav" },
    { "audio/wave", "audio/wav" },
    { "image/heic-sequence", "image/heic" },
    { "image/heif-sequence", "image/heif" },
    { "image/x-icon", "image/vnd.microsoft.icon" },
    { "image/x-ms-bmp", "image/bmp" },
    { "image/x-win-bitmap", "image/vnd.microsoft.icon" },
    { "image/x-portable-greymap", "image/x-portable-graymap" },
    { "video/avi", "video/x-msvideo" },
    { "video/x-m4v", "video/mp4" },
    { "video/x-matroska", "video/matroska" },
    { "video/x-ms-asf", "video/x-ms-wmv" },
};

/* Answers that say "some bytes" or "some container". */
static const char *const generic[] = {
    "application/octet-stream",
    "application/zip",
    "application/x-ole-storage",
    "application/CDFV2",
    "font/sfnt",
    "application/x-empty",
    "inode/x-empty",
};

/* application/ types that are text, apart from those with +xml and +json. */
static const char *const texts[] = {
    "application/javascript",
    "application/x-javascript",
    "application/ecmascript",
    "application/json",
    "application/xml",
    "application/x-ndjson",
    "application/postscript",
    "application/rtf",
    "application/x-setupscript",
    "application/xml-sitemap",
    "application/pgp-keys",
    "application/pgp-signature",
    "application/x-bytecode.python",
    "application/x-wine-extension-ini",
    "application/x-mswinurl",
    "application/vnd.apple.mpegurl",
};

#define LISTED(list, type) listed(list, sizeof(list) / sizeof((list)[0]), type)

static bool listed(const char *const *list, size_t n, struct span type)
{
    for (size_t i = 0; i < n; i++) {
        if (span_eq_nocase(span_str(list[i]), type))
            return true;
    }
    return false;
}

/* -- names ------------------------------------------------------------------
 */

static int compare(const char *row, struct span ext)
{
    size_t i = 0;

    for (; i < ext.n && row[i]; i++) {
        int by = (unsigned char)row[i] - (unsigned char)chars_lower(ext.p[i]);
        if (by)
            return by;
    }
    return (row[i] != '\0') - (i < ext.n);
}

/* After the last dot; a leading dot hides a file and begins no extension. */
static struct span extension(struct span name)
{
    for (size_t i = name.n; i-- > 1;) {
        if (name.p[i] == '.')
            return span_from(name, i + 1);
    }
    return SPAN_NONE;
}

const struct media_row *media_row(struct span file_name)
{
    struct span ext = extension(file_name);
    size_t low = 0, high = media_rows_count;

    if (ext.n == 0 || ext.n > EXT_BYTES_MAX)
        return NULL;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int by = compare(media_rows[middle].ext, ext);
        if (by == 0)
            return &media_rows[middle];
        if (by < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const char *media_said(struct span path)
{
    size_t at = path.n;

    while (at > 0 && path.p[at - 1] != '/')
        at--;
    const struct media_row *row = media_row(span_from(path, at));
    return row ? row->type : "nothing";
}

struct span media_inner(struct span name)
{
    static const struct {
        struct span end;
        size_t cut;
    } rows[] = {
        { SPAN(".gz"), 3 },
        { SPAN(".br"), 3 },
        { SPAN(".zst"), 4 },
        { SPAN(".svgz"), 1 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct span end = rows[i].end;
        if (name.n > end.n &&
            span_eq_nocase(span_from(name, name.n - end.n), end))
            return span_to(name, name.n - rows[i].cut);
    }
    return name;
}

/* -- libmagic's answer ------------------------------------------------------
 */

static struct span canonical(struct span magic)
{
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        if (span_eq_nocase(span_str(spellings[i].magic), magic))
            return span_str(spellings[i].type);
    }
    return magic;
}

static const struct media_row *row_of_type(struct span type)
{
    /* content had no say: the usual case of a file that is read first */
    for (size_t i = 0; i < media_rows_count && type.n; i++) {
        if (span_eq_nocase(span_str(media_rows[i].type), type))
            return &media_rows[i];
    }
    return NULL;
}

static bool empty_file(struct span magic)
{
    return span_eq(magic, SPAN("inode/x-empty")) ||
           span_eq(magic, SPAN("application/x-empty"));
}

static bool begins(struct span s, struct span prefix)
{
    return span_eq_nocase(span_to(s, prefix.n), prefix);
}

static enum media_family family_of(struct span type)
{
    const struct media_row *row = row_of_type(type);

    if (row)
        return row->family;
    if (begins(type, SPAN("text/")) || begins(type, SPAN("message/")) ||
        span_ends(type, SPAN("+xml")) || span_ends(type, SPAN("+json")) ||
        LISTED(texts, type))
        return MEDIA_TEXT;
    if (begins(type, SPAN("image/")))
        return MEDIA_IMAGE;
    if (begins(type, SPAN("audio/")))
        return MEDIA_AUDIO;
    if (begins(type, SPAN("video/")))
        return MEDIA_VIDEO;
    if (begins(type, SPAN("font/")))
        return MEDIA_FONT;
    return type.n ? MEDIA_APPLICATION : MEDIA_UNKNOWN;
}

/* One container for sound and pictures: audio/ogg and video/ogg, audio/mp4 and
 * video/mp4.  libmagic seldom knows which of the two a file holds. */
static bool same_container(struct span a, struct span b)
{
    size_t slash_a = span_find(a, '/'), slash_b = span_find(b, '/');

    return slash_a < a.n &&
           span_eq_nocase(span_from(a, slash_a), span_from(b, slash_b));
}

/* -- settlement -------------------------------------------------------------
 */

struct choice {
    const struct media_row *row; /* type, charset rule, compression */
    enum media_source source;
    bool disagrees;
    const char *reason;
};

static const struct media_row plain_text = { "", "text/plain", MEDIA_TEXT, true,
                                             true };
static const struct media_row some_bytes = { "", "application/octet-stream",
                                             MEDIA_APPLICATION, false, false };

static struct choice by_name(const struct media_row *row, struct span type)
{
    struct span named = span_str(row->type);
    enum media_family family = family_of(type);
    const struct media_row *kind;

    if (empty_file(type))
        return (struct choice){ row, MEDIA_BY_NAME, false,
                                "empty file: the name decides" };
    if (type.n == 0 || LISTED(generic, type) ||
        span_eq(named, span_str(some_bytes.type)))
        return (struct choice){ row, MEDIA_BY_NAME, false,
                                "content has no say" };
    if (span_eq_nocase(named, type) || same_container(named, type))
        return (struct choice){ row, MEDIA_BY_NAME, false,
                                "name and content agree" };
    if (family != row->family)
        return (struct choice){ row, MEDIA_BY_NAME, true,
                                "content of another family: the name decides" };
    if (family == MEDIA_TEXT)
        return (struct choice){ row, MEDIA_BY_NAME, false,
                                "text: the name decides" };
    kind = row_of_type(type);
    if (family == MEDIA_APPLICATION || !kind)
        return (struct choice){ row, MEDIA_BY_NAME, true,
                                "content of another kind: the name decides" };
    return (
        struct choice){ kind, MEDIA_BY_CONTENT, true,
                        "another kind of the same family: content decides" };
}

/* What a browser runs, or lets style and script come with. */
static bool active(struct span type)
{
    return begins(type, SPAN("text/html")) || span_ends(type, SPAN("xml")) ||
           span_ends(type, SPAN("javascript")) ||
           span_ends(type, SPAN("ecmascript"));
}

/* Without a known extension. */
static struct choice by_content_only(struct span type, struct span charset,
                                     enum media_bytes bytes)
{
    const struct media_row *row = row_of_type(type);

    if (empty_file(type))
        return (struct choice){ &plain_text, MEDIA_BY_DEFAULT, false,
                                "empty file without a known extension" };
    if (row && LISTED(by_content, type))
        return (struct choice){ row, MEDIA_BY_CONTENT, false,
                                "no known extension: content decides" };
    if (span_eq_nocase(type, SPAN("text/plain")))
        return (struct choice){ &plain_text, MEDIA_BY_CONTENT, false,
                                "no known extension: content is text" };
    if (active(type))
        return (struct choice){ &plain_text, MEDIA_BY_DEFAULT, true,
                                "never more active than the name says: "
                                "shown as text" };
    if (family_of(type) == MEDIA_TEXT)
        return (struct choice){ &plain_text, MEDIA_BY_DEFAULT, false,
                                "no known extension: shown as text" };
    if (type.n == 0 && bytes != MEDIA_BYTES_OTHER && charset.n &&
        !span_eq_nocase(charset, SPAN("binary")))
        return (struct choice){ &plain_text, MEDIA_BY_DEFAULT, false,
                                "no answer from content: its bytes are text" };
    return (struct choice){ &some_bytes, MEDIA_BY_DEFAULT, false,
                            "neither name nor content tell" };
}

/* Binary formats have one of these within their first bytes, if they are ever
 * valid UTF-8 at all.  Without branches, so that many are looked at at once. */
static bool any_control(const char *p, size_t n)
{
    unsigned any = 0;

    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i];
        any |=
            (c < ' ') & (c != '\t') & (c != '\n') & (c != '\r') & (c != '\f');
    }
    return any != 0;
}

bool media_by_name_alone(const struct media_row *row, struct span head,
                         enum media_bytes bytes)
{
    bool text = bytes == MEDIA_BYTES_TEXT || bytes == MEDIA_BYTES_UTF8;
    size_t n = head.n < TEXT_HEAD_BYTES ? head.n : TEXT_HEAD_BYTES;

    if (!row || row->family != MEDIA_TEXT || !text)
        return false;
    if (n && head.p[0] == '%') /* PDF may be: worth a line in the log */
        return false;
    size_t most = n / LOOK_BYTES * LOOK_BYTES;
    for (size_t at = 0; at < most; at += LOOK_BYTES) {
        if (any_control(head.p + at, LOOK_BYTES))
            return false;
    }
    return !any_control(head.p + most, n - most);
}

/* A PNG with a chunk of animation behind its first one is called image/apng. */
static bool animated(struct span head)
{
    return span_eq(span_to(span_from(head, 37), 4), SPAN("acTL"));
}

bool media_by_mark(const struct media_row *row, struct span head)
{
    static const struct {
        const char *type;
        struct span mark;
        size_t at;
        struct span second;
    } marks[] = {
        { "image/png", SPAN("\x89PNG\r\n\x1a\n"), 12, SPAN("IHDR") },
        { "image/gif", SPAN("GIF8"), 5, SPAN("a") },
        { "image/jpeg", SPAN("\xff\xd8\xff\xe0"), 6, SPAN("JFIF") },
        { "image/jpeg", SPAN("\xff\xd8\xff\xe1"), 6, SPAN("Exif") },
        { "image/webp", SPAN("RIFF"), 8, SPAN("WEBPVP8") },
        { "font/woff", SPAN("wOFF"), 4, SPAN("") },
        { "font/woff2", SPAN("wOF2"), 4, SPAN("") },
    };

    for (size_t i = 0; row && i < sizeof marks / sizeof marks[0]; i++) {
        if (span_starts(head, marks[i].mark) && head.n > marks[i].at &&
            span_starts(span_from(head, marks[i].at), marks[i].second) &&
            span_eq(span_str(row->type), span_str(marks[i].type)))
            return !animated(head);
    }
    return false;
}

/* A label beats the page's own word and the browser's look at the bytes, so it
 * is never a guess: without one they decide, as they do for a file. */
static const char *label_of(enum media_bytes bytes)
{
    return bytes == MEDIA_BYTES_UTF8    ? "; charset=utf-8"
           : bytes == MEDIA_BYTES_UTF16 ? "; charset=utf-16"
                                        : "";
}

void media_settle(struct media *out, struct span file_name, struct span magic,
                  struct span charset, enum media_bytes bytes)
{
    const struct media_row *row = media_row(file_name);
    struct span type = canonical(magic);
    struct choice c =
        row ? by_name(row, type) : by_content_only(type, charset, bytes);
    struct buf b = buf_over(out->type, sizeof out->type);

    out->source = c.source;
    out->disagrees = c.disagrees;
    out->compressible = c.row->compressible;
    out->reason = c.reason;
    buf_str(&b, c.row->type);
    if (c.row->utf8)
        buf_str(&b, label_of(bytes));
    bool whole = buf_cstr(&b);
    CHECK(whole); /* every row and label is ours */
}
