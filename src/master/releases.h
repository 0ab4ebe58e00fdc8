/* SPDX-License-Identifier: MIT
 *
 * releases: what roots were before, kept for workers that are started later:
 * after a crash, by a reload, by an upgrade ([server] keep-previous).
 * Layer: master.
 */
#ifndef ETAGD_MASTER_RELEASES_H
#define ETAGD_MASTER_RELEASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct conf;
struct generation;
struct root;

/* The at-th root's name as configured; may be NULL. */
const char *releases_place(const struct conf *c, size_t at);

/* The root is to be another directory: keeps what it is, or closes it. */
void releases_leave(const struct conf *c, struct root *r, const char *place,
                    uint64_t to_dev, uint64_t to_ino);

/* What `old` (NULL: the program before this one) has of the roots that have the
 * same names. */
void releases_inherit(struct generation *g, const struct generation *old);

/* For the program that this process is about to become. */
void releases_pass(const struct generation *g);

/* Takes what the program before has passed; not from anybody else. */
void releases_take(bool upgraded);

/* A line, or an object, each. */
void releases_text(const struct generation *g, struct buf *out);
void releases_json(const struct generation *g, struct buf *out);

#endif
