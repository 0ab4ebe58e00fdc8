/* SPDX-License-Identifier: MIT
 *
 * mime: asks the name, asks libmagic, settles, and prints all three.
 * Layer: tool.  In this process and unconfined: it is for files that the caller
 * trusts enough to name.
 */
#include "tool/mime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cmdline.h"
#include "http/utf8.h"
#include "os/file.h"

#define NAME "etagd mime"

static const char usage[] =
    "usage: etagd mime FILE...\n"
    "  prints what a file's name and its content say about its media type,\n"
    "  which type it is served with, and why\n";

#define BLOCK_BYTES (256 * 1024)

/* The bytes against what they say of themselves. */
static void compare(struct mime_look *out, struct span head, bool ascii)
{
    struct span name = declared_charset(head, span_str(out->media.type));
    struct buf b = buf_over(out->declared, sizeof out->declared);

    for (size_t i = 0; i < name.n && name.p[i] > ' ' && name.p[i] < 127; i++)
        buf_put(&b, name.p + i, 1);
    if (!buf_cstr(&b))
        out->declared[0] = '\0';
    name = span_str(out->declared);
    out->lie = name.n ? declared_lie(name, out->bytes, ascii) : NULL;
}

int mime_look(struct mime_look *out, int fd, const char *name)
{
    char *block = malloc(BLOCK_BYTES);
    struct utf8 utf8;
    uint64_t at = 0;
    ssize_t n = -ENOMEM;

    utf8_start(&utf8);
    while (block && (n = file_read_at(fd, block, BLOCK_BYTES, at)) >= 0) {
        if (at == 0)
            magic_ask(&out->magic, block, (size_t)n);
        utf8_add(&utf8, block, (size_t)n);
        at += (uint64_t)n;
        if (n < BLOCK_BYTES)
            break;
    }
    if (n < 0)
        goto out;
    out->row = media_row(span_str(name));
    out->bytes = utf8_bytes(&utf8, true);
    media_settle(&out->media, span_str(name), span_str(out->magic.type),
                 span_str(out->magic.charset), out->bytes);
    if (at > BLOCK_BYTES) /* the beginning again */
        n = file_read_at(fd, block, DECLARED_HEAD_BYTES, 0);
    if (n >= 0)
        compare(out, span_of(block, at > BLOCK_BYTES ? (size_t)n : (size_t)at),
                !utf8.high && !utf8.bad);
out:
    free(block);
    return n < 0 ? (int)n : 0;
}

static void print(const char *path, const struct mime_look *l)
{
    printf("%s\n", path);
    printf("  name says     %s\n", l->row ? l->row->type : "nothing");
    static const char *const bytes[] = {
        [MEDIA_BYTES_OTHER] = "not UTF-8",
        [MEDIA_BYTES_TEXT] = "ASCII with escapes",
        [MEDIA_BYTES_UTF8] = "valid UTF-8",
        [MEDIA_BYTES_UTF16] = "marked as UTF-16",
    };

    printf("  content says  %s%s%s (by libmagic), %s\n",
           l->magic.type[0] ? l->magic.type : "nothing",
           l->magic.charset[0] ? "; charset=" : "", l->magic.charset,
           bytes[l->bytes]);
    if (l->declared[0])
        printf("  it declares   charset %s%s%s\n", l->declared,
               l->lie ? ", but " : "", l->lie ? l->lie : "");
    printf("  sent as       %s\n", l->media.type);
    printf("  because       %s%s\n", l->media.reason,
           l->media.disagrees ? " (they disagree)" : "");
    printf("  compressed    %s\n",
           l->media.compressible ? "if it is worth it" : "never");
}

static bool one(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct file_stat s = { .kind = FILE_OTHER };
    struct mime_look look;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    int rc = fd < 0 ? -errno : file_stat(fd, &s);

    if (rc == 0 && s.kind != FILE_REGULAR) {
        fprintf(stderr, "etagd: %s: only regular files are served\n", path);
        rc = 1;
    } else {
        if (rc == 0)
            rc = mime_look(&look, fd, slash ? slash + 1 : path);
        if (rc < 0)
            fprintf(stderr, "etagd: %s: %s\n", path, strerror(-rc));
    }
    if (rc == 0)
        print(path, &look);
    if (fd >= 0)
        close(fd);
    return rc == 0;
}

int mime_main(int argc, char **argv)
{
    static const struct option options[] = { { "help", no_argument, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    int status = 0, o = cmdline_next(NAME, argc, argv, ":h", options);

    if (o == 'h')
        return fputs(usage, stdout) == EOF;
    if (o != -1)
        return 2;
    if (optind == argc)
        return cmdline_wrong(NAME, "nothing to look at: give a FILE");
    magic_start();
    for (int i = optind; i < argc; i++) {
        if (!one(argv[i]))
            status = 1;
    }
    magic_stop();
    return status;
}
