/* SPDX-License-Identifier: MIT
 *
 * libraries: each says in the log what it misses.
 * Layer: tool.
 */
#include "tool/libraries.h"

#include <stdio.h>

#include "answer/gate.h"
#include "os/password.h"
#include "prepare/codecs.h"
#include "prepare/magic.h"

bool libraries_there(const struct conf *conf)
{
    const char *missing = gate_wanted(conf) ? password_missing() : NULL;

    (void)codecs_can(CODING_GZIP);
    (void)magic_start();
    magic_stop();
    if (missing)
        fprintf(stderr, "etagd: [access] needs libcrypt: %s\n", missing);
    return !missing;
}
