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

void check_role(const char *role)
{
    snprintf(role_text, sizeof role_text, "%s", role);
}

_Noreturn void check_failed(const char *cond, const char *file, int line,
                            const char *func)
{
    char text[512];
    int n =
        snprintf(text, sizeof text, "etagd %s: CHECK failed: %s (%s:%d %s)\n",
                 role_text, cond, file, line, func);

    if (n > 0) {
        size_t len = (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
        ssize_t ignored = write(STDERR_FILENO, text, len);
        (void)ignored;
    }
    abort();
}
