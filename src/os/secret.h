/* SPDX-License-Identifier: MIT
 *
 * secret: reads a password from the terminal, which does not show it.
 * Layer: os.
 */
#ifndef ETAGD_OS_SECRET_H
#define ETAGD_OS_SECRET_H

#include <stddef.h>

/* The line that is typed after the prompt, without its end, as a string: its
 * length, or -errno (-ENXIO: there is no terminal; -E2BIG: it does not fit;
 * -ENODATA: the end of the input instead of a line).  A signal that ends the
 * process finds the terminal as it was. */
int secret_read(const char *prompt, char *out, size_t cap);

/* The first line of standard input. */
int secret_from_stdin(char *out, size_t cap);

#endif
