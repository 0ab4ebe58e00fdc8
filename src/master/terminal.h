/* SPDX-License-Identifier: MIT
 *
 * terminal: what is served ad hoc ends with its terminal.
 * Layer: master.  An etagd with a file is a service: it outlives terminals, and
 * SIGHUP is a reload.
 */
#ifndef ETAGD_MASTER_TERMINAL_H
#define ETAGD_MASTER_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

struct master;

void terminal_begin(struct master *m);

/* Whether SIGHUP ends this one. */
bool terminal_rules(const struct master *m);

/* Whether what came for the address of m->terminal.fd is its end. */
bool terminal_gone(struct master *m, uint32_t events);

void terminal_end(struct master *m);

#endif
