/* SPDX-License-Identifier: MIT
 *
 * floor: the least that a server can do, to measure the others against.
 * Layer: bench (libc only).  One level-triggered epoll loop: accept4, recv,
 * find the blank line, send a fixed answer.  It parses nothing, opens nothing
 * and logs nothing; it keeps connections alive, or closes each after one
 * answer (--close); of a pipeline it answers each request by a send of its
 * own.  Any failure of the system at start ends it with a message.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    FD_MAX = 65536,
    EVENTS = 512,
    RECV_BYTES = 65536,
    TAIL_MAX = 3 /* of "\r\n\r\n", what one recv may leave for the next */
};

/* By descriptor; all zero: nothing owed, nothing begun. */
struct conn {
    size_t sent;   /* bytes of the answer that is under way */
    uint32_t owed; /* answers that are asked for and not sent */
    uint8_t n_tail;
    bool blocked; /* waits for EPOLLOUT */
    char tail[TAIL_MAX];
};

static struct conn conns[FD_MAX];
static char in[TAIL_MAX + RECV_BYTES];
static char *answer;
static size_t answer_bytes;
static bool close_each;
static int poll_fd;

static _Noreturn void die(const char *what)
{
    perror(what);
    exit(1);
}

static void drop(int fd)
{
    conns[fd] = (struct conn){ 0 };
    close(fd);
}

static void wait_for(int fd, uint32_t events)
{
    struct epoll_event ev = { .events = events, .data.fd = fd };

    if (epoll_ctl(poll_fd, EPOLL_CTL_MOD, fd, &ev) < 0)
        die("epoll_ctl");
    conns[fd].blocked = events == EPOLLOUT;
}

/* Sends what is owed, each answer by itself. */
static void send_owed(int fd)
{
    struct conn *c = &conns[fd];

    while (c->owed > 0) {
        ssize_t n =
            send(fd, answer + c->sent, answer_bytes - c->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            if (!c->blocked)
                wait_for(fd, EPOLLOUT);
            return;
        }
        if (n < 0) {
            drop(fd);
            return;
        }
        c->sent += (size_t)n;
        if (c->sent < answer_bytes)
            continue;
        c->sent = 0;
        c->owed--;
        if (close_each) {
            drop(fd);
            return;
        }
    }
    if (c->blocked)
        wait_for(fd, EPOLLIN);
}

/* Counts the blank lines in what has come; what may be the begin of one is
 * kept for the next time. */
static void receive(int fd)
{
    struct conn *c = &conns[fd];

    memcpy(in, c->tail, c->n_tail);
    ssize_t n = recv(fd, in + c->n_tail, RECV_BYTES, 0);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0) {
        drop(fd);
        return;
    }
    char *at = in, *end = in + c->n_tail + n, *blank;
    while ((blank = memmem(at, (size_t)(end - at), "\r\n\r\n", 4)) != NULL) {
        c->owed++;
        at = blank + 4;
    }
    size_t left = (size_t)(end - at);
    c->n_tail = (uint8_t)(left < TAIL_MAX ? left : TAIL_MAX);
    memcpy(c->tail, end - c->n_tail, c->n_tail);
    send_owed(fd);
}

static void accept_all(int listen_fd)
{
    int fd;

    while ((fd = accept4(listen_fd, NULL, NULL,
                         SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct epoll_event ev = { .events = EPOLLIN, .data.fd = fd };
        if (fd >= FD_MAX || epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &ev) < 0)
            close(fd);
    }
}

static int listen_on(const char *address, uint16_t port)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons(port) };
    socklen_t at_bytes = sizeof at;
    int one = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    /* accepted sockets inherit TCP_NODELAY: without it the second send of a
     * pipeline waits 40 ms for the peer's delayed acknowledgement */
    if (fd < 0 || inet_pton(AF_INET, address, &at.sin_addr) != 1 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) < 0 ||
        bind(fd, (struct sockaddr *)&at, sizeof at) < 0 ||
        listen(fd, 4096) < 0 ||
        getsockname(fd, (struct sockaddr *)&at, &at_bytes) < 0)
        die("listen");
    printf("floor: serving http://%s:%d/\n", address, ntohs(at.sin_port));
    fflush(stdout);
    return fd;
}

/* The answer's bytes as they were caught from another server. */
static void read_answer(const char *path)
{
    FILE *f = fopen(path, "rb");
    long bytes;

    if (f == NULL || fseek(f, 0, SEEK_END) < 0 || (bytes = ftell(f)) <= 0 ||
        fseek(f, 0, SEEK_SET) < 0)
        die(path);
    answer_bytes = (size_t)bytes;
    answer = malloc(answer_bytes);
    if (answer == NULL || fread(answer, 1, answer_bytes, f) != answer_bytes)
        die(path);
    fclose(f);
}

/* An answer of our own with a body of so many bytes. */
static void make_answer(size_t body_bytes)
{
    char head[256];
    int n = snprintf(head, sizeof head,
                     "HTTP/1.1 200 OK\r\n"
                     "Date: Mon, 23 Nov 2026 01:02:03 GMT\r\n"
                     "Content-Type: text/html\r\n"
                     "Content-Length: %zu\r\n"
                     "Last-Modified: Wed, 01 Jan 2020 00:00:00 GMT\r\n"
                     "ETag: \"0123456789abcdef\"\r\n\r\n",
                     body_bytes);

    answer_bytes = (size_t)n + body_bytes;
    answer = malloc(answer_bytes);
    if (answer == NULL)
        die("malloc");
    memcpy(answer, head, (size_t)n);
    memset(answer + n, 'x', body_bytes);
}

static void loop(int listen_fd)
{
    struct epoll_event got[EVENTS];
    struct epoll_event ev = { .events = EPOLLIN, .data.fd = listen_fd };

    poll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (poll_fd < 0 || epoll_ctl(poll_fd, EPOLL_CTL_ADD, listen_fd, &ev) < 0)
        die("epoll");
    for (;;) {
        int n = epoll_wait(poll_fd, got, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            int fd = got[i].data.fd;
            if (fd == listen_fd)
                accept_all(fd);
            else if (conns[fd].blocked)
                send_owed(fd);
            else
                receive(fd);
        }
    }
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        { "port", required_argument, NULL, 'p' },
        { "address", required_argument, NULL, 'h' },
        { "answer", required_argument, NULL, 'a' },
        { "body", required_argument, NULL, 'b' },
        { "close", no_argument, NULL, 'c' },
        { NULL, 0, NULL, 0 }
    };
    struct rlimit files = { FD_MAX, FD_MAX };
    unsigned long port = 0, body_bytes = 1024;
    const char *path = NULL, *address = "127.0.0.1";
    int o;

    while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (o == 'p') {
            port = strtoul(optarg, NULL, 10);
        } else if (o == 'h') {
            address = optarg;
        } else if (o == 'a') {
            path = optarg;
        } else if (o == 'b') {
            body_bytes = strtoul(optarg, NULL, 10);
        } else if (o == 'c') {
            close_each = true;
        } else {
            fputs("usage: floor [--port N] [--address A] [--answer FILE | "
                  "--body BYTES] [--close]\n",
                  stderr);
            return 2;
        }
    }
    if (setrlimit(RLIMIT_NOFILE, &files) < 0) { /* not root: what we may */
        getrlimit(RLIMIT_NOFILE, &files);
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    if (path != NULL)
        read_answer(path);
    else
        make_answer(body_bytes);
    loop(listen_on(address, (uint16_t)port));
}
