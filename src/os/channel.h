/* SPDX-License-Identifier: MIT
 *
 * channel: whole messages with descriptors between our own processes.
 * Layer: os.  SOCK_SEQPACKET pairs: a message arrives whole or not at all, and
 * the death of a peer is an end-of-file.
 */
#ifndef ETAGD_OS_CHANNEL_H
#define ETAGD_OS_CHANNEL_H

#include <stddef.h>
#include <sys/types.h>

#define CHANNEL_FDS_MAX 16

/* A connected pair, close-on-exec and non-blocking.  0 or -errno. */
int channel_pair(int fd[2]);

/* Sends n bytes and up to CHANNEL_FDS_MAX descriptors (borrowed) as one
 * message.  0 or -errno (-EAGAIN: full). */
int channel_send(int fd, const void *p, size_t n, const int *fds, size_t n_fds);

/* Takes one message: bytes received (> 0), 0 at end-of-file, or -errno
 * (-EAGAIN: none there).  *n_fds is room on entry, count on return; received
 * descriptors are the caller's, close-on-exec.  A cut message is -EMSGSIZE; one
 * without bytes looks like the end, and its descriptors are closed. */
ssize_t channel_take(int fd, void *p, size_t n, int *fds, size_t *n_fds);

/* The first byte of the message that channel_take() would give, or -1. */
int channel_first(int fd);

/* Those that came with a message and are of no use. */
void channel_close(const int *fds, size_t n);

#endif
