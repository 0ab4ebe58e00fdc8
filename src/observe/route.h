/* SPDX-License-Identifier: MIT
 *
 * route: what the observer answers to which request.
 * Layer: observe.
 */
#ifndef ETAGD_OBSERVE_ROUTE_H
#define ETAGD_OBSERVE_ROUTE_H

#include "http/head.h"

struct observer;
struct visitor;

/* Puts the answer's head (and what is short) into v->out, and tells in
 * v->producing what follows. */
void route_answer(struct observer *o, struct visitor *v, const struct head *h,
                  enum fault fault);

#endif
