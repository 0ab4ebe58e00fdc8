/* SPDX-License-Identifier: MIT
 *
 * net: sockets: listening, accepting, receiving and sending without blocking.
 * Layer: os.  Returns >= 0 or -errno; -EAGAIN means "not now".
 */
#ifndef ETAGD_OS_NET_H
#define ETAGD_OS_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

/* A peer's address in its shortest form. */
struct net_peer {
    uint8_t addr[16]; /* IPv4 in the first 4 bytes */
    uint16_t port;    /* host order; 0 for unix sockets */
    uint8_t family;   /* 4, 6, or 0: unix */
};

#define NET_PEER_TEXT 48

struct net_listen_options {
    int backlog;
    bool defer_accept; /* TCP_DEFER_ACCEPT: experiments */
    bool save_syn;     /* TCP_SAVE_SYN: for the observer */
    int mss;           /* TCP_MAXSEG, 0: the route's (experiments) */
};

/* A listening socket (SO_REUSEADDR, IPV6_V6ONLY, non-blocking, close-on-exec).
 * A stale unix socket file that nobody listens on is replaced; whatever else is
 * at that path is left alone (-EADDRINUSE). */
int net_listen(const struct sockaddr *sa, socklen_t bytes,
               const struct net_listen_options *options);

/* What may change of one that listens already. */
void net_listen_backlog(int listener, int backlog);
void net_listen_defer(int listener, const struct sockaddr *sa, bool on);

/* The longest segment of connections to come; 0: as the route has it. */
void net_listen_mss(int listener, int mss);

/* Of a loopback address: no pacing.  Some congestion controls (BBR) hold each
 * segment back by a timer, on the way to the same machine as well, and whoever
 * reads 1 MiB there pays three times as much. */
void net_listen_near(int listener, const struct sockaddr *sa);

/* Bytes that one segment of a connection takes; 0: not known. */
size_t net_segment(int fd);

/* Does this very process listen at the socket of that name? */
bool net_listens_here(const char *path);

/* Removes the socket at `path`, but nothing else that is there. */
void net_remove_socket(const char *path);

/* The same, unless somebody listens there. */
void net_remove_stale(const char *path);

/* Where a listening socket really is: "127.0.0.1:40123", "[::1]:80",
 * "unix:/run/x". */
void net_local_text(int fd, char *out, size_t cap);

/* "192.0.2.7" / "2001:db8::1" / "unix:"; the port is left out. */
void net_peer_text(const struct net_peer *peer, char out[NET_PEER_TEXT]);

/* The next connection (non-blocking, close-on-exec) with its peer. */
int net_accept(int listener, struct net_peer *peer);

/* A connection (no listening socket, no other file) on which nobody waits: one
 * that another process has sent may be anything. */
bool net_is_connection(int fd);

ssize_t net_recv(int fd, void *p, size_t n);

/* Are there bytes that were not received yet? */
bool net_pending(int fd);

ssize_t net_send(int fd, const void *p, size_t n, bool more);
ssize_t net_sendv(int fd, struct iovec *iov, size_t n, bool more);

/* n bytes of `from`, by reference: whoever can write to it changes what is on
 * its way.  So only of sealed memory. */
ssize_t net_send_sealed(int fd, int from, uint64_t offset, size_t n);

/* Many bytes by reference follow, or have ended: the kernel may hold more. */
void net_long(int fd, bool is);

/* No more bytes will be sent: FIN. */
void net_finish(int fd);

/* The next close() sends RST instead of FIN. */
void net_abort(int fd);

#endif
