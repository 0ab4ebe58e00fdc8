/* SPDX-License-Identifier: MIT
 *
 * expiry: deadlines of connections.
 * Layer: serve.
 */
#ifndef ETAGD_SERVE_EXPIRY_H
#define ETAGD_SERVE_EXPIRY_H

struct conn;
struct worker;

/* Its deadline has come (conn.timer, which hangs nowhere any more). */
void expiry_take(struct worker *w, struct conn *c);

#endif
