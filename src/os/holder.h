/* SPDX-License-Identifier: MIT
 *
 * holder: which process listens on an address that can't be had, from /proc.
 * Layer: os.  Only for messages: it reads the descriptors of every process.
 */
#ifndef ETAGD_OS_HOLDER_H
#define ETAGD_OS_HOLDER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "base/ip.h"

/* A row of /proc/net/tcp or /proc/net/tcp6. */
struct holder_row {
    struct ip ip; /* of IPv4 where it is mapped */
    uint16_t port;
    bool listens;
    uid_t uid; /* of those who made the socket */
    uint64_t inode;
};

/* False: a heading, or nothing of a known form. */
bool holder_row(const char *line, struct holder_row *out);

/* Whether that socket keeps others from listening on ip and port.  A wildcard
 * of IPv6 may hold IPv4, too: the row does not tell. */
bool holder_bars(const struct holder_row *row, const struct ip *ip,
                 uint16_t port);

struct holder {
    bool socket;   /* there is a listening socket; its uid is known */
    uid_t uid;     /* (not that of a unix socket: (uid_t)-1) */
    pid_t pid;     /* the one whose parent has it not, of the lowest's line;
                      0: none that can be looked at */
    unsigned more; /* others that have it */
    char name[32]; /* the process's */
};

void holder_find(const struct sockaddr *sa, struct holder *out);

#endif
