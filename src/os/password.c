/* SPDX-License-Identifier: MIT
 *
 * password: crypt_rn() with memory of its own for each call.
 * Layer: os.
 */
#include "os/password.h"

#include "config.h"

#include <errno.h>

#ifdef ETAGD_CRYPT

#include <crypt.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "os/library.h"

#define CALLS(X) X(crypt_rn) X(crypt_gensalt_rn)
LIBRARY_CALLS(libcrypt, CALLS);
LIBRARY(static, libcrypt, CALLS, SONAME_CRYPT, "required", "passwords");

static const char *missing; /* why, once it was looked for in vain */

static void find(void)
{
    static char why[LIBRARY_WHY];

    if (!library_open(&libcrypt_library, why))
        missing = why;
}

const char *password_missing(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    (void)pthread_once(&once, find);
    return missing;
}

static int hash_with(const char *password, const char *setting,
                     char hash[PASSWORD_HASH_MAX])
{
    if (password_missing())
        return -ENOSYS;
    struct crypt_data *d = calloc(1, sizeof *d);
    int error = 0;

    if (!d)
        return -ENOMEM;
    const char *text = libcrypt.crypt_rn(password, setting, d, (int)sizeof *d);
    if (!text || text[0] == '*' || strlen(text) >= PASSWORD_HASH_MAX)
        error = errno ? -errno : -EINVAL;
    else
        memcpy(hash, text, strlen(text) + 1);
    explicit_bzero(d, sizeof *d);
    free(d);
    return error;
}

/* Both in whole: how long it takes tells nothing. */
static bool same(const char *a, size_t n, const char *b)
{
    unsigned differ = 0;

    for (size_t i = 0; i < n; i++)
        differ |= (unsigned char)a[i] ^ (unsigned char)b[i];
    return differ == 0;
}

int password_matches(const char *hash, const char *password)
{
    char made[PASSWORD_HASH_MAX] = "";
    int error = hash_with(password, hash, made);
    size_t n = strlen(made);

    if (error)
        return error;
    return n > 0 && n == strlen(hash) && same(made, n, hash);
}

int password_hash(const char *password, const char *prefix, unsigned long cost,
                  char hash[PASSWORD_HASH_MAX])
{
    char setting[CRYPT_GENSALT_OUTPUT_SIZE], noise[16];

    if (password_missing())
        return -ENOSYS;
    if (getrandom(noise, sizeof noise, 0) != (ssize_t)sizeof noise)
        return -errno;
    if (!libcrypt.crypt_gensalt_rn(prefix, cost, noise, (int)sizeof noise,
                                   setting, (int)sizeof setting))
        return errno ? -errno : -EINVAL;
    return hash_with(password, setting, hash);
}

#else

const char *password_missing(void)
{
    return "built without libcrypt";
}

int password_matches(const char *hash, const char *password)
{
    (void)hash;
    (void)password;
    return -ENOSYS;
}

int password_hash(const char *password, const char *prefix, unsigned long cost,
                  char hash[PASSWORD_HASH_MAX])
{
    (void)password;
    (void)prefix;
    (void)cost;
    (void)hash;
    return -ENOSYS;
}

#endif
