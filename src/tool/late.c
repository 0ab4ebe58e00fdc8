/* SPDX-License-Identifier: MIT
 *
 * late: never run and never installed: a list of what etagd depends on.
 * Layer: tool.  Where some processes open libraries by themselves
 * (os/library.h), this program is linked to all of them: who makes packages
 * asks it (dpkg-shlibdeps, ldd).
 */
#include "os/password.h"
#include "prepare/codecs.h"
#include "prepare/magic.h"

int main(void)
{
    bool fine = magic_start();

    magic_stop();
    return fine && codecs_can(CODING_GZIP) && !password_missing() ? 0 : 1;
}
