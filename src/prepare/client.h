/* SPDX-License-Identifier: MIT
 *
 * client: a worker's end of the channel to the preparer.
 * Layer: prepare.  Asks and takes answers without ever blocking; maps the
 * slabs. Owns the mappings: bytes of a slab stay valid until
 * client_slab_release() has been called as often as client_slab_hold() was.
 */
#ifndef ETAGD_PREPARE_CLIENT_H
#define ETAGD_PREPARE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prepare/message.h"

struct client; /* opaque */

/* fd: this worker's end, close-on-exec, non-blocking; stays the caller's to
 * watch (readable: call client_take until it returns 0). */
struct client *client_new(int fd);
void client_free(struct client *c);

/* 0, or -errno: -EAGAIN when the channel is full (try again when writable),
 * other errors mean that the preparer is gone.  fds: 1 + sidecars, borrowed;
 * none of a bare one. */
int client_ask(struct client *c, const struct prepare_ask *ask, const int *fds,
               size_t n_fds);

/* 1: *out filled, with slabs mapped as far as needed; 0: nothing there;
 * negative: the preparer is gone (-EPIPE) or broke the protocol (-EPROTO). */
int client_take(struct client *c, struct prepare_answer *out);

/* Answers of the last message that were not taken yet: no event will tell of
 * them. */
bool client_left(const struct client *c);
/* There may be more than these: the last message was not the kind that ends a
 * turn of the preparer's. */
bool client_more(const struct client *c);

/* The same for some of them, with the descriptors of each in turn: all or none.
 */
int client_ask_all(struct client *c, const struct prepare_ask *asks, size_t n,
                   const int *fds, size_t n_fds);

/* The bytes of a place (NULL when the slab is unknown or out of bounds), and a
 * hold on its slab.  Each hold needs one release. */
const char *client_slab_hold(struct client *c, const struct prepare_place *at);
void client_slab_release(struct client *c, uint64_t slab);

/* Is any slab held? */
bool client_holds(const struct client *c);

/* Tells the preparer which.  What does not fit into the channel is left. */
void client_tell_held(const struct client *c);

/* The slab's descriptor, to look at its seals, or -1; lives as long as the
 * hold. */
int client_slab_fd(struct client *c, uint64_t slab);

/* The same with *offset, where p lies in it: bytes of a hold. */
int client_slab_at(struct client *c, uint64_t slab, const char *p,
                   uint64_t *offset);

/* Once the master has started another preparer: the new channel; slabs that
 * are held stay mapped. */
void client_renew(struct client *c, int fd);

#endif
