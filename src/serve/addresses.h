/* SPDX-License-Identifier: MIT
 *
 * addresses: how many connections each client address has to this worker.
 * Layer: serve.  An IPv6 client counts by its network of 64 bits: that much
 * belongs to one household.  Owns its table, sized for the most connections.
 */
#ifndef ETAGD_SERVE_ADDRESSES_H
#define ETAGD_SERVE_ADDRESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "os/net.h"

struct addresses;

/* For up to `most` connections at once; NULL: no memory. */
struct addresses *addresses_new(size_t most, uint64_t seed);
void addresses_free(struct addresses *a); /* may be NULL */

/* Counts one more; false, and nothing counted, when there are `limit`. */
bool addresses_enter(struct addresses *a, const struct net_peer *peer,
                     size_t limit);
void addresses_leave(struct addresses *a, const struct net_peer *peer);

/* Bytes that addresses_new(most) takes. */
size_t addresses_bytes(size_t most);

#endif
