/* SPDX-License-Identifier: MIT
 *
 * inherit: listening sockets that another process opened: systemd (a .socket
 * unit), or the etagd before this one (an upgrade).
 * Layer: os.  Owns the descriptors until they are taken over.
 */
#ifndef ETAGD_OS_INHERIT_H
#define ETAGD_OS_INHERIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define INHERIT_MAX 64
#define INHERIT_TEXT 128
#define INHERIT_BEFORE 8
#define INHERIT_OBSERVER "observe"
#define INHERIT_METRICS "metrics"
#define INHERIT_PROXY "proxy" /* connections begin with a PROXY header */

struct inherited {
    int fd;
    bool usable;             /* a listening stream socket */
    char name[INHERIT_TEXT]; /* FileDescriptorName=, or the listen line */
    char text[INHERIT_TEXT]; /* its address: "127.0.0.1:80", "unix:/run/x" */
    struct sockaddr_storage addr;
    socklen_t addr_bytes;
};

/* Memory that goes from one etagd to the next, each a file without a name. */
enum inherit_memory {
    INHERIT_COUNTERS, /* share/tallies */
    INHERIT_ATTEMPTS, /* share/attempts */
    INHERIT_NUMBERS,  /* of connections so far */
    INHERIT_MEMORIES
};

struct inherit {
    struct inherited socket[INHERIT_MAX];
    size_t n;
    bool activated; /* by systemd: the sockets are its, not the ini's */
    int upgrade;    /* where the process before this one waits; -1: none */
    int before[INHERIT_BEFORE]; /* the same of those before that one, which may
                                   finish longer than it */
    size_t n_before;
    int memory[INHERIT_MEMORIES]; /* its; -1: none */
    int pair[2];                  /* connections come through it; -1: none */
    uint64_t layout;              /* of what comes */
};

/* From the environment, which is emptied of it.  Descriptors are made
 * close-on-exec and non-blocking.  False: it names more than can be taken. */
bool inherit_take(struct inherit *in);

/* Without touching what neither uses. */
void inherit_copy(struct inherit *to, const struct inherit *from);

/* For a process about to exec: hands all of `in` over, so that inherit_take()
 * finds it there; of the sockets descriptors and names (listen lines).  Uses
 * the heap, between fork and exec. */
void inherit_pass(const struct inherit *in);

/* It has that name, and can be used. */
bool inherit_called(const struct inherited *s, const char *name);

/* Whether a socket at `a` is what `b` asks for, whose port may be any (0). */
bool inherit_serves(const struct sockaddr_storage *a, const struct sockaddr *b);

/* Whether two addresses are one. */
bool inherit_same(const struct sockaddr_storage *a, const struct sockaddr *b);

#endif
