/* SPDX-License-Identifier: MIT
 *
 * check: prints "CHECK failed" with the role of the process, and aborts.
 * Layer: base.  Owns the role text.  Uses no heap: it may run when all is lost.
 */
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char role_text[32] = "etagd";
static void (*teller)(const char *text);

void check_role(const char *role)
{
    snprintf(role_text, sizeof role_text, "%s", role);
}

void check_teller(void (*tell)(const char *text))
{
    teller = tell;
}

static void write_line(const char *text, size_t n)
{
    ssize_t ignored = write(STDERR_FILENO, text, n);

    (void)ignored;
}

_Noreturn void check_failed(const char *cond, const char *file, int line,
                            const char *func)
{
    void (*tell)(const char *) = teller;
    char text[512];
    int at = snprintf(text, sizeof text, "etagd %s: ", role_text);
    int n = snprintf(text + at, sizeof text - (size_t)at,
                     "CHECK failed: %s (%s:%d %s)%s", cond, file, line, func,
                     tell ? "" : "\n");
    size_t room = sizeof text - (size_t)at - 1;

    teller = NULL; /* should one fail there, too */
    if (tell)
        tell(text + at);
    else
        write_line(text, (size_t)at + ((size_t)n < room ? (size_t)n : room));
    abort();
}
