/* SPDX-License-Identifier: MIT
 *
 * sim_body: is a body made of the very bytes of one version of the file that
 * its head names, whole or the ranges that it names?  And does a strong tag
 * stand for the same bytes each time?
 */
#include "sim.h"

#include <string.h>
#include <strings.h>

#define PARTS_BYTES (1u << 20)

static char parts[SIM_CONNS][PARTS_BYTES];

static bool value(const struct sim_reader *r, const char *name, char *out,
                  size_t cap)
{
    char line[64];

    snprintf(line, sizeof line, "\r\n%s: ", name);
    const char *at = strcasestr(r->head, line);
    if (!at)
        return false;
    at += strlen(line);
    size_t n = (size_t)(strstr(at, "\r\n") - at);
    PROPERTY(n < cap);
    memcpy(out, at, n);
    out[n] = '\0';
    return true;
}

static unsigned coding_of(const struct sim_reader *r)
{
    char name[32];

    if (!value(r, "Content-Encoding", name, sizeof name))
        return CODING_IDENTITY;
    unsigned c = 1;
    while (c < CODING_COUNT && strcmp(coding_row(c)->name, name) != 0)
        c++;
    PROPERTY(c < CODING_COUNT);
    return c;
}

/* "bytes a-b/size" */
static uint64_t range(const struct sim_reader *r, const char *text,
                      uint64_t *bytes)
{
    unsigned long long a, b, size;

    PROPERTY(sscanf(text, "bytes %llu-%llu/%llu", &a, &b, &size) == 3);
    PROPERTY(a <= b && b < size && size == sim_size(r->file, r->coding));
    *bytes = b - a + 1;
    return a;
}

/* Strong tags that were sent with bytes, in all runs; one row each. */
static struct {
    char tag[100];
    int file;
    unsigned coding, version;
} known[256];

/* What is confirmed is the file as it is now: of its present bytes, and of this
 * file. */
static void check_confirmed(const struct sim_conn *c)
{
    const struct sim_reader *r = &c->reader;
    char mark[200], tag[100];

    if (!value(r, "X-File", mark, sizeof mark) ||
        !value(r, "ETag", tag, sizeof tag) || tag[0] != '"')
        return;
    int file = sim_file_marked(mark, strlen(mark));
    PROPERTY(file >= 0);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i].tag, tag) != 0)
            continue;
        PROPERTY(known[i].file == file);
        PROPERTY(known[i].coding == CODING_IDENTITY || sim.codings);
        if (file == sim.touched_file && r->began >= c->sent_at_touch &&
            !sim.silently)
            PROPERTY(known[i].version == sim_version(file, known[i].coding));
    }
}

void sim_body_begin(struct sim_conn *c)
{
    struct sim_reader *r = &c->reader;
    char text[200];

    r->file = -1;
    r->multipart = false;
    r->versions = (1u << SIM_VERSIONS) - 1;
    r->offset = 0;
    r->etag[0] = '\0';
    if (r->status == 304)
        check_confirmed(c);
    if (!value(r, "X-File", text, sizeof text))
        return; /* a page, or a file under a name without a rule */
    if (r->status >= 300 || r->status == 204)
        return; /* the field is there, the file is not */
    r->file = sim_file_marked(text, strlen(text));
    PROPERTY(r->file >= 0 && (r->status == 200 || r->status == 206));
    r->coding = coding_of(r);
    PROPERTY(r->coding == 0 || sim.codings);
    (void)value(r, "ETag", r->etag, sizeof r->etag);
    size_t tag_n = strlen(r->etag);
    r->first =
        r->coding && tag_n > 2 && strcmp(r->etag + tag_n - 2, "1\"") == 0;
    PROPERTY(!r->first || sim.firsts);
    if (sim.firsts && r->coding && tag_n == 0)
        r->file = -1; /* nothing tells which of two forms it is */
    if (r->status == 200) {
        PROPERTY(r->length == 0 || r->length == sim_size(r->file, r->coding));
    } else if (value(r, "Content-Range", text, sizeof text)) {
        uint64_t bytes;
        r->offset = range(r, text, &bytes);
        PROPERTY(r->length == bytes);
    } else {
        PROPERTY(value(r, "Content-Type", text, sizeof text));
        const char *at = strstr(text, "boundary=");
        PROPERTY(strncmp(text, "multipart/byteranges;", 21) == 0 && at);
        r->multipart = true;
        snprintf(r->boundary, sizeof r->boundary, "\r\n--%.60s", at + 9);
    }
}

static void compare(struct sim_reader *r, uint64_t offset, const char *p,
                    size_t n)
{
    unsigned now = r->versions;

    PROPERTY(offset + n <= sim_size(r->file, r->coding));
    for (unsigned v = 0; v < SIM_VERSIONS; v++) {
        const char *is = sim_area() + sim_at(r->file, v, r->coding) + offset +
                         (r->first ? SIM_FIRST : 0);
        if ((now >> v & 1) && p != is && memcmp(p, is, n) != 0)
            now &= ~(1u << v);
    }
    r->versions = now;
    /* one version; a mixture is never finished (see sim_body_end) */
    PROPERTY(now || sim.touched);
}

void sim_body_take(struct sim_conn *c, const char *p, size_t n)
{
    struct sim_reader *r = &c->reader;
    size_t i = (size_t)(c - sim.conn);

    if (r->multipart) {
        if (r->at + n <= PARTS_BYTES)
            memcpy(parts[i] + r->at, p, n);
    } else if (r->file >= 0) {
        compare(r, r->offset + r->at, p, n);
    } else {
        for (size_t k = 0; k < n; k++)
            r->hash = (r->hash ^ (uint8_t)p[k]) * 0x100000001b3ull;
    }
}

static void check_parts(struct sim_reader *r, const char *p, size_t n)
{
    const char *end = p + n;
    size_t boundary_n = strlen(r->boundary);
    unsigned count = 0;

    for (;;) {
        uint64_t bytes;
        PROPERTY((size_t)(end - p) > boundary_n + 3 &&
                 memcmp(p, r->boundary, boundary_n) == 0);
        p += boundary_n;
        if (memcmp(p, "--\r\n", 4) == 0)
            break;
        PROPERTY(strncmp(p, "\r\nContent-Type: ", 16) == 0);
        p = memmem(p + 2, (size_t)(end - p) - 2, "\r\n", 2);
        PROPERTY(p && strncmp(p, "\r\nContent-Range: ", 17) == 0);
        uint64_t offset = range(r, p + 17, &bytes);
        p = memmem(p, (size_t)(end - p), "\r\n\r\n", 4);
        PROPERTY(p && bytes <= (uint64_t)(end - p) - 4);
        compare(r, offset, p + 4, (size_t)bytes);
        p += 4 + bytes;
        count++;
    }
    PROPERTY(p + 4 == end && count > 1);
}

/* Same strong tag, same bytes. */
static void check_tag(const struct sim_reader *r)
{
    unsigned version = (unsigned)__builtin_ctz(r->versions);

    if (r->etag[0] != '"' || r->length < 16 || r->multipart ||
        (r->versions & (r->versions - 1)))
        return;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (!known[i].tag[0]) {
            strcpy(known[i].tag, r->etag);
            known[i].file = r->file;
            known[i].coding = r->coding;
            known[i].version = version;
            return;
        }
        if (strcmp(known[i].tag, r->etag) == 0) {
            PROPERTY(known[i].file == r->file && known[i].coding == r->coding &&
                     known[i].version == version);
            return;
        }
    }
}

/* Bytes that change and leave no trace are noticed by their sums alone, which
 * come with the digest. */
static bool unseen(const struct sim_reader *r)
{
    return sim.silently && (r->etag[0] != '"' || sim.no_sums);
}

/* A request that began after the last change of a file sees that version. */
static void check_fresh(const struct sim_conn *c)
{
    const struct sim_reader *r = &c->reader;
    unsigned version = sim_files[r->file].version;

    if (r->file != sim.touched_file || r->coding != CODING_IDENTITY ||
        r->length < 16 || r->began < c->sent_at_touch)
        return;
    PROPERTY(r->versions >> version & 1);
}

void sim_body_end(struct sim_conn *c)
{
    struct sim_reader *r = &c->reader;
    size_t i = (size_t)(c - sim.conn);

    r->hash = (r->hash ^ r->length) * 0x100000001b3ull;
    if (r->file < 0 || r->length == 0)
        return;
    if (r->multipart && r->length <= PARTS_BYTES)
        check_parts(r, parts[i], (size_t)r->length);
    PROPERTY(r->versions != 0 || unseen(r)); /* no mixture looks whole */
    if (r->versions == 0)
        return;
    check_tag(r);
    check_fresh(c);
}
