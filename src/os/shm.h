/* SPDX-License-Identifier: MIT
 *
 * shm: memory shared between our processes, made before they are forked.
 * Layer: os.
 */
#ifndef ETAGD_OS_SHM_H
#define ETAGD_OS_SHM_H

#include <stddef.h>

/* Zeroed pages that parent and children all see; NULL when there are none. */
void *shm_new(size_t bytes);
void shm_free(void *p, size_t bytes);

/* The same, and *fd names it in another program.  NULL: refused. */
void *shm_file(size_t bytes, int *fd);

/* What another program got from shm_file(); NULL: fd is none, or not so long.
 * fd stays the caller's. */
void *shm_of(int fd, size_t bytes);

/* Zeroed private address space that costs memory only where it is touched;
 * NULL when refused. */
void *shm_reserve(size_t bytes);

#endif
