/* SPDX-License-Identifier: MIT
 *
 * siblings: reads a directory's names, a few at a time.
 * Layer: files.  Reading is paid for by looks that tried names in vain: a
 * directory of 100,000 names costs no look more than some hundred of them, and
 * one that changes all the time is not read again and again.
 */
#include "files/siblings.h"

#include <string.h>
#include <unistd.h>

#include "files/dirs.h"
#include "files/files.h"
#include "http/accept.h"
#include "os/directory.h"
#include "os/file.h"

#define STEP_CREDIT 16 /* looks for each step of some hundred names */
#define EVERY ((1u << CODING_COUNT) - 1)

void siblings_init(struct siblings *s)
{
    *s = (struct siblings){ .fd = -1 };
}

void siblings_end(struct siblings *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

/* Where names differ in more than their bytes (a directory that folds case),
 * one that is not ASCII may mean anything. */
static void take_name(void *arg, const char *name)
{
    struct siblings *s = arg;
    const char *dot = strrchr(name, '.');

    if (!dot)
        return;
    for (const char *p = dot; *p; p++) {
        if ((unsigned char)*p >= 0x80)
            s->found = EVERY;
    }
    for (unsigned c = CODING_IDENTITY + 1; c < CODING_COUNT; c++) {
        if (span_eq_nocase(span_str(dot),
                           span_str(coding_row((enum coding)c)->suffix)))
            s->found |= 1u << c;
    }
}

static bool begin(struct siblings *s, uint64_t *word, uint64_t fresh,
                  const struct root *root, struct span prefix)
{
    char path[4096];

    siblings_end(s);
    if (prefix.n >= sizeof path)
        return false;
    memcpy(path, prefix.p, prefix.n);
    path[prefix.n] = '\0';
    s->fd = file_open_beneath(root->fd, path, FILE_LINKS_NONE);
    s->word = word;
    s->fresh = fresh;
    s->found = 0;
    return s->fd >= 0;
}

/* What a directory's word says: as of which generation, and which codings. */
static uint64_t word_of(uint64_t fresh, unsigned codings)
{
    return (fresh + 1) << CODING_COUNT | codings;
}

unsigned siblings_codings(struct siblings *s, struct dirs *d, uint64_t fresh,
                          unsigned root_index, const struct root *root,
                          const char *path)
{
    const char *slash = strrchr(path, '/');
    struct span prefix = span_of(path, slash ? (size_t)(slash - path) : 0);
    uint64_t *word = dirs_word(d, root_index, prefix);

    if (!word)
        return EVERY;
    if (*word >> CODING_COUNT == fresh + 1)
        return (unsigned)*word & EVERY;
    if (++s->credit < STEP_CREDIT)
        return EVERY;
    s->credit = 0;
    bool going_on = s->fd >= 0 && s->fresh == fresh;
    if (!going_on && !begin(s, word, fresh, root, prefix))
        return EVERY;
    int n = directory_names(s->fd, take_name, s);
    if (n > 0)
        return EVERY;
    if (n == 0)
        *s->word = word_of(s->fresh, s->found);
    siblings_end(s);
    return EVERY;
}
