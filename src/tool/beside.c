/* SPDX-License-Identifier: MIT
 *
 * beside: reads the file, holds what is beside it against it, packs the rest.
 * Layer: tool.
 */
#include "tool/beside.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "http/utf8.h"
#include "os/replace.h"
#include "prepare/compress.h"
#include "prepare/unpack.h"

struct job {
    const struct beside *b;
    struct beside_outcome *o;
    const char *name; /* last component */
    int dir, fd;
    struct file_stat st;
    char *plain;
    size_t n;
    bool text;
};

/* All of it, or -errno; -EBUSY: it is not as long as it was said to be. */
static int read_all(int fd, uint64_t size, char **out)
{
    char *p = malloc((size_t)size + 1);
    ssize_t n = p ? file_read_at(fd, p, (size_t)size + 1, 0) : -ENOMEM;

    if (n == (ssize_t)size) {
        *out = p;
        return 0;
    }
    free(p);
    return n < 0 ? (int)n : -EBUSY;
}

static int open_folder(const struct beside *b, const char *below)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(below, '/');
    size_t n = slash ? (size_t)(slash - below) : 0;

    if (n >= sizeof folder)
        return -ENAMETOOLONG;
    memcpy(folder, below, n);
    folder[n] = '\0';
    return file_open_beneath(b->root, folder, b->links);
}

static int begin(struct job *j, const char *below)
{
    const char *slash = strrchr(below, '/');
    struct utf8 utf8;

    j->name = slash ? slash + 1 : below;
    j->dir = open_folder(j->b, below);
    if (j->dir < 0)
        return j->dir;
    j->fd = file_open_beneath(j->b->root, below, j->b->links);
    if (j->fd < 0)
        return j->fd;
    int rc = file_stat(j->fd, &j->st);
    if (rc < 0)
        return rc;
    j->o->size = j->st.size;
    j->o->large = j->st.size > BESIDE_BYTES_MAX;
    if (j->o->large)
        return 0;
    rc = read_all(j->fd, j->st.size, &j->plain);
    if (rc < 0)
        return rc;
    j->n = (size_t)j->st.size;
    utf8_start(&utf8);
    utf8_add(&utf8, j->plain, j->n);
    enum media_bytes bytes = utf8_bytes(&utf8, true);
    j->text = bytes == MEDIA_BYTES_TEXT || bytes == MEDIA_BYTES_UTF8;
    return 0;
}

/* What is beside the file under that name. */
struct side {
    int fd; /* -1: nothing */
    struct file_stat st;
    bool same; /* the file's bytes come out of it */
};

static int look(const struct job *j, enum coding c, const char *name,
                struct side *s)
{
    char *coded = NULL;

    *s =
        (struct side){ .fd = file_open_beneath(j->dir, name, FILE_LINKS_NONE) };
    if (s->fd == -ENOENT) {
        s->fd = -1;
        return 0;
    }
    if (s->fd < 0)
        return s->fd;
    int rc = file_stat(s->fd, &s->st);
    if (rc < 0)
        return rc;
    if (s->st.kind != FILE_REGULAR)
        return -EEXIST;
    if (s->st.size >= j->st.size) /* saves nothing, whatever is in it */
        return 0;
    rc = read_all(s->fd, s->st.size, &coded);
    if (rc < 0)
        return rc;
    s->same = unpack_same(c, span_of(coded, (size_t)s->st.size),
                          span_of(j->plain, j->n));
    free(coded);
    return 0;
}

static bool unchanged(const struct job *j)
{
    struct file_stat st;

    return file_stat(j->fd, &st) == 0 && st.size == j->st.size &&
           st.mtime_ns == j->st.mtime_ns && st.ctime_ns == j->st.ctime_ns;
}

static void done(struct job *j, enum coding c, enum beside_act act,
                 uint64_t bytes)
{
    j->o->act[c] = (uint8_t)act;
    j->o->bytes[c] = bytes;
}

/* What is right stays. */
static int keep(struct job *j, enum coding c, const struct side *s)
{
    bool counts = s->st.mtime_ns >= j->st.mtime_ns;

    if (!counts && j->b->write) {
        int rc = replace_times(s->fd, j->fd);
        if (rc < 0)
            return rc;
    }
    done(j, c, counts ? BESIDE_KEPT : BESIDE_DATED, s->st.size);
    return 0;
}

/* The smaller one of two, as the server makes it: *out, for the caller to free;
 * 0: nothing is saved. */
static int pack(const struct job *j, enum coding c, char **out, size_t *n)
{
    struct compress_form form = { c, j->text, false };
    struct span in = span_of(j->plain, j->n);
    size_t cap = j->n >= j->b->bytes_min ? compress_room(j->n) : 0;
    bool twice = cap && compress_twice(c, j->n);
    char *soon = twice ? malloc(cap) : NULL;

    *n = 0;
    *out = cap ? malloc(cap) : NULL;
    if ((cap && !*out) || (twice && !soon)) {
        free(soon);
        return -ENOMEM;
    }
    if (cap)
        *n = compress_bytes(form, in, *out, cap, j->b->stop);
    if (!twice)
        return 0;
    form.soon = true;
    cap = compress_bytes(form, in, soon, *n ? *n : cap, j->b->stop);
    if (cap && (*n == 0 || cap < *n)) {
        char *larger = *out;
        *out = soon;
        *n = cap;
        soon = larger;
    }
    free(soon);
    return 0;
}

static int put(struct job *j, enum coding c, const char *name, bool there)
{
    char *out;
    size_t n;
    int rc = pack(j, c, &out, &n);

    if (rc) {
        free(out);
        return rc;
    }
    if (atomic_load(j->b->stop))
        rc = -EINTR;
    else if (j->b->write && !unchanged(j))
        rc = -EBUSY;
    else if (n && j->b->write)
        rc = replace_file(j->dir, name, out, n, j->fd, REPLACE_FORM);
    else if (there && j->b->write && !n)
        rc = replace_by_nothing(j->dir, name);
    free(out);
    if (rc == 0 && (n || there))
        done(j, c, n ? BESIDE_WRITTEN : BESIDE_REMOVED, n);
    return rc;
}

static int form(struct job *j, enum coding c)
{
    char name[NAME_MAX + 8];
    struct buf b = buf_over(name, sizeof name);
    struct side s;

    buf_str(&b, j->name);
    buf_str(&b, coding_row(c)->suffix);
    if (!buf_cstr(&b))
        return -ENAMETOOLONG;
    int rc = look(j, c, name, &s);
    if (rc == -ENAMETOOLONG) /* no form can have that name */
        rc = 0;
    else if (rc == 0 && s.same && !j->b->force)
        rc = keep(j, c, &s);
    else if (rc == 0 && s.fd >= 0 && s.st.mtime_ns > j->st.mtime_ns &&
             !s.same && !j->b->force)
        rc = -ESTALE; /* no leftover: somebody has put it there since */
    else if (rc == 0)
        rc = put(j, c, name, s.fd >= 0);
    if (s.fd >= 0)
        close(s.fd);
    return rc;
}

void beside_file(const struct beside *b, const char *below,
                 struct beside_outcome *o)
{
    struct job j = { .b = b, .o = o, .dir = -1, .fd = -1 };
    int rc = begin(&j, below);

    o->error = rc;
    for (unsigned c = CODING_IDENTITY + 1;
         j.plain && rc != -EINTR && c < CODING_COUNT; c++) {
        if (!compress_can((enum coding)c))
            continue; /* what is there is left alone */
        rc = form(&j, (enum coding)c);
        if (rc < 0 && rc != -EINTR && !o->error) {
            o->error = rc;
            o->failed = (uint8_t)c;
        }
    }
    o->ended = rc != -EINTR;
    free(j.plain);
    if (j.fd >= 0)
        close(j.fd);
    if (j.dir >= 0)
        close(j.dir);
}
