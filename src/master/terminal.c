/* SPDX-License-Identifier: MIT
 *
 * terminal: SIGHUP, and the end of the controlling terminal without it: the
 * kernel signals the foreground group alone, and shells tell their jobs or not.
 * Layer: master.  Where there is no terminal there is only the signal.
 */
#include "master/terminal.h"

#include <fcntl.h>
#include <unistd.h>

#include "master/master_state.h"
#include "os/poll.h"
#include "os/signals.h"

void terminal_begin(struct master *m)
{
    m->terminal.rules = m->source.file == NULL && !signals_outlive_terminal();
    m->terminal.fd = -1;
    if (!m->terminal.rules)
        return;
    m->terminal.fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
    /* with edges: what is typed is for others, and stays there */
    if (m->terminal.fd >= 0)
        (void)poll_add_reader(m->poll, m->terminal.fd, &m->terminal.fd);
}

bool terminal_rules(const struct master *m)
{
    return m->terminal.rules;
}

void terminal_end(struct master *m)
{
    if (m->terminal.fd < 0)
        return;
    poll_remove(m->poll, m->terminal.fd);
    close(m->terminal.fd);
    m->terminal.fd = -1;
}

bool terminal_gone(struct master *m, uint32_t events)
{
    if (!(events & EPOLLHUP))
        return false;
    terminal_end(m);
    return true;
}
