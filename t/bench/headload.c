/* SPDX-License-Identifier: MIT
 *
 * headload: a closed loop of requests whose answers have no body.
 * Layer: bench (libc only).  wrk and h2load wait for the Content-Length of an
 * answer to HEAD for ever, so this case has a client of its own: N connections,
 * one request under way on each, an answer ends at its blank line.  Prints one
 * JSON line: requests, seconds, bytes, errors, p50_us, p99_us.
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
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 4096, ANSWER_MAX = 8192, LATENCY_MAX_US = 1 << 20 };

struct conn {
    int fd;
    uint64_t asked_ns;
    size_t have;
    char in[ANSWER_MAX];
};

static struct conn conns[CONNECTIONS_MAX];
static uint32_t latency[LATENCY_MAX_US];
static char request[1024];
static size_t request_bytes;
static uint64_t requests, bytes, errors;
static const char *address = "127.0.0.1";
static int poll_fd;

static _Noreturn void die(const char *what)
{
    perror(what);
    exit(1);
}

static uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void ask(struct conn *c)
{
    c->have = 0;
    c->asked_ns = now_ns();
    if (send(c->fd, request, request_bytes, MSG_NOSIGNAL) !=
        (ssize_t)request_bytes)
        die("send");
}

static void connect_to(struct conn *c, uint16_t port)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons(port) };
    struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };
    int one = 1;

    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || inet_pton(AF_INET, address, &at.sin_addr) != 1 ||
        connect(c->fd, (struct sockaddr *)&at, sizeof at) < 0 ||
        setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) < 0 ||
        epoll_ctl(poll_fd, EPOLL_CTL_ADD, c->fd, &ev) < 0)
        die("connect");
    ask(c);
}

static void receive(struct conn *c, uint16_t port)
{
    ssize_t n = recv(c->fd, c->in + c->have, ANSWER_MAX - c->have, 0);

    if (n <= 0) {
        errors++;
        close(c->fd);
        connect_to(c, port);
        return;
    }
    bytes += (uint64_t)n;
    c->have += (size_t)n;
    if (c->have < 4 || memcmp(c->in + c->have - 4, "\r\n\r\n", 4) != 0)
        return;
    if (memcmp(c->in, "HTTP/1.1 200", 12) != 0)
        errors++;
    uint64_t us = (now_ns() - c->asked_ns) / 1000;
    latency[us < LATENCY_MAX_US ? us : LATENCY_MAX_US - 1]++;
    requests++;
    ask(c);
}

static unsigned percentile(double part)
{
    uint64_t want = (uint64_t)(part * (double)requests), sum = 0;

    for (unsigned us = 0; us < LATENCY_MAX_US; us++) {
        sum += latency[us];
        if (sum > want)
            return us;
    }
    return LATENCY_MAX_US;
}

static void loop(unsigned n_conns, uint16_t port, double seconds)
{
    struct epoll_event got[512];
    uint64_t start = now_ns();
    uint64_t end = start + (uint64_t)(seconds * 1e9);

    for (unsigned i = 0; i < n_conns; i++)
        connect_to(&conns[i], port);
    while (now_ns() < end) {
        int n = epoll_wait(poll_fd, got, 512, 100);
        for (int i = 0; i < n; i++)
            receive(got[i].data.ptr, port);
    }
    printf("{\"requests\": %llu, \"seconds\": %.6f, \"bytes\": %llu, "
           "\"errors\": %llu, \"p50_us\": %u, \"p99_us\": %u}\n",
           (unsigned long long)requests, (double)(now_ns() - start) / 1e9,
           (unsigned long long)bytes, (unsigned long long)errors,
           percentile(0.50), percentile(0.99));
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        { "port", required_argument, NULL, 'p' },
        { "address", required_argument, NULL, 'h' },
        { "path", required_argument, NULL, 'u' },
        { "method", required_argument, NULL, 'm' },
        { "connections", required_argument, NULL, 'c' },
        { "seconds", required_argument, NULL, 's' },
        { NULL, 0, NULL, 0 }
    };
    const char *path = "/", *method = "HEAD";
    unsigned long port = 0, n_conns = 64;
    double seconds = 1;
    bool usable = true;
    int o;

    while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (o == 'p')
            port = strtoul(optarg, NULL, 10);
        else if (o == 'h')
            address = optarg;
        else if (o == 'u')
            path = optarg;
        else if (o == 'm')
            method = optarg;
        else if (o == 'c')
            n_conns = strtoul(optarg, NULL, 10);
        else if (o == 's')
            seconds = strtod(optarg, NULL);
        else
            usable = false;
    }
    if (!usable || port == 0 || port > 65535 || n_conns > CONNECTIONS_MAX) {
        fputs("usage: headload --port N [--address A] [--path P] [--method M] "
              "[--connections N] [--seconds S]\n",
              stderr);
        return 2;
    }
    request_bytes = (size_t)snprintf(request, sizeof request,
                                     "%s %s HTTP/1.1\r\n"
                                     "Host: %s:%lu\r\n\r\n",
                                     method, path, address, port);
    poll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (poll_fd < 0 || request_bytes >= sizeof request)
        die("headload");
    loop((unsigned)n_conns, (uint16_t)port, seconds);
    return 0;
}
