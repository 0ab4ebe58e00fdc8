/* SPDX-License-Identifier: MIT
 *
 * magic: the only file that calls libmagic.
 * Layer: prepare.  Its parsers read hostile bytes: those with the worst history
 * (compressed, tar, ELF, Office files) are off, the limits of the others are
 * lowered, and an error is an empty answer.
 */
#include "prepare/magic.h"

#include <magic.h>
#include <string.h>

#include "os/library.h"
#include "os/log.h"
#include "os/mapped.h"

/* How a database begins whose numbers are this machine's own.  One of another
 * is turned round in place, which would be lost with its pages. */
#define OWN_ORDER 0xf11e041cu

#define CALLS(X)      \
    X(magic_open)     \
    X(magic_load)     \
    X(magic_error)    \
    X(magic_close)    \
    X(magic_setparam) \
    X(magic_buffer)
LIBRARY_CALLS(magic, CALLS);
LIBRARY(static, magic, CALLS, SONAME_MAGIC, "required", "media types");

static magic_t cookie;
static struct mapped tables;
static bool asked; /* since they were let go of */

static void find_tables(void)
{
    uint32_t first = 0;

    tables = mapped_find(".mgc");
    if (tables.n >= sizeof first)
        memcpy(&first, tables.p, sizeof first);
    if (first != OWN_ORDER)
        tables.p = NULL;
}

static const struct {
    int param;
    size_t value; /* libmagic's own default */
} limits[] = {
    { MAGIC_PARAM_INDIR_MAX, 10 },   /* 50 */
    { MAGIC_PARAM_NAME_MAX, 30 },    /* 50 */
    { MAGIC_PARAM_REGEX_MAX, 4096 }, /* 8192 */
    { MAGIC_PARAM_BYTES_MAX, MAGIC_HEAD_BYTES },
#ifdef MAGIC_PARAM_ENCODING_MAX
    { MAGIC_PARAM_ENCODING_MAX, MAGIC_HEAD_BYTES },
#endif
};

bool magic_start(void)
{
    char why[LIBRARY_WHY] = "out of memory";
    magic_t c = NULL;

    if (library_open(&magic_library, why))
        c = magic.magic_open(MAGIC_MIME_TYPE | MAGIC_MIME_ENCODING |
                             MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR |
                             MAGIC_NO_CHECK_ELF | MAGIC_NO_CHECK_CDF);

    if (!c || magic.magic_load(c, NULL) != 0) {
        log_warn("P010", "libmagic: %s; names alone decide on media types",
                 c ? magic.magic_error(c) : why);
        if (c)
            magic.magic_close(c);
        return false;
    }
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        magic.magic_setparam(c, limits[i].param, &limits[i].value);
    cookie = c;
    find_tables();
    return true;
}

void magic_stop(void)
{
    if (cookie)
        magic.magic_close(cookie);
    cookie = NULL;
}

void magic_rest(void)
{
    if (asked)
        mapped_rest(&tables);
    asked = false;
}

/* A part of the answer, only if it is a plain token with slash: it ends up in a
 * log and perhaps in a response. */
static void copy_token(char out[MEDIA_TYPE_MAX], const char *p, size_t n)
{
    if (n >= MEDIA_TYPE_MAX)
        return;
    for (size_t i = 0; i < n; i++) {
        if (p[i] <= ' ' || p[i] >= 127 || strchr("\"\\,;()<>@?={}[]", p[i]))
            return;
    }
    memcpy(out, p, n);
    out[n] = '\0';
}

void magic_ask(struct magic_answer *out, const void *p, size_t n)
{
    static const char mark[] = "; charset=";
    const char *text = NULL;

    out->type[0] = out->charset[0] = '\0';
    asked = true;
    if (cookie)
        text = magic.magic_buffer(cookie, p,
                                  n < MAGIC_HEAD_BYTES ? n : MAGIC_HEAD_BYTES);
    if (!text)
        return;
    const char *at = strstr(text, mark);
    copy_token(out->type, text, at ? (size_t)(at - text) : strlen(text));
    if (at)
        copy_token(out->charset, at + sizeof mark - 1,
                   strlen(at + sizeof mark - 1));
}
