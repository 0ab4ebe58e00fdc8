/* SPDX-License-Identifier: MIT
 *
 * own_host: who may ask the observer.
 * Layer: observe.  A page of somebody else can make a browser ask a server on
 * its user's machine under a name of its own (DNS rebinding): so the Host field
 * must be one of the names that the observer goes by, with its port.
 */
#ifndef ETAGD_OBSERVE_OWN_HOST_H
#define ETAGD_OBSERVE_OWN_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/* `value`: of the Host field; `address`: where the observer listens; `names`:
 * further names, separated by blanks or commas (NULL: none).  port 0: a unix
 * socket, which no browser can reach: any host will do. */
bool guard_host(struct span value, uint16_t port, struct span address,
                const char *names);

#endif
