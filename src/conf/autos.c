/* SPDX-License-Identifier: MIT
 *
 * autos: values that follow from the machine or container: `auto`.
 * Layer: conf.
 */
#include "conf/autos.h"

#include <stddef.h>
#include <string.h>

#include "base/check.h"
#include "conf/values.h"

#define MIB(n) ((uint64_t)(n) << 20)

/* What a small box leaves to each: a quarter of the memory to prepared bytes
 * (an eighth of a large one, where the files themselves should stay in the
 * system's memory beside their copies), a sixth to what workers know of files
 * (and half of what a large one has more: a file that is asked for and not
 * known costs as much as five that are), and an encoder that works on a file of
 * that size takes some twelve times as much. */
#define MEMORY_SHARE 4
#define MEMORY_SMALL MIB(256)
#define MEMORY_SHARE_MORE 8
#define FILES_SHARE 6
#define FILES_LARGE MIB(8192)
#define FILES_SHARE_MORE 2
#define BOX_UNKNOWN MIB(1024)
#define CODED_SHARE 64
/* Of a file: what a worker may have of it, which is counted in bytes as well
 * (files/cache), with its place in the table and the quarter of an error or
 * redirect; the preparer's result with all forms. */
#define FILE_BYTES_WORKER (CONF_FILE_BYTES * 5 / 4 + 8)
#define FILE_BYTES_PREPARER 1024

static const struct autos_row {
    const char *name;
    size_t flag;                  /* in struct conf: says `auto` */
    uint64_t least, plenty, most; /* plenty: less is worth a line in the log */
} rows[] = {
    { "workers", offsetof(struct conf, autos.workers), 1, 1, 256 },
    { "memory", offsetof(struct conf, autos.memory), MIB(4), MEMORY_SMALL,
      MIB(1024) },
    { "files", offsetof(struct conf, autos.files), 64, 4096, 1000000 },
    { "compress-max", offsetof(struct conf, autos.compress_max), 65536, MIB(4),
      MIB(4) },
};

static const struct autos_row *row_of(const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    }
    check_failed("a value that may be auto", __FILE__, __LINE__, __func__);
}

static bool parse(struct value_job *job, struct span text,
                  const struct value_type *otherwise)
{
    const struct autos_row *r = row_of(job->key->name);
    bool is_auto = span_eq(text, SPAN("auto"));

    if (!is_auto && !otherwise->parse(job, text))
        return false;
    memcpy((char *)job->base + r->flag, &is_auto, sizeof is_auto);
    return true;
}

static void print(const struct key *k, const void *base, FILE *out,
                  const struct value_type *otherwise)
{
    bool is_auto;

    memcpy(&is_auto, (const char *)base + row_of(k->name)->flag,
           sizeof is_auto);
    if (is_auto)
        fprintf(out, "%s = auto\n", k->name);
    else
        otherwise->print(k, base, out);
}

static bool count_parse(struct value_job *job, struct span text)
{
    return parse(job, text, &value_count);
}

static void count_print(const struct key *k, const void *base, FILE *out)
{
    print(k, base, out, &value_count);
}

static void count_allowed(const struct key *k, struct buf *b)
{
    value_count.allowed(k, b);
    buf_str(b, ", or auto");
}

const struct value_type value_auto_count = { "number", count_parse, count_print,
                                             count_allowed };

static bool size_parse(struct value_job *job, struct span text)
{
    return parse(job, text, &value_size);
}

static void size_print(const struct key *k, const void *base, FILE *out)
{
    print(k, base, out, &value_size);
}

static void size_allowed(const struct key *k, struct buf *b)
{
    value_size.allowed(k, b);
    buf_str(b, ", or auto");
}

const struct value_type value_auto_size = { "size", size_parse, size_print,
                                            size_allowed };

/* ---- what they come to ---- */

/* As much as there is of it, within its row's bounds. */
/* No row's `most` is too much for 32 bits. */
static size_t bounded(const char *name, uint64_t v)
{
    const struct autos_row *r = row_of(name);

    return (size_t)(v < r->least ? r->least : v > r->most ? r->most : v);
}

static uint64_t memory_share(uint64_t box)
{
    uint64_t small = box / MEMORY_SHARE, large = box / MEMORY_SHARE_MORE;

    return small < MEMORY_SMALL   ? small
           : large > MEMORY_SMALL ? large
                                  : MEMORY_SMALL;
}

static uint64_t files_share(uint64_t box)
{
    uint64_t first = box < FILES_LARGE ? box : FILES_LARGE;

    return first / FILES_SHARE + (box - first) / FILES_SHARE_MORE;
}

void autos_fit(struct conf *c, uint64_t memory, unsigned processors)
{
    uint64_t box = memory ? memory : BOX_UNKNOWN;

    if (c->autos.workers)
        c->workers = (unsigned)bounded("workers", processors);
    uint64_t file =
        (uint64_t)c->workers * FILE_BYTES_WORKER + FILE_BYTES_PREPARER;
    if (c->autos.memory)
        c->prepare.memory_bytes = bounded("memory", memory_share(box));
    if (c->autos.files)
        c->prepare.files = bounded("files", files_share(box) / file);
    if (c->autos.compress_max)
        c->prepare.compress_max_bytes =
            bounded("compress-max", box / CODED_SHARE);
}

bool autos_squeezed(const struct conf *c)
{
    return (c->autos.memory &&
            c->prepare.memory_bytes < row_of("memory")->plenty) ||
           (c->autos.files && c->prepare.files < row_of("files")->plenty) ||
           (c->autos.compress_max &&
            c->prepare.compress_max_bytes < row_of("compress-max")->plenty);
}
