/* SPDX-License-Identifier: MIT
 *
 * facts: puts the answers of the preparer into entries.
 * Layer: serve.  Never waits: who needs an answer hangs at the entry.
 */
#ifndef ETAGD_SERVE_FACTS_H
#define ETAGD_SERVE_FACTS_H

#include "serve/entry.h"

struct worker;

/* Takes every answer there is and wakes whom it concerns. */
void facts_take(struct worker *w);

/* Asks again what could not be asked, answers from the name what took too long;
 * milliseconds until there is something to do again, -1: nothing. */
int facts_turn(struct worker *w);

/* Another preparer has been started: its channel. */
void facts_renew(struct worker *w, int fd);

/* The wall clock was set back: no file may say that it was changed after the
 * date of its answer (RFC 9110 8.8.2.1).  They are asked about again. */
void facts_forget(struct worker *w);

/* Nobody waits any more: lets go of what was asked. */
void facts_drop(struct worker *w);

#endif
