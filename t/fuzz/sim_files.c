/* SPDX-License-Identifier: MIT
 *
 * sim_files: one small tree of files below every root.  Each version of each
 * coded form of a file is a window on one area of random bytes, so that nothing
 * is ever copied, and a body tells by its bytes what it is a body of.
 */
#include "config.h"

#include "sim.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/sum.h"
#include "os/directory.h"
#include "os/file.h"
#include "prepare/seals.h"

#define LARGE 700000

struct sim_file sim_files[] = {
    { "", NULL, NULL, 0, .directory = true },
    { "index.html", "index", "text/html; charset=utf-8", 300,
      .has_codings = true },
    { "mid.txt", "mid", "text/plain; charset=utf-8", 20000,
      .has_codings = true },
    { "slab.bin", "slab", "application/octet-stream", 100000 },
    { "large.bin", "large", "application/octet-stream", LARGE },
    { "empty.txt", "empty", "text/plain", 0 },
    { "style.css", "style", "text/css", 6000, .has_codings = true },
    { "style.css.gz", NULL, "application/gzip", 3000 },
    { "sub", NULL, NULL, 0, .directory = true },
    { "sub/index.html", "sub", "text/html; charset=utf-8", 200 },
    { "list", NULL, NULL, 0, .directory = true },
    { "list/a b.txt", "a", "text/plain", 10 },
    { "e404.html", NULL, "text/html", 60 },
    { "secret", NULL, NULL, 10, .secret = true },
    { "fifo", NULL, NULL, 0, .other = true },
    { "link.txt", "link", "text/plain", 5000, .link = true },
    { NULL, NULL, NULL, 0 }
};

/* ---- the bytes ---- */

static char *area;
static int area_file = -1;

static void make_area(void)
{
    uint64_t x = 88172645463325252ull;

    area_file = memfd_create("sim", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    PROPERTY(area_file >= 0 && ftruncate(area_file, SIM_SLAB) == 0);
    area =
        mmap(NULL, SIM_SLAB, PROT_READ | PROT_WRITE, MAP_SHARED, area_file, 0);
    PROPERTY(area != MAP_FAILED);
    for (size_t i = 0; i < SIM_AREA; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        area[i] = (char)('!' + x % 90);
    }
    PROPERTY(fcntl(area_file, F_ADD_SEALS, SLAB_SEALS) == 0);
}

const char *sim_area(void)
{
    if (!area)
        make_area();
    return area;
}

int sim_area_fd(void)
{
    (void)sim_area();
    return area_file;
}

size_t sim_at(int file, unsigned version, unsigned coding)
{
    if (file == SIM_STYLE && coding == CODING_GZIP) {
        file = SIM_STYLE_GZ;
        coding = 0;
    }
    return ((size_t)file * SIM_VERSIONS + version) * CODING_COUNT * 256 +
           coding * 256;
}

/* Written when first asked for. */
size_t sim_sums_at(int file, unsigned version)
{
    size_t at = SIM_AREA + ((size_t)file * SIM_VERSIONS + version) * 128;
    uint64_t size = sim_files[file].size;
    const char *from = sim_area() + sim_at(file, version, 0);

    PROPERTY(sum_blocks(size) * 8 <= 128 && at + 128 <= SIM_SLAB);
    for (uint64_t i = 0; i < sum_blocks(size); i++) {
        uint64_t left = size - i * SUM_BLOCK, sum;
        sum = sum_of(from + i * SUM_BLOCK,
                     left < SUM_BLOCK ? (size_t)left : SUM_BLOCK);
        memcpy(area + at + i * 8, &sum, 8);
    }
    return at;
}

uint64_t sim_size(int file, unsigned coding)
{
    return sim_files[file].size / (1 + coding);
}

unsigned sim_version(int file, unsigned coding)
{
    if (file == SIM_STYLE && coding == CODING_GZIP)
        file = SIM_STYLE_GZ;
    return sim_files[file].version;
}

int64_t sim_mtime_ns(int file)
{
    return (1600000000 + file * 10) * 1000000000ll +
           (int64_t)sim_files[file].stamp * 1000000;
}

int64_t sim_ctime_ns(int file)
{
    return sim_mtime_ns(file) + sim_files[file].rights;
}

int sim_file_find(const char *path, size_t n)
{
    while (n > 0 && path[n - 1] == '/')
        n--;
    for (int i = 0; sim_files[i].path; i++) {
        if (strlen(sim_files[i].path) == n &&
            memcmp(sim_files[i].path, path, n) == 0)
            return i;
    }
    return -1;
}

int sim_file_marked(const char *mark, size_t n)
{
    for (int i = 0; sim_files[i].path; i++) {
        const char *m = sim_files[i].mark;
        if (m && strlen(m) == n && memcmp(m, mark, n) == 0)
            return i;
    }
    return -1;
}

void sim_files_reset(void)
{
    for (int i = 0; sim_files[i].path; i++) {
        sim_files[i].version = sim_files[i].stamp = 0;
        sim_files[i].rights = 0;
        sim_files[i].gone = false;
    }
}

/* ---- descriptors ---- */

void sim_files_check(void)
{
    PROPERTY(sim.n_files == 0);
    PROPERTY(sim.n_watches == 0);
}

void sim_close_file(int fd)
{
    PROPERTY(fd < SIM_FILE + SIM_FDS && sim.fd_file[fd - SIM_FILE]);
    sim.fd_file[fd - SIM_FILE] = 0;
    sim.n_files--;
}

static int file_of(int fd)
{
    PROPERTY(fd >= SIM_FILE && fd < SIM_FILE + SIM_FDS);
    PROPERTY(sim.fd_file[fd - SIM_FILE]);
    return sim.fd_file[fd - SIM_FILE] - 1;
}

static bool stays_below(const char *path)
{
    for (const char *p = path; p; p = strchr(p, '/')) {
        p += *p == '/';
        if (p[0] == '.' && p[1] == '.' && (p[2] == '/' || p[2] == '\0'))
            return false;
    }
    return true;
}

/* ---- os/file ---- */

int file_open_beneath(int root, const char *path, enum file_links links)
{
    int i = sim_file_find(path, strlen(path));

    PROPERTY(root == SIM_ROOT && path[0] != '/' && stays_below(path));
    if (sim.open_errors > 0) {
        sim.open_errors--;
        return -EMFILE;
    }
    if (i < 0 || sim_files[i].gone)
        return -ENOENT;
    if (sim_files[i].secret)
        return -EACCES;
    if (sim_files[i].link && links == FILE_LINKS_NONE)
        return -ELOOP;
    if (path[0] && path[strlen(path) - 1] == '/' && !sim_files[i].directory)
        return -ENOTDIR;
    for (int fd = 0; fd < SIM_FDS; fd++) {
        if (sim.fd_file[fd])
            continue;
        sim.fd_file[fd] = i + 1;
        sim.names_told[fd] = false;
        sim.n_files++;
        return SIM_FILE + fd;
    }
    return -EMFILE;
}

int file_stat(int fd, struct file_stat *out)
{
    int i = file_of(fd);
    const struct sim_file *f = &sim_files[i];

    *out = (struct file_stat){
        .kind = f->directory ? FILE_DIRECTORY
                : f->other   ? FILE_OTHER
                             : FILE_REGULAR,
        .dev = 1,
        .ino = (uint64_t)i + 1,
        .size = f->size,
        .mtime_ns = sim_mtime_ns(i),
        .ctime_ns = sim_ctime_ns(i),
        .links = f->gone ? 0 : 1,
        .uid = 0,
    };
    return 0;
}

int file_stat_content(int fd, struct file_stat *out)
{
    return file_stat(fd, out);
}

int file_stat_named(int root, const char *path, struct file_stat *out)
{
    int fd = file_open_beneath(root, path, FILE_LINKS_NONE);
    int rc = fd < 0 ? fd : file_stat(fd, out);

    if (fd >= 0)
        sim_close_file(fd);
    return rc;
}

ssize_t file_read_at(int fd, void *p, size_t n, uint64_t offset)
{
    int i = file_of(fd);

    if (sim.send_errors > 0) {
        sim.send_errors--;
        return -EIO;
    }
    if (offset >= sim_files[i].size)
        return 0;
    if (n > sim_files[i].size - offset)
        n = (size_t)(sim_files[i].size - offset);
    sim_step(SIM_BEFORE);
    memcpy(p, sim_area() + sim_at(i, sim_files[i].version, 0) + offset, n / 2);
    sim_step(SIM_WITHIN);
    offset += n / 2;
    memcpy((char *)p + n / 2,
           sim_area() + sim_at(i, sim_files[i].version, 0) + offset, n - n / 2);
    sim_step(SIM_BEHIND);
    return (ssize_t)n;
}

/* Of what is read in passing, no order of events can be wrong. */
ssize_t file_read_now(int fd, void *p, size_t n)
{
    (void)fd, (void)p, (void)n;
    return -EAGAIN;
}

/* How it changes, and where: four ways, at one of four places, from the given
 * step on. */
void sim_step(enum sim_place at)
{
    enum { BYTES_AND_TIMES, RIGHTS, BYTES, BYTES_ONCE };
    struct sim_file *f = &sim_files[SIM_LARGE];
    unsigned how = sim.restless - 1;

    if (!sim.restless || (unsigned)at != how / 4 % 4 || sim.steps++ < how / 16)
        return;
    if (how % 4 == RIGHTS) {
        f->rights++;
        sim.stamped = true;
    } else {
        f->version ^= 1;
        sim.touched = true;
    }
    if (how % 4 == BYTES_AND_TIMES)
        f->stamp++;
    else if (how % 4 != RIGHTS)
        sim.silently = true;
    if (how % 4 <= RIGHTS)
        sim.news = WATCH_CHANGED;
    if (how % 4 == BYTES_ONCE)
        sim.restless = 0;
    sim.touched_file = SIM_LARGE;
    for (int i = 0; i < SIM_CONNS; i++)
        sim.conn[i].sent_at_touch = sim.conn[i].sent;
}

/* A log that takes everything, half, nothing for now, or nothing at all. */
size_t file_append(int fd, const void *p, size_t n, int *error)
{
    static const int errors[] = { 0, -EAGAIN, -EAGAIN, -ENOSPC };
    size_t takes = sim.log_mode == 0 ? n : sim.log_mode == 1 ? n - n / 2 : 0;

    *error = 0;
    if (fd != SIM_LOG)
        return n; /* the error log's */
    sim_log_take(p, takes);
    if (takes < n)
        *error = errors[sim.log_mode];
    if (*error == -EAGAIN)
        sim.now_us += 1000; /* one that tries again and again needs time */
    if (sim.log_mode == 3)
        sim.log_lost = true;
    return takes;
}

bool file_system_watchable(int fd)
{
    (void)file_of(fd);
    return true;
}

int file_open_root(const char *path)
{
    (void)path;
    return -ENOENT;
}

int file_without_waiting(int fd)
{
    (void)fd;
    return -EINVAL;
}

int file_again(int fd)
{
    PROPERTY(fd == SIM_ROOT);
    return fd;
}

int file_open_named(int folder, const char *name)
{
    (void)folder, (void)name;
    return -ENOENT;
}

int file_open_log(const char *path)
{
    (void)path;
    return -ENOENT;
}

/* ---- os/directory ---- */

#define SIM_NAMES 60 /* beside a slow clock, else 4 */

int directory_open(int fd, size_t max, struct directory *out)
{
    static struct directory_item items[SIM_NAMES];

    PROPERTY(sim_files[file_of(fd)].directory && max >= 4);
    *out = (struct directory){ .item = items, .from = out };
    return 0;
}

static struct directory_item name_of(size_t i)
{
    static const struct directory_item items[] = {
        { "a b.txt", DIRECTORY_FILE, true, 10, 1600000000 },
        { ".hidden", DIRECTORY_FILE, true, 10, 1600000000 },
        { "sub", DIRECTORY_FOLDER, true, 0, 1600000000 },
        { "odd\x01name", DIRECTORY_OTHER, true, 0, 0 },
    };

    sim.names_read++;
    sim.now_us += sim.tick_us;
    return items[i < 4 ? i : 0];
}

bool directory_more(struct directory *d, size_t n, bool shy)
{
    size_t all = sim.tick_us ? SIM_NAMES : 4;

    PROPERTY(d->from && n > 0 && !shy);
    for (; n > 0 && d->n < all; n--, d->n++)
        d->item[d->n] = name_of(d->n);
    if (d->n >= all)
        d->from = NULL;
    return d->from != NULL;
}

int directory_read(int fd, size_t max, bool shy, struct directory *out)
{
    int error = directory_open(fd, max, out);

    while (!error && directory_more(out, max, shy))
        ;
    return error;
}

bool directory_ask(int fd, struct directory_item *item)
{
    (void)fd;
    return item->asked;
}

void directory_free(struct directory *d)
{
    d->item = NULL;
}

int directory_names(int fd, void (*name)(void *arg, const char *name),
                    void *arg)
{
    const char *folder = sim_files[file_of(fd)].path;
    size_t n = strlen(folder);

    if (sim.names_told[fd - SIM_FILE])
        return 0;
    sim.names_told[fd - SIM_FILE] = true;
    name(arg, ".");
    for (int i = 1; sim_files[i].path; i++) {
        const char *path = sim_files[i].path;
        if (!sim_files[i].gone && strncmp(path, folder, n) == 0 &&
            (n == 0 || path[n] == '/'))
            name(arg, path + n + (n != 0));
    }
    return 1;
}

/* ---- os/watch ---- */

int watch_mounts(void)
{
    return SIM_MOUNTS;
}

int watch_new(enum watch_kind kind)
{
    if (kind != WATCH_NAMES)
        return kind == WATCH_FILES ? SIM_MARKS : -1;
    return SIM_WATCH + (int)sim.n_watches++;
}

int watch_add_directory(int watch, int dir, int home)
{
    (void)home;
    PROPERTY(watch >= SIM_WATCH);
    return sim_files[file_of(dir)].directory ? 0 : -ENOTDIR;
}

bool watch_stand(void)
{
    return true;
}

int watch_add_folder(int watch, int dir, int home)
{
    (void)watch, (void)dir, (void)home;
    return -1;
}

bool watch_take_names(int watch)
{
    (void)watch;
    return false;
}

int watch_add_file(int watch, int fd)
{
    PROPERTY(watch == SIM_MARKS);
    return file_of(fd) + 1;
}

void watch_remove(int watch, int number)
{
    PROPERTY(watch == SIM_MARKS && number > 0);
}

volatile sig_atomic_t watch_pending[WATCH_KINDS] = { 1, 1, 0 };

bool watch_take_files(int watch, struct watch_files *out)
{
    PROPERTY(watch == SIM_MARKS);
    *out = (struct watch_files){ .n = 0 };
    return false;
}

enum watch_news watch_take(int watch)
{
    enum watch_news news = sim.news;

    PROPERTY(watch >= SIM_WATCH);
    sim.news = WATCH_NOTHING;
    return news;
}
