/* SPDX-License-Identifier: MIT
 *
 * refused: the kernel's word, then who holds the address, then a way out.
 * Layer: master.
 */
#include "master/refused.h"

#include <errno.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf.h"
#include "os/holder.h"

struct told {
    char *out;
    size_t at;
};

__attribute__((format(printf, 2, 3))) static void say(struct told *t,
                                                      const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(t->out + t->at, REFUSED_TEXT - t->at, fmt, ap);
    va_end(ap);
    t->at += n < 0 ? 0 : (size_t)n;
    if (t->at >= REFUSED_TEXT)
        t->at = REFUSED_TEXT - 1;
}

static void say_holder(struct told *t, const struct conf_listen *l)
{
    struct holder h;

    holder_find(&l->addr.sa, &h);
    const struct passwd *pw = h.socket ? getpwuid(h.uid) : NULL;
    if (h.pid == getpid())
        say(t, "this etagd holds it for the configuration that goes on: only "
               "a restart can change that address");
    else if (h.pid == 1 && strcmp(h.name, "systemd") == 0)
        say(t, "systemd holds it for a socket unit; \"systemctl list-sockets\" "
               "names that: stop it");
    else if (h.pid && h.more)
        say(t, "pid %d (%s) and %u more hold it; end them (kill %d)",
            (int)h.pid, h.name, h.more, (int)h.pid);
    else if (h.pid)
        say(t, "pid %d (%s) holds it; end that (kill %d)", (int)h.pid, h.name,
            (int)h.pid);
    else if (h.socket && h.uid != (uid_t)-1)
        say(t,
            "a process of %s (uid %u) that can't be looked at from here holds "
            "it; root's \"ss -ltnp\" names it: end that",
            pw ? pw->pw_name : "a user without a name", (unsigned)h.uid);
    else
        say(t, "whose it is can't be seen from here");
}

static void in_use(struct told *t, const struct conf_listen *l,
                   const char *option)
{
    say_holder(t, l);
    say(t,
        l->addr.sa.sa_family == AF_UNIX
            ? ", or take another path"
            : ", or take another port (-o %s=127.0.0.1:0 takes a free one)",
        option);
}

static unsigned first_free_port(void)
{
    unsigned port = IPPORT_RESERVED;
    FILE *f = fopen("/proc/sys/net/ipv4/ip_unprivileged_port_start", "re");

    if (f) {
        if (fscanf(f, "%u", &port) != 1)
            port = IPPORT_RESERVED;
        fclose(f);
    }
    return port;
}

/* Three ways to a low port; each is whole by itself. */
static void no_right(struct told *t, const struct conf_listen *l)
{
    unsigned port = ntohs(l->addr.in.sin_port);

    if (l->addr.sa.sa_family == AF_UNIX) {
        say(t, "this user may not make a socket there");
        return;
    }
    say(t,
        "ports below %u ask for a right. Either give it to the program "
        "(setcap cap_net_bind_service=+ep on its file, or "
        "AmbientCapabilities=CAP_NET_BIND_SERVICE in its unit); or let "
        "everybody have the port (sysctl net.ipv4.ip_unprivileged_port_start="
        "%u); or listen on %u and above, with systemd passing port %u "
        "(systemctl start etagd.socket) or a proxy in front",
        first_free_port(), port, first_free_port(), port);
}

void refused_text(const struct conf_listen *l, int error, const char *option,
                  char out[REFUSED_TEXT])
{
    struct told t = { out, 0 };

    say(&t, "%s: ", strerror(error));
    if (error == EADDRINUSE)
        in_use(&t, l, option);
    else if (error == EACCES)
        no_right(&t, l);
    else
        t.out[t.at - 2] = '\0';
}
