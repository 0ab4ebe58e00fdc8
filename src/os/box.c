/* SPDX-License-Identifier: MIT
 *
 * box: reads control groups (cgroups(7)), meminfo and the scheduler's mask.
 * Layer: os.
 * A group's limit holds for all below it, so each of them from ours up to the
 * mount's top is asked; what can't be read limits nothing.
 */
#include "os/box.h"

#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"

#define LINE_MAX_BYTES 2048
#define NAME_MAX_BYTES 1024

/* One tree of groups: where it is mounted, and which of its groups is ours. */
struct tree {
    const char *controller; /* "" for version 2 */
    char mount[NAME_MAX_BYTES], root[NAME_MAX_BYTES], path[NAME_MAX_BYTES];
};

enum { TREE_UNIFIED, TREE_MEMORY, TREE_CPU, TREES };

static FILE *open_below(const char *prefix, const char *path)
{
    char name[PATH_MAX];
    int n = snprintf(name, sizeof name, "%s%s", prefix, path);

    return n > 0 && (size_t)n < sizeof name ? fopen(name, "re") : NULL;
}

/* Is `word` one of a list with commas? */
static bool lists(const char *list, const char *word)
{
    size_t n = strlen(word);

    for (const char *p = list; p; p = strchr(p, ',')) {
        p += *p == ',';
        if (strncmp(p, word, n) == 0 && (p[n] == ',' || p[n] == '\0'))
            return true;
    }
    return false;
}

/* Blanks in names are \040 and so on. */
static void unescape(char *s)
{
    char *to = s;

    for (; *s; s++, to++) {
        *to = *s;
        if (*s == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' &&
            s[2] <= '7' && s[3] >= '0' && s[3] <= '7') {
            *to = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 + (s[3] - '0'));
            s += 3;
        }
    }
    *to = '\0';
}

/* The nth word of a line with blanks; false: there is none, or no room. */
static bool word(const char *line, int nth, char *out, size_t room)
{
    const char *p = line;

    for (; nth > 0; nth--) {
        p += strcspn(p, " \n");
        p += *p == ' ';
    }
    size_t n = strcspn(p, " \n");
    if (n == 0 || n >= room)
        return false;
    memcpy(out, p, n);
    out[n] = '\0';
    return true;
}

/* The same as a number; "max" and -1 are none. */
static bool number(const char *line, int nth, uint64_t *out)
{
    char text[32];

    return word(line, nth, text, sizeof text) && num_u64(span_str(text), out);
}

/* A line of mountinfo: "ID PARENT DEV ROOT MOUNT OPTIONS ... - TYPE SOURCE
 * OPTIONS".  The first mount of a tree counts. */
static void take_mount(struct tree trees[TREES], const char *line)
{
    char root[NAME_MAX_BYTES], mount[NAME_MAX_BYTES], type[32], options[256];
    const char *rest = strstr(line, " - ");

    if (!rest || !word(line, 3, root, sizeof root) ||
        !word(line, 4, mount, sizeof mount) ||
        !word(rest + 3, 0, type, sizeof type) ||
        !word(rest + 3, 2, options, sizeof options))
        return;
    unescape(root);
    unescape(mount);
    for (size_t i = 0; i < TREES; i++) {
        struct tree *t = &trees[i];
        bool fits = *t->controller ? strcmp(type, "cgroup") == 0 &&
                                         lists(options, t->controller)
                                   : strcmp(type, "cgroup2") == 0;
        if (!fits || *t->mount)
            continue;
        memcpy(t->mount, mount, sizeof mount);
        memcpy(t->root, root, sizeof root);
    }
}

/* A line of /proc/self/cgroup: "4:memory:/a/b", "0::/a/b". */
static void take_group(struct tree trees[TREES], char *line)
{
    char *list = strchr(line, ':');
    char *path = list ? strchr(list + 1, ':') : NULL;

    if (!path)
        return;
    *path++ = '\0';
    for (size_t i = 0; i < TREES; i++) {
        struct tree *t = &trees[i];
        bool fits =
            *t->controller ? lists(list + 1, t->controller) : list[1] == '\0';
        if (fits)
            snprintf(t->path, sizeof t->path, "%s", path);
    }
}

static void trees_read(const char *prefix, struct tree trees[TREES])
{
    char line[LINE_MAX_BYTES];
    FILE *f = open_below(prefix, "/proc/self/mountinfo");

    while (f && fgets(line, sizeof line, f))
        take_mount(trees, line);
    if (f)
        fclose(f);
    f = open_below(prefix, "/proc/self/cgroup");
    while (f && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        take_group(trees, line);
    }
    if (f)
        fclose(f);
}

/* Our group's directory.  A container sees its own group as the mount's root,
 * and either the same name for itself or, in a namespace of its own, "/". */
static bool tree_folder(const struct tree *t, char out[PATH_MAX])
{
    size_t n = strcmp(t->root, "/") == 0 ? 0 : strlen(t->root);
    const char *rest = t->path;

    if (!*t->mount || !*t->path)
        return false;
    if (strncmp(rest, t->root, n) == 0 && (rest[n] == '/' || !rest[n]))
        rest += n;
    else
        rest = "";
    if (strstr(rest, "/..") || strcmp(rest, "/") == 0)
        rest = "";
    return snprintf(out, PATH_MAX, "%s%s", t->mount, rest) < PATH_MAX;
}

static bool first_line(const char *prefix, const char *folder, const char *file,
                       char *line, int room)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/%s", folder, file);
    FILE *f =
        n > 0 && (size_t)n < sizeof path ? open_below(prefix, path) : NULL;
    bool got = f && fgets(line, room, f);

    if (f)
        fclose(f);
    return got;
}

/* ---- what a group says ---- */

static void memory_file(const char *prefix, const char *folder,
                        const char *file, struct box *b)
{
    char line[64];
    uint64_t v;

    if (!first_line(prefix, folder, file, line, sizeof line) ||
        !number(line, 0, &v) || v == 0 || (b->memory > 0 && v >= b->memory))
        return;
    b->memory = v;
    snprintf(b->memory_from, sizeof b->memory_from, "%s in %.240s", file,
             folder);
}

static void memory_unified(const char *prefix, const char *folder,
                           struct box *b)
{
    memory_file(prefix, folder, "memory.max", b);
    memory_file(prefix, folder, "memory.high", b);
}

static void memory_1(const char *prefix, const char *folder, struct box *b)
{
    memory_file(prefix, folder, "memory.limit_in_bytes", b);
}

static void processors_at_most(struct box *b, uint64_t quota, uint64_t period,
                               const char *file, const char *folder)
{
    if (quota == 0 || period == 0)
        return;
    uint64_t n = quota / period + (quota % period != 0);
    if (n >= b->processors)
        return;
    b->processors = (unsigned)n;
    snprintf(b->processors_from, sizeof b->processors_from, "%s in %.240s",
             file, folder);
}

static void cpu_unified(const char *prefix, const char *folder, struct box *b)
{
    char line[64];
    uint64_t quota, period;

    if (first_line(prefix, folder, "cpu.max", line, sizeof line) &&
        number(line, 0, &quota) && number(line, 1, &period))
        processors_at_most(b, quota, period, "cpu.max", folder);
}

static void cpu_1(const char *prefix, const char *folder, struct box *b)
{
    char line[64];
    uint64_t quota, period;

    if (first_line(prefix, folder, "cpu.cfs_quota_us", line, sizeof line) &&
        number(line, 0, &quota) &&
        first_line(prefix, folder, "cpu.cfs_period_us", line, sizeof line) &&
        number(line, 0, &period))
        processors_at_most(b, quota, period, "cpu.cfs_quota_us", folder);
}

static void each_group(const char *prefix, const struct tree *t, struct box *b,
                       void (*ask)(const char *, const char *, struct box *))
{
    char folder[PATH_MAX];
    size_t top = strlen(t->mount);

    if (!tree_folder(t, folder))
        return;
    ask(prefix, folder, b);
    while (strlen(folder) > top) {
        *strrchr(folder, '/') = '\0';
        ask(prefix, folder, b);
    }
}

/* ---- the machine ---- */

static void machine_memory(const char *prefix, struct box *b)
{
    char line[128];
    uint64_t kib;
    FILE *f = open_below(prefix, "/proc/meminfo");

    while (f && fgets(line, sizeof line, f)) {
        if (strncmp(line, "MemTotal:", 9) != 0)
            continue;
        const char *at = line + 9 + strspn(line + 9, " ");
        if (number(at, 0, &kib)) {
            b->memory = kib << 10;
            snprintf(b->memory_from, sizeof b->memory_from, "the machine's");
        }
        break;
    }
    if (f)
        fclose(f);
}

static unsigned processors_usable(void)
{
    int n = 0;

    /* the kernel's set may be larger than the usual 1024 bits */
    for (size_t cpus = 1024; cpus <= 1 << 18 && n == 0; cpus *= 2) {
        size_t bytes = CPU_ALLOC_SIZE(cpus);
        cpu_set_t *set = CPU_ALLOC(cpus);
        if (!set)
            break;
        if (sched_getaffinity(0, bytes, set) == 0)
            n = CPU_COUNT_S(bytes, set);
        CPU_FREE(set);
    }
    return n > 0 ? (unsigned)n : 1;
}

bool box_group(const char *prefix, char out[PATH_MAX])
{
    struct tree trees[TREES] = { [TREE_UNIFIED] = { .controller = "" },
                                 [TREE_MEMORY] = { .controller = "memory" },
                                 [TREE_CPU] = { .controller = "cpu" } };

    trees_read(prefix, trees);
    return tree_folder(&trees[TREE_UNIFIED], out);
}

void box_read(const char *prefix, struct box *b)
{
    struct tree trees[TREES] = { [TREE_UNIFIED] = { .controller = "" },
                                 [TREE_MEMORY] = { .controller = "memory" },
                                 [TREE_CPU] = { .controller = "cpu" } };

    memset(b, 0, sizeof *b);
    b->processors = processors_usable();
    snprintf(b->processors_from, sizeof b->processors_from,
             "those that this process may run on");
    machine_memory(prefix, b);
    trees_read(prefix, trees);
    each_group(prefix, &trees[TREE_UNIFIED], b, memory_unified);
    each_group(prefix, &trees[TREE_MEMORY], b, memory_1);
    each_group(prefix, &trees[TREE_UNIFIED], b, cpu_unified);
    each_group(prefix, &trees[TREE_CPU], b, cpu_1);
}
