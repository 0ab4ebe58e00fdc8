/* SPDX-License-Identifier: MIT
 *
 * accepting: takes new connections from the shared listening sockets.
 * Layer: serve.
 */
#ifndef ETAGD_SERVE_ACCEPTING_H
#define ETAGD_SERVE_ACCEPTING_H

#include <stdbool.h>

struct worker;

bool accepting_init(struct worker *w);

/* A listening socket (tag: its slot in w->listening) has a connection, which is
 * taken by accepting_take(). */
void accepting_note(struct worker *w, void *tag);

/* Takes what was noted. */
void accepting_take(struct worker *w);

/* Another worker left a connection to this one. */
void accepting_called(struct worker *w);

/* Starts again what a limit had stopped; milliseconds until it is to be tried
 * again, or -1. */
int accepting_turn(struct worker *w);

/* Takes what is waiting already, then no more, and lets go of the sockets. */
void accepting_stop(struct worker *w);

#endif
