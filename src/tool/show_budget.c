/* SPDX-License-Identifier: MIT
 *
 * show_budget: prints a table of the most memory that each part may come to
 * use. Layer: tool.  What is reserved counts as used, though most of it never
 * is: a worker's pools cost memory only where they are touched.
 */
#include "tool/show_budget.h"

#include <inttypes.h>
#include <string.h>

#include "base/plural.h"
#include "observe/observer.h"
#include "observe/scraper.h"
#include "os/box.h"
#include "os/marks.h"
#include "os/process.h"
#include "prepare/item.h"
#include "prepare/job.h"
#include "prepare/preparer.h"
#include "prepare/reading.h"
#include "prepare/sums.h"
#include "serve/budget.h"

/* Measured: brotli at its best level over its whole window, libmagic's database
 * once loaded, and what libc, libraries and the stacks of a process come to. */
#define ENCODER_BYTES ((uint64_t)48 << 20)
#define ENCODER_OF_FILE 12 /* times the file's size, as far as that is less */
#define MAGIC_BYTES ((uint64_t)12 << 20)
#define PROCESS_BYTES ((uint64_t)6 << 20)

static void print_bytes(FILE *out, uint64_t n)
{
    static const char units[] = " kmgt";
    double v = (double)n;
    int at = 0;

    for (; v >= 10000 && units[at + 1]; at++)
        v /= 1024;
    fprintf(out, at ? "%9.1f%c" : "%9.0f%c", v, units[at]);
}

static uint64_t row(FILE *out, const struct budget_row *r)
{
    uint64_t sum = r->count * r->each;

    print_bytes(out, sum);
    fprintf(out, "  %s", r->what);
    if (r->count > 1)
        fprintf(out, ", %" PRIu64 " of %" PRIu64 " byte%s", r->count, r->each,
                plural(r->each));
    fprintf(out, *r->key ? "  [%s]\n" : "%s\n", r->key);
    return sum;
}

static uint64_t rows(FILE *out, const struct budget_row *r, size_t n)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += row(out, &r[i]);
    print_bytes(out, sum);
    fputs("  together\n\n", out);
    return sum;
}

static uint64_t preparer(const struct conf *c, FILE *out)
{
    const struct conf_prepare *p = &c->prepare;
    uint64_t coded = p->compress_max_bytes * ENCODER_OF_FILE;
    size_t marks =
        p->files < PREPARER_MARKS_MOST ? p->files : PREPARER_MARKS_MOST;
    const struct budget_row all[] = {
        { "prepared bytes, shared by all workers", "prepare memory", 1,
          p->memory_bytes },
        { "results of files that were read", "prepare files", p->files,
          sizeof(struct item) + (CODING_COUNT - 1) * sizeof(struct part) +
              CODING_COUNT * sizeof(struct file_version) + 2 * sizeof(void *) },
        { "sums of large files", "prepare memory", 1,
          p->memory_bytes / SUMS_SHARE },
        { "watched files", "prepare freshness",
          p->freshness == FRESHNESS_AUTO ? marks_slots(marks) : 0,
          MARKS_SLOT_BYTES },
        { "reading", "", 1, READING_SLICE_BYTES },
        { "libmagic", "", 1, MAGIC_BYTES },
        { "encoder", "prepare compress, compress-max", p->compress,
          (coded < ENCODER_BYTES ? coded : ENCODER_BYTES) +
              p->compress_max_bytes },
        { "program and libraries", "", 1, PROCESS_BYTES },
    };

    fputs("the preparer\n", out);
    return rows(out, all, sizeof all / sizeof *all);
}

static uint64_t worker(const struct conf *c, FILE *out)
{
    struct budget_row all[BUDGET_ROWS_MAX + 1];
    size_t n = budget_worker(c, process_descriptors(), all);

    all[n++] =
        (struct budget_row){ "program and libraries", "", 1, PROCESS_BYTES };
    fputs("a worker\n", out);
    return rows(out, all, n);
}

static uint64_t observer(const struct conf *c, FILE *out)
{
    const struct budget_row all[] = {
        { "what has happened, as far as it is kept", "observe listen", 1,
          observer_bytes(c) },
        { "program and libraries", "", 1, PROCESS_BYTES },
    };

    if (!c->observe.on)
        return 0;
    fputs("the observer\n", out);
    return rows(out, all, sizeof all / sizeof *all);
}

static uint64_t scraper(const struct conf *c, FILE *out)
{
    const struct budget_row all[] = {
        { "answers to those that ask at the same time", "metrics listen", 1,
          scraper_bytes() },
        { "program and libraries", "", 1, PROCESS_BYTES },
    };

    if (!c->metrics.listen.text)
        return 0;
    fputs("the scraper\n", out);
    return rows(out, all, sizeof all / sizeof *all);
}

static uint64_t shared(const struct conf *c, FILE *out)
{
    struct budget_row all[BUDGET_ROWS_MAX];

    fputs("all processes together\n", out);
    return rows(out, all, budget_shared(c, all));
}

/* ---- what fits ---- */

static void from_box(FILE *out, const char *key, bool is_auto, uint64_t v)
{
    fprintf(out, "  %s = %" PRIu64 "%s\n", key, v,
            is_auto ? "  (auto: from the box)" : "  (as configured)");
}

static void box_show(const struct conf *c, const struct box *b, FILE *out)
{
    fputs("the box\n", out);
    print_bytes(out, b->memory);
    fprintf(out, "  of memory: %s\n", b->memory ? b->memory_from : "unknown");
    fprintf(out, "%9u   processor%s: %s\n", b->processors,
            plural(b->processors), b->processors_from);
    from_box(out, "server workers", c->autos.workers, c->workers);
    from_box(out, "prepare memory", c->autos.memory, c->prepare.memory_bytes);
    from_box(out, "prepare files", c->autos.files, c->prepare.files);
    from_box(out, "prepare compress-max", c->autos.compress_max,
             c->prepare.compress_max_bytes);
    fputc('\n', out);
}

/* Of a worker's rows the one for requests, which come and go with clients; all
 * else is there sooner or later. */
static struct budget_row requests_row(const struct conf *c)
{
    struct budget_row all[BUDGET_ROWS_MAX], none = { "", "", 0, 0 };
    size_t n = budget_worker(c, process_descriptors(), all);

    for (size_t i = 0; i < n; i++) {
        if (strcmp(all[i].what, BUDGET_REQUESTS) == 0)
            return all[i];
    }
    return none;
}

static void fits(const struct conf *c, const struct box *b, uint64_t each,
                 uint64_t others, FILE *out)
{
    struct budget_row r = requests_row(c);
    uint64_t left = b->memory, all = each * c->workers + others;

    if (left == 0 || r.each == 0 || all <= left)
        return;
    uint64_t fixed = all - r.count * r.each * c->workers;
    if (fixed > left) {
        fputs("warning: without one request under way ", out);
        print_bytes(out, fixed);
        fputs(" may be used, and there are ", out);
        print_bytes(out, left);
        fputs(": lower [prepare] memory, files, compress-max or [server] "
              "workers\n",
              out);
        return;
    }
    uint64_t room = (left - fixed) / r.each / c->workers;
    fprintf(out,
            "warning: there is room for %" PRIu64
            " request%s under way in a worker at their largest, and [limits] "
            "connections allows %" PRIu64
            ": where many slow clients are to be expected lower that, or "
            "[limits] head\n",
            room, plural(room), r.count);
}

void budget_show(const struct conf *c, FILE *out)
{
    struct box box;

    box_read("", &box);
    box_show(c, &box, out);
    process_raise_descriptors(); /* as the master does */
    uint64_t each = worker(c, out);
    uint64_t others = preparer(c, out) + observer(c, out) + scraper(c, out) +
                      shared(c, out) + PROCESS_BYTES;

    print_bytes(out, each * c->workers + others);
    fprintf(out,
            "  at most: %u worker%s, preparer%s%s and master; twice as much of "
            "the workers' while a reload is finishing\n",
            c->workers, plural(c->workers), c->observe.on ? ", observer" : "",
            c->metrics.listen.text ? ", scraper" : "");
    fputs("The kernel's own: socket buffers (net.ipv4.tcp_mem), caches of "
          "files.\n",
          out);
    fits(c, &box, each, others, out);
}
