/* SPDX-License-Identifier: MIT
 *
 * poll: readiness of descriptors, by epoll.
 * Layer: os.  Returns >= 0 or -errno.
 */
#ifndef ETAGD_OS_POLL_H
#define ETAGD_OS_POLL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/epoll.h>

int poll_new(void);

/* Connections: edge-triggered, both directions at once, so that no further call
 * is needed for the life of the connection. */
int poll_add_edge(int poll, int fd, void *tag);

/* The same for one direction: most connections never have to wait for room, and
 * a new one has it, which would be an event for nothing. */
int poll_add_reader(int poll, int fd, void *tag);

/* What poll_add_reader() added tells of room, too; of present room at once. */
void poll_add_room(int poll, int fd, void *tag);

/* What is watched for exceptional news alone (mountinfo): edge-triggered, and
 * nothing is told of how it is now. */
int poll_add_news(int poll, int fd, void *tag);

/* Channels and the like: level-triggered, readable only. */
int poll_add_level(int poll, int fd, void *tag);

/* Listening sockets: level-triggered; of several processes that wait for the
 * same socket one is woken (EPOLLEXCLUSIVE). */
int poll_add_listener(int poll, int fd, void *tag);

void poll_remove(int poll, int fd);

/* timeout_ms < 0: for ever.  Events filled in; EINTR counts as none. */
int poll_wait(int poll, struct epoll_event *events, int room, int timeout_ms);

#endif
