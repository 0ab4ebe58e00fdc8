/* SPDX-License-Identifier: MIT
 *
 * Tests of src/os/box and src/conf/autos: limits of memory and processors from
 * trees of files as kernels and containers show them.
 */
#include "unit.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/autos.h"
#include "os/box.h"
#include "os/pressure.h"

#define KIB 1024u
#define MIB (1024u * KIB)

struct tree {
    const char *what;
    const char *files[24]; /* name, content, ... */
    uint64_t memory;       /* MiB */
    unsigned processors;   /* at most; 0: as without groups */
    const char *from;      /* in memory_from */
};

#define MEMINFO "/proc/meminfo", "MemTotal:        2097152 kB\nMemFree: 1 kB\n"
#define V2 "30 20 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw\n"
#define V1                                                              \
    "31 20 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n" \
    "32 20 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup "       \
    "rw,cpu,cpuacct\n"

static const struct tree trees[] = {
    { "nothing at all", { NULL }, 0, 0, "" },
    { "a machine", { MEMINFO }, 2048, 0, "the machine's" },
    { "version 2, a limit of ours",
      { MEMINFO, "/proc/self/mountinfo", V2, "/proc/self/cgroup",
        "0::/system.slice/etagd.service\n",
        "/sys/fs/cgroup/system.slice/etagd.service/memory.max", "67108864\n",
        "/sys/fs/cgroup/system.slice/etagd.service/memory.high", "max\n",
        "/sys/fs/cgroup/system.slice/etagd.service/cpu.max",
        "100000 100000\n" },
      64,
      1,
      "memory.max in /sys/fs/cgroup/system.slice/etagd.service" },
    { "memory.high is lower",
      { MEMINFO, "/proc/self/mountinfo", V2, "/proc/self/cgroup", "0::/a\n",
        "/sys/fs/cgroup/a/memory.max", "67108864\n",
        "/sys/fs/cgroup/a/memory.high", "33554432\n" },
      32,
      0,
      "memory.high" },
    { "an ancestor's is the tightest",
      { MEMINFO, "/proc/self/mountinfo", V2, "/proc/self/cgroup",
        "0::/pods/pod1/c1\n", "/sys/fs/cgroup/pods/pod1/c1/memory.max", "max\n",
        "/sys/fs/cgroup/pods/pod1/memory.max", "134217728\n",
        "/sys/fs/cgroup/pods/memory.max", "268435456\n",
        "/sys/fs/cgroup/pods/cpu.max", "50000 100000\n",
        "/sys/fs/cgroup/pods/pod1/c1/cpu.max", "max 100000\n" },
      128,
      1,
      "memory.max in /sys/fs/cgroup/pods/pod1" },
    { "more than there is limits nothing",
      { MEMINFO, "/proc/self/mountinfo", V2, "/proc/self/cgroup", "0::/a\n",
        "/sys/fs/cgroup/a/memory.max", "99999999999\n" },
      2048,
      0,
      "the machine's" },
    { "version 1",
      { MEMINFO, "/proc/self/mountinfo", V1, "/proc/self/cgroup",
        "9:cpu,cpuacct:/x\n4:memory:/x/y\n1:name=systemd:/\n",
        "/sys/fs/cgroup/memory/x/y/memory.limit_in_bytes",
        "9223372036854771712\n",
        "/sys/fs/cgroup/memory/x/memory.limit_in_bytes", "268435456\n",
        "/sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_quota_us", "20000\n",
        "/sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_period_us", "100000\n" },
      256,
      1,
      "memory.limit_in_bytes in /sys/fs/cgroup/memory/x" },
    { "version 1, no quota",
      { MEMINFO, "/proc/self/mountinfo", V1, "/proc/self/cgroup",
        "9:cpu,cpuacct:/x\n", "/sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_quota_us",
        "-1\n", "/sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_period_us", "100000\n" },
      2048,
      0,
      "the machine's" },
    { "a container that sees its own name and its group alone",
      { MEMINFO, "/proc/self/mountinfo",
        "31 20 0:27 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup "
        "rw,memory\n",
        "/proc/self/cgroup", "4:memory:/docker/abc\n",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes", "67108864\n" },
      64,
      0,
      "memory.limit_in_bytes in /sys/fs/cgroup/memory" },
    { "a namespace of groups, seen from outside of it",
      { MEMINFO, "/proc/self/mountinfo",
        "30 20 0:26 /../.. /sys/fs/cgroup rw - cgroup2 cgroup rw\n",
        "/proc/self/cgroup", "0::/../other\n", "/sys/fs/cgroup/memory.max",
        "67108864\n" },
      64,
      0,
      "memory.max in /sys/fs/cgroup" },
    { "a name with a blank",
      { MEMINFO, "/proc/self/mountinfo",
        "30 20 0:26 / /sys/my\\040groups rw - cgroup2 cgroup rw\n",
        "/proc/self/cgroup", "0::/a b\n", "/sys/my groups/a b/memory.max",
        "67108864\n" },
      64,
      0,
      "memory.max in /sys/my groups/a b" },
    { "nonsense limits nothing",
      { MEMINFO, "/proc/self/mountinfo", "x\n - \n" V2, "/proc/self/cgroup",
        "\n:\n0::/a\n", "/sys/fs/cgroup/a/memory.max", "lots\n",
        "/sys/fs/cgroup/a/memory.high", "0\n", "/sys/fs/cgroup/a/cpu.max",
        "100000 0\n" },
      2048,
      0,
      "the machine's" },
};

static void folders_of(char *path)
{
    for (char *p = path + 1; (p = strchr(p, '/')) != NULL; p++) {
        *p = '\0';
        (void)mkdir(path, 0700);
        *p = '/';
    }
}

static void write_tree(const char *top, const struct tree *t)
{
    char path[PATH_MAX];

    for (size_t i = 0; i + 1 < ROWS(t->files) && t->files[i]; i += 2) {
        snprintf(path, sizeof path, "%s%s", top, t->files[i]);
        folders_of(path);
        FILE *f = fopen(path, "we");
        assert_non_null(f);
        assert_true(fputs(t->files[i + 1], f) >= 0);
        assert_int_equal(fclose(f), 0);
    }
}

static void limits_are_the_tightest(void **state)
{
    char top[] = "/tmp/etagd-box-XXXXXX", clean[64];
    struct box none, b;

    (void)state;
    assert_non_null(mkdtemp(top));
    snprintf(clean, sizeof clean, "rm -rf %s", top);
    box_read(top, &none);
    assert_true(none.processors >= 1);
    for (size_t i = 0; i < ROWS(trees); i++) {
        const struct tree *t = &trees[i];
        char sub[64];
        snprintf(sub, sizeof sub, "%s/%zu", top, i);
        assert_int_equal(mkdir(sub, 0700), 0);
        write_tree(sub, t);
        box_read(sub, &b);
        if (b.memory != t->memory * MIB || !strstr(b.memory_from, t->from) ||
            b.processors != (t->processors ? t->processors : none.processors))
            fail_msg("%s: %llu of \"%s\", %u processors", t->what,
                     (unsigned long long)b.memory, b.memory_from, b.processors);
    }
    assert_int_equal(system(clean), 0);
}

/* Where kernels tell of pressure, and containers show it. */
static void what_tells_of_pressure(void **state)
{
    static const struct {
        const char *what;
        const char *files[10];
        const char *group; /* told of by this; NULL: by none */
    } rows[] = {
        { "nothing", { NULL }, NULL },
        { "version 2",
          { "/proc/self/mountinfo", V2, "/proc/self/cgroup",
            "0::/system.slice/etagd.service\n",
            "/sys/fs/cgroup/system.slice/etagd.service/memory.pressure", "" },
          "/sys/fs/cgroup/system.slice/etagd.service/memory.pressure" },
        { "beside version 1",
          { "/proc/self/mountinfo",
            V1 "33 20 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
            "/proc/self/cgroup", "4:memory:/x\n0::/a b\n",
            "/sys/fs/cgroup/unified/a b/memory.pressure", "" },
          "/sys/fs/cgroup/unified/a b/memory.pressure" },
        { "a container that sees its own group",
          { "/proc/self/mountinfo",
            "30 20 0:26 /pod/c1 /sys/fs/cgroup ro - cgroup2 cgroup rw\n",
            "/proc/self/cgroup", "0::/pod/c1\n",
            "/sys/fs/cgroup/memory.pressure", "" },
          "/sys/fs/cgroup/memory.pressure" },
        { "version 1 alone",
          { "/proc/self/mountinfo", V1, "/proc/self/cgroup", "4:memory:/x\n",
            "/sys/fs/cgroup/memory/x/memory.pressure", "" },
          NULL },
    };
    char top[] = "/tmp/etagd-box-XXXXXX", clean[64], text[64];

    (void)state;
    assert_non_null(mkdtemp(top));
    snprintf(clean, sizeof clean, "rm -rf %s", top);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct tree t = { .files = { NULL } };
        char sub[64];
        int fd[PRESSURE_MOST];
        memcpy(t.files, rows[i].files, sizeof rows[i].files);
        snprintf(sub, sizeof sub, "%s/%zu", top, i);
        assert_int_equal(mkdir(sub, 0700), 0);
        write_tree(sub, &t);
        pressure_open(sub, fd);
        assert_int_equal(fd[0], -1);
        ROW_CHECK(rows[i].what, (fd[1] >= 0) == (rows[i].group != NULL));
        if (fd[1] < 0)
            continue;
        snprintf(text, sizeof text, "/proc/self/fd/%d", fd[1]);
        char is[PATH_MAX], wanted[PATH_MAX];
        ssize_t n = readlink(text, is, sizeof is - 1);
        is[n > 0 ? n : 0] = '\0';
        snprintf(wanted, sizeof wanted, "%s%s", sub, rows[i].group);
        assert_string_equal(is, wanted);
        n = pread(fd[1], text, sizeof text, 0);
        assert_true(n > 0 && strncmp(text, "some ", 5) == 0);
        close(fd[1]);
    }
    assert_int_equal(system(clean), 0);
}

static void the_defaults_follow(void **state)
{
    static const struct {
        unsigned mib, processors;
        size_t memory_mib, files_least, files_most, coded_kib;
    } rows[] = {
        { 0, 4, 256, 20000, 25000, 4096 }, /* unknown: a small machine's */
        { 65536, 4, 1024, 1000000, 1000000, 4096 },
        { 24064, 1, 1024, 1000000, 1000000, 4096 },
        { 24064, 2, 1024, 1000000, 1000000, 4096 },
        { 9216, 2, 1024, 450000, 480000, 4096 },
        { 8192, 2, 1024, 320000, 350000, 4096 },
        { 4096, 2, 512, 160000, 175000, 4096 },
        { 1024, 2, 256, 40000, 43000, 4096 },
        { 256, 2, 64, 10000, 11000, 4096 },
        { 128, 2, 32, 5000, 5500, 2048 },
        { 64, 2, 16, 2500, 2700, 1024 },
        { 64, 1, 16, 4000, 4400, 1024 },
        { 4, 256, 4, 64, 64, 64 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct conf c = { .autos = { true, true, true, true } };
        autos_fit(&c, (uint64_t)rows[i].mib * MIB, rows[i].processors);
        assert_int_equal(c.workers, rows[i].processors);
        assert_int_equal(c.prepare.memory_bytes, rows[i].memory_mib * MIB);
        assert_in_range(c.prepare.files, rows[i].files_least,
                        rows[i].files_most);
        assert_int_equal(c.prepare.compress_max_bytes, rows[i].coded_kib * KIB);
        assert_int_equal(autos_squeezed(&c), rows[i].memory_mib < 256);
    }
}

static void what_is_configured_stays(void **state)
{
    struct conf c = { .workers = 7,
                      .prepare = { .memory_bytes = 5, .files = 6 } };

    (void)state;
    autos_fit(&c, 64 * MIB, 1);
    assert_int_equal(c.workers, 7);
    assert_int_equal(c.prepare.memory_bytes, 5);
    assert_int_equal(c.prepare.files, 6);
    assert_false(autos_squeezed(&c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_are_the_tightest),
        cmocka_unit_test(what_tells_of_pressure),
        cmocka_unit_test(the_defaults_follow),
        cmocka_unit_test(what_is_configured_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
