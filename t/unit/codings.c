/* SPDX-License-Identifier: MIT
 *
 * Tests of the codings that the preparer makes.  Those of files beside the file
 * are tested in sidecars.c.
 */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>
#ifdef HAVE_BROTLI
#include <brotli/decode.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

#include "base/built.h"
#include "prepare/coder.h"
#include "prepare/compress.h"
#include "prepare/form.h"
#include "prepare/digest.h"
#include "prepare_rig.h"

#define TEXT_BYTES 20000
#define ALL (((1u << CODING_COUNT) - 1) & ~(1u << CODING_IDENTITY))

static char text[TEXT_BYTES];

static void fill_text(void)
{
    static const char *const words[] = { ".logo ", "{ color: red }\n",
                                         "margin ", "0 auto; " };
    uint32_t x = 7;

    for (size_t at = 0; at < TEXT_BYTES;) {
        x = x * 1664525 + 1013904223;
        const char *w = words[x >> 30];
        for (size_t i = 0; w[i] && at < TEXT_BYTES; i++)
            text[at++] = w[i];
    }
}

static size_t unzip(const char *p, size_t n, char *out, size_t cap)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)p,
                   .avail_in = (uInt)n,
                   .next_out = (Bytef *)out,
                   .avail_out = (uInt)cap };

    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    inflateEnd(&z);
    return z.total_out;
}

static size_t decode(enum coding c, const char *p, size_t n, char *out,
                     size_t cap)
{
    size_t got = cap;

    if (c == CODING_GZIP)
        return unzip(p, n, out, cap);
#ifdef HAVE_ZSTD
    if (c == CODING_ZSTD)
        return ZSTD_decompress(out, cap, p, n);
#endif
#ifdef HAVE_BROTLI
    assert_int_equal(
        BrotliDecoderDecompress(n, (const uint8_t *)p, &got, (uint8_t *)out),
        BROTLI_DECODER_RESULT_SUCCESS);
#endif
    return got;
}

static void check_coded(struct rig *r, int worker,
                        const struct prepare_answer *a)
{
    static char out[TEXT_BYTES + 1];
    unsigned char digest[32];

    const char *p = client_slab_hold(r->client[worker], &a->place);
    assert_non_null(p);
    assert_true(a->place.bytes < TEXT_BYTES / 2);
    size_t n = decode((enum coding)a->coding, p, (size_t)a->place.bytes, out,
                      sizeof out);
    assert_int_equal(n, TEXT_BYTES);
    assert_memory_equal(out, text, n);
    assert_true(a->has_digest);
    digest_of(p, (size_t)a->place.bytes, digest);
    assert_memory_equal(a->digest, digest, 32);
    client_slab_release(r->client[worker], a->place.slab);
}

/* What the tag is made from is told with the facts, and it is what follows from
 * the file and the encoder, on every node. */
static void check_forms(const struct prepare_answer a[CODING_COUNT],
                        unsigned forms)
{
    static struct form_encoders encoders;
    const struct prepare_answer *facts = &a[CODING_IDENTITY];
    uint8_t form[DIGEST_BYTES];

    if (!encoders.proven) {
        form_encoders_find(&encoders);
        form_encoders_prove(&encoders);
    }
    assert_int_equal(facts->forms, forms);
    for (unsigned c = 1; c < CODING_COUNT; c++) {
        if (!(forms >> c & 1))
            continue;
        form_digest(form, facts->digest, (enum coding)c, encoders.name[c][1]);
        assert_memory_equal(facts->form[c], form, FORM_BYTES);
        if (a[c].kind != PREPARE_CODED)
            continue;
        assert_int_equal(a[c].forms, 1u << c);
        assert_memory_equal(a[c].form[c], form, FORM_BYTES);
    }
}

static void own_codings(void **state)
{
    struct rig r;
    struct prepare_answer a[CODING_COUNT], b[CODING_COUNT];

    (void)state;
    rig_init(&r);
    rig_write(&r, "a.css", text, sizeof text);
    rig_age(&r, "a.css");
    rig_start(&r);
    rig_ask(&r, 0, "a.css", 1, true, 0);
    rig_ask(&r, 1, "a.css", 2, true, 0);
    rig_take_all(&r, 0, 1, a);
    rig_take_all(&r, 1, 2, b);
    assert_true(a[CODING_IDENTITY].negotiable);
    for (unsigned c = 1; c < CODING_COUNT; c++) {
        assert_int_equal(a[c].kind, PREPARE_CODED);
        assert_true(a[c].negotiable);
        assert_false(a[c].sidecar);
        check_coded(&r, 0, &a[c]);
        check_coded(&r, 1, &b[c]);
        assert_int_equal(a[c].place.slab, b[c].place.slab);
        assert_int_equal(a[c].place.offset, b[c].place.offset);
        assert_memory_not_equal(a[c].digest, a[0].digest, 32);
    }
    check_forms(a, ALL);
    check_forms(b, ALL);
    /* remembered: all is told at once */
    rig_ask(&r, 0, "a.css", 3, true, 0);
    rig_take_all(&r, 0, 3, b);
    for (unsigned c = 0; c < CODING_COUNT; c++) {
        assert_int_equal(a[c].place.slab, b[c].place.slab);
        assert_int_equal(a[c].place.offset, b[c].place.offset);
    }
    check_forms(b, ALL);
    rig_stop(&r, 0);
}

/* What cannot be made smaller: each coding is told not to come, and its tag is
 * taken back: nobody can have got it, for it is so with this encoder always. */
static void useless_codings(void **state)
{
    struct rig r;
    struct prepare_answer a[CODING_COUNT];
    char noise[1000];
    uint32_t x = 1;

    (void)state;
    for (size_t i = 0; i < sizeof noise; i++) {
        x = x * 1664525 + 1013904223;
        noise[i] = (char)(x >> 24);
    }
    rig_init(&r);
    rig_write(&r, "a.css", noise, sizeof noise);
    rig_age(&r, "a.css");
    rig_start(&r);
    rig_ask(&r, 0, "a.css", 1, true, 0);
    rig_take_all(&r, 0, 1, a);
    assert_true(a[CODING_IDENTITY].negotiable);
    for (unsigned c = 1; c < CODING_COUNT; c++) {
        assert_int_equal(a[c].kind, PREPARE_CODED);
        assert_int_equal(a[c].place.slab, 0);
        assert_false(a[c].has_digest);
        assert_false(a[c].sidecar);
        assert_true(a[c].negotiable);
        assert_int_equal(a[c].forms, 0);
    }
    rig_ask(&r, 1, "a.css", 2, true, 0);
    rig_take_all(&r, 1, 2, a);
    assert_int_equal(a[CODING_IDENTITY].forms, 0);
    rig_stop(&r, 0);
}

/* Whether there is room for its bytes changes nothing in what is said. */
static void varies_without_room(void **state)
{
    static const char names[][8] = { "a.css", "a.png" };
    struct rig r;
    struct prepare_answer a;

    (void)state;
    rig_init(&r);
    r.conf.prepare.memory_bytes = 4 << 10;
    rig_start(&r);
    for (size_t i = 0; i < ROWS(names); i++) {
        rig_write(&r, names[i], text, sizeof text);
        rig_ask(&r, 0, names[i], i, true, 0);
        assert_int_equal(rig_take(&r, 0, &a), 1);
        assert_int_equal(a.place.slab, 0);
        ROW_CHECK(names[i], !a.negotiable && a.varies == (i == 0));
    }
    rig_stop(&r, 0);
}

static void not_worth_trying(void **state)
{
    static const struct {
        const char *name;
        size_t n;
    } rows[] = { { "small.css", 100 }, { "a.png", TEXT_BYTES } };
    struct rig r;
    struct prepare_answer a;

    (void)state;
    rig_init(&r);
    rig_start(&r);
    for (size_t i = 0; i < ROWS(rows); i++) {
        rig_write(&r, rows[i].name, text, rows[i].n);
        rig_ask(&r, 0, rows[i].name, i, true, 0);
        assert_int_equal(rig_take(&r, 0, &a), 1);
        ROW_CHECK(rows[i].name, !a.more && !a.negotiable && !a.forms);
    }
    rig_stop(&r, 0);
}

/* Whoever asks first is not kept by the encoders' sample: the tags of forms
 * come behind, and before any form.  Whoever comes later has them at once. */
static void first_before_names(void **state)
{
    static const char *const name[] = { "a.css", "b.css" };
    struct prepare_answer a;
    struct rig r;

    (void)state;
    rig_init(&r);
    rig_start(&r);
    for (uint64_t i = 0; i < 2; i++) {
        char page[1000];
        memset(page, 'a' + (int)i, sizeof page);
        rig_write(&r, name[i], page, sizeof page);
        rig_age(&r, name[i]);
    }
    rig_ask(&r, 0, "a.css", 1, true, 0);
    assert_int_equal(rig_take(&r, 0, &a), 1);
    assert_true(a.kind == PREPARE_FACTS && a.naming && a.more && !a.forms);
    assert_true(a.has_digest && a.negotiable);
    assert_int_equal(rig_take(&r, 0, &a), 1);
    assert_true(a.kind == PREPARE_FACTS && !a.naming && a.forms == ALL);
    rig_ask(&r, 1, "b.css", 2, true, 0);
    assert_int_equal(rig_take(&r, 1, &a), 1);
    assert_true(a.kind == PREPARE_FACTS && !a.naming && a.forms == ALL);
    rig_stop(&r, 0);
}

/* A racy file is about to be asked for again: nothing is made of it yet, but
 * Vary has to be right from the first response on, and tags that a client has
 * from elsewhere are as good as the tag of the file's own bytes. */
static void racy_waits(void **state)
{
    struct rig r;
    struct prepare_answer b[CODING_COUNT];
    uint64_t offset;

    (void)state;
    rig_init(&r);
    rig_start(&r);
    rig_write(&r, "a.css", text, sizeof text);
    rig_touch(&r, "a.css", 500000000);
    rig_ask(&r, 0, "a.css", 1, true, 0);
    rig_take_all(&r, 0, 1, b);
    assert_true(b[CODING_IDENTITY].racy && b[CODING_IDENTITY].negotiable);
    check_forms(b, ALL);
    offset = b[CODING_IDENTITY].place.offset;
    rig_age(&r, "a.css");
    rig_ask(&r, 0, "a.css", 2, true, 0);
    rig_take_all(&r, 0, 2, b);
    assert_false(b[CODING_IDENTITY].racy);
    assert_int_equal(b[CODING_IDENTITY].place.offset, offset);
    for (unsigned c = 1; c < CODING_COUNT; c++)
        check_coded(&r, 0, &b[c]);
    rig_stop(&r, 0);
}

/* Who asks later is told of what others have waited for, in one go. */
static void follow_the_facts(void **state)
{
    struct rig r;
    struct prepare_answer a[CODING_COUNT];

    (void)state;
    rig_init(&r);
    rig_start(&r);
    rig_write(&r, "a.css", text, sizeof text);
    rig_age(&r, "a.css");
    rig_ask(&r, 0, "a.css", 1, true, 0);
    rig_take_all(&r, 0, 1, a);
    assert_int_equal(a[CODING_IDENTITY].follow, 0);
    rig_ask(&r, 1, "a.css", 7, true, 0);
    rig_take_all(&r, 1, 7, a);
    assert_int_equal(a[CODING_IDENTITY].follow, ALL);
    rig_stop(&r, 0);
}

/* Nothing is made of a file that nobody would be sent a form of, though all is
 * told that a form's tag is made of; then what is asked for, and no more. */
static void only_what_is_asked_for(void **state)
{
    const unsigned gz = 1u << CODING_GZIP, br = 1u << CODING_BR;
    struct rig r;
    struct prepare_answer a[CODING_COUNT];

    (void)state;
    rig_init(&r);
    rig_start(&r);
    rig_write(&r, "a.css", text, sizeof text);
    rig_age(&r, "a.css");
    r.make = 0;
    rig_ask(&r, 0, "a.css", 1, true, 0);
    rig_take_all(&r, 0, 1, a);
    check_forms(a, ALL);
    assert_true(a[0].negotiable && !a[0].more && !a[0].coming);
    assert_int_equal(a[0].offers, ALL);
    r.make = br;
    rig_ask(&r, 0, "a.css", 2, true, 0);
    rig_take_all(&r, 0, 2, a);
    check_forms(a, ALL);
    assert_int_equal(a[0].coming, br);
    assert_int_equal(a[0].offers, ALL & ~br);
    check_coded(&r, 0, &a[CODING_BR]);
    assert_int_equal(a[CODING_GZIP].kind + a[CODING_ZSTD].kind, 0);
    /* another one, without a descriptor: what was made comes along */
    r.make = gz;
    r.bare = true;
    rig_ask(&r, 1, "a.css", 3, true, 0);
    rig_take_all(&r, 1, 3, a);
    check_forms(a, ALL);
    assert_int_equal(a[0].follow, br);
    assert_int_equal(a[0].coming, gz);
    check_coded(&r, 1, &a[CODING_BR]);
    check_coded(&r, 1, &a[CODING_GZIP]);
    assert_int_equal(a[CODING_ZSTD].kind, 0);
    r.make = 0;
    rig_ask(&r, 0, "a.css", 4, true, 0);
    rig_take_all(&r, 0, 4, a);
    assert_int_equal(a[0].follow, gz | br);
    assert_int_equal(a[0].offers, 1u << CODING_ZSTD);
    rig_stop(&r, 0);
}

/* Of a file that takes long to be made as small as it gets a form is there
 * soon; small ones are made when nobody waits for a first one. */
static void first_then_small(void **state)
{
    static const char *const names[] = { "a.css", "b.css" };
    const unsigned br = 1u << CODING_BR;
    struct rig r;
    struct prepare_answer a, first[2];
    unsigned small = 0, told[2] = { 0 };

    (void)state;
    rig_init(&r);
    rig_start(&r);
    for (size_t i = 0; i < 2; i++)
        rig_write(&r, names[i], text, sizeof text);
    rig_age(&r, "b.css");
    r.make = br;
    rig_pause(&r, true);
    for (size_t i = 0; i < 2; i++)
        rig_ask(&r, 0, names[i], i, true, 0);
    rig_pause(&r, false);
    while (small < 2) {
        assert_int_equal(rig_take(&r, 0, &a), 1);
        assert_true(a.seq < 2);
        if (a.kind == PREPARE_FACTS) {
            assert_int_equal(a.first, a.naming ? 0 : br | 1u << CODING_ZSTD);
            continue;
        }
        check_coded(&r, 0, &a);
        assert_int_equal(a.forms, br);
        if (told[a.seq]++ == 0) {
            assert_int_equal(small, 0);
            assert_true(a.first == br && a.more && a.coming == br);
            first[a.seq] = a;
            continue;
        }
        small++;
        assert_true(!a.first && !a.more);
        assert_true(a.place.bytes < first[a.seq].place.bytes);
        /* one derived digest: the tag's end tells the two apart */
        assert_memory_equal(a.form[CODING_BR], first[a.seq].form[CODING_BR],
                            sizeof a.form[CODING_BR]);
        assert_memory_not_equal(a.digest, first[a.seq].digest, 32);
    }
    rig_stop(&r, 0);
}

/* Of a list of numbers brotli's best level makes three times as much: what
 * there was stays, by the small one's name. */
static void what_is_no_smaller(void **state)
{
    static char numbers[120000];
    const unsigned br = 1u << CODING_BR;
    struct rig r;
    struct prepare_answer a, first;
    unsigned told = 0;
    size_t n = 0;

    (void)state;
    for (unsigned i = 1; n + 8 < sizeof numbers; i++)
        n += (size_t)snprintf(numbers + n, 8, "%u\n", i);
    rig_init(&r);
    rig_start(&r);
    rig_write(&r, "n.txt", numbers, n);
    rig_age(&r, "n.txt");
    r.make = br;
    rig_ask(&r, 0, "n.txt", 1, true, 0);
    do {
        assert_int_equal(rig_take(&r, 0, &a), 1);
        if (a.kind != PREPARE_CODED)
            continue;
        if (told++ == 0) {
            assert_int_equal(a.first, br);
            first = a;
        }
    } while (a.more);
    assert_int_equal(told, 2);
    assert_int_equal(a.first, 0);
    assert_memory_equal(&a.place, &first.place, sizeof a.place);
    assert_memory_equal(a.digest, first.digest, sizeof a.digest);
    assert_memory_equal(a.form[CODING_BR], first.form[CODING_BR],
                        sizeof a.form[CODING_BR]);
    rig_stop(&r, 0);
}

/* What is small or soon made has one form. */
static void made_once(void **state)
{
    static const struct {
        enum coding c;
        uint64_t n;
        bool twice;
    } rows[] = {
        { CODING_GZIP, 1 << 20, false }, { CODING_BR, 1023, false },
        { CODING_BR, 1024, true },       { CODING_ZSTD, 16383, false },
        { CODING_ZSTD, 16384, true },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        assert_int_equal(compress_twice(rows[i].c, rows[i].n), rows[i].twice);
}

/* A bare ask is answered of what is remembered: else it fails. */
static void bare_asks(void **state)
{
    struct rig r;
    struct prepare_answer a[CODING_COUNT], b;

    (void)state;
    rig_init(&r);
    r.conf.prepare.memory_file_bytes = 10000; /* its bytes are in the way */
    r.conf.prepare.memory_bytes = 256 << 10;
    rig_start(&r);
    rig_write(&r, "a.css", text, sizeof text);
    rig_age(&r, "a.css");
    r.bare = true;
    rig_ask(&r, 0, "a.css", 1, true, 0);
    assert_int_equal(rig_take(&r, 0, &b), 1);
    assert_int_equal(b.kind, PREPARE_FAILED);
    assert_true(!b.more && !b.negotiable);
    r.bare = false;
    r.make = 0;
    rig_ask(&r, 0, "a.css", 2, true, 0);
    rig_take_all(&r, 0, 2, a);
    r.bare = true;
    r.make = 1u << CODING_GZIP;
    rig_ask(&r, 0, "a.css", 3, true, 0);
    rig_take_all(&r, 0, 3, a);
    check_coded(&r, 0, &a[CODING_GZIP]);
    rig_stop(&r, 0);
}

/* The sidecar is used for its coding, the others are made. */
static void sidecar_and_own(void **state)
{
    struct rig r;
    struct prepare_answer a[CODING_COUNT];

    (void)state;
    rig_init(&r);
    rig_write(&r, "a.css", text, sizeof text);
    rig_write(&r, "a.css.br", "\x0b\x02\x80", 3);
    rig_age(&r, "a.css.br");
    rig_start(&r);
    rig_ask(&r, 0, "a.css", 1, true, 1u << CODING_BR);
    rig_take_all(&r, 0, 1, a);
    assert_true(a[CODING_BR].sidecar);
    assert_int_equal(a[CODING_BR].place.bytes, 3);
    check_coded(&r, 0, &a[CODING_GZIP]);
    check_coded(&r, 0, &a[CODING_ZSTD]);
    /* the sidecar's tag is that of its bytes, whoever made them */
    check_forms(a, ALL & ~(1u << CODING_BR));
    assert_int_equal(a[CODING_BR].forms, 0);
    rig_stop(&r, 0);
}

/* Too large to be kept for workers, not too large to be compressed. */
static void large_own_codings(void **state)
{
    struct rig r;
    struct prepare_answer a[CODING_COUNT];

    (void)state;
    rig_init(&r);
    r.conf.prepare.memory_file_bytes = 10000;
    rig_write(&r, "a.css", text, sizeof text);
    rig_age(&r, "a.css");
    rig_start(&r);
    rig_ask(&r, 0, "a.css", 1, true, 0);
    rig_take_all(&r, 0, 1, a);
    assert_true(a[CODING_IDENTITY].negotiable);
    assert_true(a[CODING_IDENTITY].place.sums); /* not the bytes */
    assert_int_equal(a[CODING_IDENTITY].place.bytes, TEXT_BYTES);
    for (unsigned c = 1; c < CODING_COUNT; c++)
        check_coded(&r, 0, &a[c]);
    rig_stop(&r, 0);
}

/* Far less memory than files: slabs come and go while codings are made.  Every
 * ask still ends, and every place that can be held has the bytes of its digest
 * (it may be gone again: a drop follows its answers). */
static void thrashing(void **state)
{
    enum { FILES = 40, WINDOW = 8 };
    struct rig r;
    struct prepare_answer a;
    unsigned ended = 0, asked = 0, checked = 0, drops = 0;
    unsigned char digest[32];

    (void)state;
    rig_init(&r);
    r.conf.prepare.memory_bytes = 256 << 10;
    rig_start(&r);
    for (int i = 0; i < FILES; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d.css", i);
        text[0] = (char)('a' + i % 26);
        text[1] = (char)('a' + i / 26);
        rig_write(&r, name, text, TEXT_BYTES);
        if (i == FILES - 1)
            rig_age(&r, name);
    }
    while (ended < 2 * FILES) {
        int w = (int)(ended % 2);
        for (; asked < 2 * FILES && asked < ended + WINDOW; asked++) {
            char name[16];
            snprintf(name, sizeof name, "%u.css", asked / 2);
            rig_ask(&r, (int)(asked % 2), name, asked, true, 0);
        }
        do {
            assert_int_equal(rig_take(&r, w, &a), 1);
            drops += a.kind == PREPARE_DROP;
            if (a.kind == PREPARE_DROP)
                continue;
            assert_true(a.kind == PREPARE_FACTS || a.kind == PREPARE_CODED);
            const char *p = client_slab_hold(r.client[w], &a.place);
            /* also where there was no room for it: its tag is what it was */
            if (a.kind == PREPARE_CODED)
                assert_int_equal(a.forms, 1u << a.coding);
            if (!p)
                continue;
            digest_of(p, (size_t)a.place.bytes, digest);
            assert_memory_equal(a.digest, digest, 32);
            client_slab_release(r.client[w], a.place.slab);
            checked++;
        } while (a.kind == PREPARE_DROP || a.more);
        ended++;
    }
    assert_true(drops > 0 && checked > FILES);
    rig_stop(&r, 0);
}

/* Where it may not stand back it rests for three times what it used, if others
 * wanted the processor. */
static void rests(void **state)
{
    static const struct {
        uint64_t took_us, used_us, rest_us;
    } rows[] = {
        { 0, 0, 0 },
        { 10000, 10000, 0 },     /* alone */
        { 12900, 10000, 0 },     /* hardly anybody */
        { 20000, 10000, 30000 }, /* half of the time */
        { 900, 500, 0 },         /* too short to tell */
        { 90000000, 9000000, 500000 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        assert_int_equal(coder_rest_us(rows[i].took_us, rows[i].used_us),
                         rows[i].rest_us);
}

/* The preparer ends at once although the coder has a long task. */
static void end_under_way(void **state)
{
    struct rig r;
    struct prepare_answer a;
    static char big[1 << 20];

    (void)state;
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = text[i * 31 % TEXT_BYTES];
    rig_init(&r);
    rig_write(&r, "a.css", big, sizeof big);
    rig_age(&r, "a.css");
    rig_start(&r);
    rig_ask(&r, 0, "a.css", 1, true, 0);
    assert_int_equal(rig_take(&r, 0, &a), 1);
    assert_int_equal(a.kind, PREPARE_FACTS);
    assert_true(a.more);
    rig_stop(&r, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_codings),
        cmocka_unit_test(rests),
        cmocka_unit_test(follow_the_facts),
        cmocka_unit_test(useless_codings),
        cmocka_unit_test(varies_without_room),
        cmocka_unit_test(not_worth_trying),
        cmocka_unit_test(first_before_names),
        cmocka_unit_test(racy_waits),
        cmocka_unit_test(sidecar_and_own),
        cmocka_unit_test(large_own_codings),
        cmocka_unit_test(thrashing),
        cmocka_unit_test(end_under_way),
        cmocka_unit_test(only_what_is_asked_for),
        cmocka_unit_test(bare_asks),
        cmocka_unit_test(first_then_small),
        cmocka_unit_test(what_is_no_smaller),
        cmocka_unit_test(made_once),
    };

    if (!built_with(BUILT_BROTLI) || !built_with(BUILT_ZSTD)) {
        puts("skipped: etagd was built without brotli or zstd");
        return 77;
    }
    fill_text();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
