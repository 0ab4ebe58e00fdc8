/* SPDX-License-Identifier: MIT
 *
 * cmdline: getopt_long() without its own words, which are not the same in each
 * libc and name no way on.
 * Layer: base (libc only).
 */
#include "base/cmdline.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/suggest.h"

#define WHY_MOST 1024

/* Words of the command line are in it: one line whatever these are, and nothing
 * that a terminal would obey. */
int cmdline_wrong(const char *command, const char *why, ...)
{
    char text[WHY_MOST];
    va_list arguments;

    va_start(arguments, why);
    vsnprintf(text, sizeof text, why, arguments);
    va_end(arguments);
    for (char *p = text; *p; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = '?';
    }
    fprintf(stderr, "%s: %s (see %s --help)\n", command, text, command);
    return 2;
}

/* The length of "--NAME" in "--NAME=VALUE", or the whole. */
static size_t name_bytes(const char *word)
{
    return strcspn(word, "=");
}

/* Is it an option that begins like `word`: "--js=x" like "json"? */
static bool begins(const struct option *o, const char *word)
{
    size_t n = name_bytes(word);

    return n > 2 && strncmp(word, "--", 2) == 0 &&
           strncmp(o->name, word + 2, n - 2) == 0;
}

/* getopt knew no option "--word", or more than one that begins so. */
static void long_wrong(const char *command, const char *word,
                       const struct option *longs)
{
    int n = (int)name_bytes(word);
    struct suggest near = suggest_for(span_of(word + 2, (size_t)n - 2));
    const struct option *first = NULL;

    for (const struct option *o = longs; o->name; o++) {
        if (begins(o, word) && first) {
            cmdline_wrong(command, "%.*s may be --%s or --%s", n, word,
                          first->name, o->name);
            return;
        }
        if (begins(o, word))
            first = o;
    }
    for (const struct option *o = longs; o->name; o++)
        suggest_offer(&near, o->name);
    if (near.best)
        cmdline_wrong(command, "there is no option %.*s; did you mean --%s?", n,
                      word, near.best);
    else
        cmdline_wrong(command, "there is no option %.*s", n, word);
}

/* The long option that was given a value, which it does not take, or NULL. */
static const struct option *overfed(const char *word,
                                    const struct option *longs)
{
    for (const struct option *o = longs; strchr(word, '=') && o->name; o++) {
        if (o->val == optopt && o->has_arg == no_argument && begins(o, word))
            return o;
    }
    return NULL;
}

/* What was read last.  Where a value is missing, musl takes the NULL behind the
 * end for it, and may move it to the front with its option. */
static const char *word_read(int argc, char **argv)
{
    int i = (optind <= argc ? optind : argc) - 1;

    return argv[i] ? argv[i] : argv[i - 1];
}

int cmdline_next(const char *command, int argc, char **argv, const char *shorts,
                 const struct option *longs)
{
    CHECK(shorts[0] == ':');
    opterr = 0;
    int c = getopt_long(argc, argv, shorts, longs, NULL);
    const char *word = word_read(argc, argv);
    bool is_long = strncmp(word, "--", 2) == 0;

    if (c == ':') {
        if (is_long)
            cmdline_wrong(command, "%s needs a value behind it", word);
        else
            cmdline_wrong(command, "-%c needs a value behind it", optopt);
    } else if (c == '?' && optopt == 0) {
        long_wrong(command, word, longs);
    } else if (c == '?') {
        const struct option *o = is_long ? overfed(word, longs) : NULL;
        if (o)
            cmdline_wrong(command, "--%s takes no value", o->name);
        else
            cmdline_wrong(command, "there is no option -%c", optopt);
    }
    return c == ':' ? CMDLINE_WRONG : c;
}
