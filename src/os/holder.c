/* SPDX-License-Identifier: MIT
 *
 * holder: the socket's inode from /proc/net, then who has that open from
 * /proc/PID/fd.  The descriptors of other users' processes can't be read
 * without root's rights: then the socket's owner is what is known.
 * Layer: os.  What can't be read is not there.
 */
#include "os/holder.h"

#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/num.h"

#define TCP_LISTEN_STATE 0x0A /* include/net/tcp_states.h */
#define ROW_BYTES 512
#define GENERATIONS 64 /* of processes, from parent to child */

/* The next word of a row, and the row without it. */
static struct span word(struct span *row)
{
    *row = span_trim(*row);
    struct span w = span_to(*row, span_find(*row, ' '));
    *row = span_from(*row, w.n);
    return w;
}

/* "0100007F:1F90": words of 32 bits in the machine's order, the port in the
 * usual one. */
static bool address(struct span text, struct holder_row *out)
{
    size_t colon = span_find(text, ':');
    uint64_t value;
    uint8_t bytes[16];

    if (colon != 8 && colon != 32)
        return false;
    for (size_t i = 0; i < colon / 8; i++) {
        if (!num_hex(span_of(text.p + 8 * i, 8), &value))
            return false;
        uint32_t part = (uint32_t)value;
        memcpy(bytes + 4 * i, &part, sizeof part);
    }
    if (!num_hex(span_from(text, colon + 1), &value) || value > UINT16_MAX)
        return false;
    out->ip = ip_of(bytes, colon == 8 ? 4 : 6);
    out->port = (uint16_t)value;
    return true;
}

/* proc(5): sl local remote st queues timer retransmits uid timeout inode */
bool holder_row(const char *line, struct holder_row *out)
{
    struct span row = span_to(span_str(line), strcspn(line, "\n"));
    uint64_t state, uid;

    (void)word(&row);
    if (!address(word(&row), out))
        return false;
    (void)word(&row);
    if (!num_hex(word(&row), &state))
        return false;
    for (int skipped = 0; skipped < 3; skipped++)
        (void)word(&row);
    if (!num_u64(word(&row), &uid))
        return false;
    (void)word(&row);
    out->listens = state == TCP_LISTEN_STATE;
    out->uid = (uid_t)uid;
    return num_u64(word(&row), &out->inode);
}

static bool any(const struct ip *ip)
{
    static const uint8_t none[16];

    return memcmp(ip->addr, none, ip->family == 4 ? 4 : 16) == 0;
}

bool holder_bars(const struct holder_row *row, const struct ip *ip,
                 uint16_t port)
{
    if (!row->listens || row->port != port)
        return false;
    if (row->ip.family != ip->family)
        return row->ip.family == 6 && any(&row->ip);
    return any(&row->ip) || any(ip) || ip_eq(&row->ip, ip);
}

static uint64_t tcp_inode(const char *table, const struct ip *ip, uint16_t port,
                          struct holder *out)
{
    char line[ROW_BYTES];
    struct holder_row row = { .inode = 0 };
    uint64_t inode = 0;
    FILE *f = fopen(table, "re");

    while (f && !inode && fgets(line, sizeof line, f)) {
        if (holder_row(line, &row) && holder_bars(&row, ip, port))
            inode = row.inode;
    }
    if (f)
        fclose(f);
    out->socket = out->socket || inode;
    out->uid = inode ? row.uid : out->uid;
    return inode;
}

/* Num RefCount Protocol Flags Type St Inode Path */
static uint64_t unix_inode(const char *path, struct holder *out)
{
    char line[ROW_BYTES];
    uint64_t inode = 0, found;
    FILE *f = fopen("/proc/net/unix", "re");

    while (f && !inode && fgets(line, sizeof line, f)) {
        struct span row = span_to(span_str(line), strcspn(line, "\n"));
        for (int skipped = 0; skipped < 6; skipped++)
            (void)word(&row);
        if (num_u64(word(&row), &found) &&
            span_eq(span_trim(row), span_str(path)))
            inode = found;
    }
    if (f)
        fclose(f);
    out->socket = inode != 0;
    return inode;
}

static uint64_t inode_of(const struct sockaddr *sa, struct holder *out)
{
    const struct sockaddr_in *in = (const void *)sa;
    const struct sockaddr_in6 *in6 = (const void *)sa;
    uint64_t inode;
    struct ip ip;

    if (sa->sa_family == AF_UNIX)
        return unix_inode(
            ((const struct sockaddr_un *)(const void *)sa)->sun_path, out);
    if (sa->sa_family == AF_INET)
        ip = ip_of((const void *)&in->sin_addr, 4);
    else
        ip = ip_of((const void *)&in6->sin6_addr, 6);
    uint16_t port = ntohs(in->sin_port); /* at the same place in both */
    inode = tcp_inode("/proc/net/tcp", &ip, port, out);
    return inode ? inode : tcp_inode("/proc/net/tcp6", &ip, port, out);
}

static bool has_open(int proc, const char *pid, const char *wanted)
{
    char path[64], target[64];
    bool found = false;

    snprintf(path, sizeof path, "%.20s/fd", pid);
    int fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    for (struct dirent *e; !found && (e = readdir(dir));) {
        ssize_t n = readlinkat(dirfd(dir), e->d_name, target, sizeof target);
        found = n > 0 && span_eq(span_of(target, (size_t)n), span_str(wanted));
    }
    closedir(dir);
    return found;
}

static void text_of(int proc, pid_t pid, const char *file, char *out,
                    size_t cap)
{
    char path[64];

    snprintf(path, sizeof path, "%d/%s", (int)pid, file);
    int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, out, cap - 1);
    if (fd >= 0)
        close(fd);
    out[n > 0 ? n : 0] = '\0';
    out[strcspn(out, "\n")] = '\0';
}

/* PID (NAME) STATE PARENT ...; the name may have any sign in it. */
static pid_t parent_of(int proc, pid_t pid)
{
    char text[ROW_BYTES];
    uint64_t parent = 0;

    text_of(proc, pid, "stat", text, sizeof text);
    const char *name_end = strrchr(text, ')');
    struct span row = span_str(name_end ? name_end + 1 : "");
    (void)word(&row);
    return num_u64(word(&row), &parent) ? (pid_t)parent : 0;
}

/* Numbers begin again at the lowest, so that children may be below the one to
 * end: a worker's end would only bring another. */
static pid_t first_of_line(int proc, pid_t pid, const char *wanted)
{
    char parent[32];
    pid_t up;

    for (unsigned i = 0; i < GENERATIONS; i++) {
        up = parent_of(proc, pid);
        snprintf(parent, sizeof parent, "%d", (int)up);
        if (up <= 0 || !has_open(proc, parent, wanted))
            break;
        pid = up;
    }
    return pid;
}

void holder_find(const struct sockaddr *sa, struct holder *out)
{
    char wanted[64];
    uint64_t pid;

    *out = (struct holder){ .uid = (uid_t)-1 };
    uint64_t inode = inode_of(sa, out);
    DIR *dir = inode ? opendir("/proc") : NULL;
    if (!dir)
        return;
    snprintf(wanted, sizeof wanted, "socket:[%llu]", (unsigned long long)inode);
    for (struct dirent *e; (e = readdir(dir));) {
        if (!num_u64(span_str(e->d_name), &pid) ||
            !has_open(dirfd(dir), e->d_name, wanted))
            continue;
        out->more += out->pid != 0;
        if (out->pid && (uint64_t)out->pid <= pid)
            continue;
        out->pid = (pid_t)pid;
    }
    if (out->pid) {
        out->pid = first_of_line(dirfd(dir), out->pid, wanted);
        text_of(dirfd(dir), out->pid, "comm", out->name, sizeof out->name);
    }
    closedir(dir);
}
