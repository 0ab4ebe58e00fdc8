/* SPDX-License-Identifier: MIT
 *
 * clocks: what time it is in a turn, and what a new second brings.
 * Layer: serve.
 */
#ifndef ETAGD_SERVE_CLOCKS_H
#define ETAGD_SERVE_CLOCKS_H

struct worker;

/* Reads them, once a turn. */
void clocks_read(struct worker *w);

#endif
