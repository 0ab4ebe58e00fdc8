/* SPDX-License-Identifier: MIT
 *
 * title: writes over the place of the arguments, which /proc/PID/cmdline shows.
 * Layer: os.
 * Heap: copies of arguments and environment, kept until the process ends.
 * The kernel lays both in one row.  A title longer than the arguments goes on
 * in the environment's place: the kernel sees that the arguments' last byte is
 * not NUL any more, and reads on (proc_pid_cmdline(5)).
 */
#include "os/title.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define TITLE_MAX ((size_t)4096) /* the kernel shows one page */

static struct {
    char *at;
    size_t room;
    char **argv; /* copies */
} place;

/* A list of texts in one piece of memory; NULL: none. */
static char **copy(char *const *texts)
{
    size_t n = 0, bytes = 0;

    for (; texts[n]; n++)
        bytes += strlen(texts[n]) + 1;
    char **list = malloc((n + 1) * sizeof *list + bytes);
    if (!list)
        return NULL;
    char *to = (char *)(list + n + 1);
    for (size_t i = 0; i < n; i++) {
        size_t k = strlen(texts[i]) + 1;
        list[i] = memcpy(to, texts[i], k);
        to += k;
    }
    list[n] = NULL;
    return list;
}

/* Where the row that begins at `end` goes on to with these. */
static char *row_end(char *end, char *const *texts)
{
    for (; *texts && *texts == end; texts++)
        end = *texts + strlen(*texts) + 1;
    return end;
}

char **title_begin(int argc, char **argv)
{
    char **args, **env;

    if (argc < 1 || place.argv)
        return argv;
    args = copy(argv);
    env = copy(environ);
    if (!args || !env) {
        free(args);
        free(env);
        return argv;
    }
    char *args_end = row_end(argv[0], argv);
    bool whole = argv[argc - 1] + strlen(argv[argc - 1]) + 1 == args_end;
    place.at = argv[0];
    place.room =
        (size_t)((whole ? row_end(args_end, environ) : args_end) - argv[0]);
    if (place.room > TITLE_MAX)
        place.room = TITLE_MAX;
    place.argv = args;
    environ = env;
    /* libc's, for its messages */
    program_invocation_name = args[0];
    char *slash = strrchr(args[0], '/');
    program_invocation_short_name = slash ? slash + 1 : args[0];
    return args;
}

static void write_title(const char *text, size_t n)
{
    if (place.room == 0)
        return;
    if (n > place.room - 1)
        n = place.room - 1;
    memcpy(place.at, text, n);
    memset(place.at + n, 0, place.room - n); /* nothing old is left behind it */
}

void title_set(const char *name, const char *title)
{
    if (name)
        (void)prctl(PR_SET_NAME, name, 0, 0, 0);
    write_title(title, strlen(title));
}

void title_set_with_arguments(const char *title)
{
    char text[TITLE_MAX];
    size_t n = (size_t)snprintf(text, sizeof text, "%.100s", title);

    for (char **a = place.argv; a && *a && n < sizeof text - 1; a++) {
        int k = snprintf(text + n, sizeof text - n, " %s", *a);
        n += k > 0 ? (size_t)k : 0;
    }
    write_title(text, n < sizeof text ? n : sizeof text - 1);
}
