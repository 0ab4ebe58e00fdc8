/* SPDX-License-Identifier: MIT
 *
 * succession: what the program before this one leaves it (an upgrade): sums and
 * counts go on, whatever else is new.
 * Layer: master.
 */
#ifndef ETAGD_MASTER_SUCCESSION_H
#define ETAGD_MASTER_SUCCESSION_H

struct master;

/* Of m->inherit; what is not there, or of another kind, is made. */
void succession_take(struct master *m);

#endif
