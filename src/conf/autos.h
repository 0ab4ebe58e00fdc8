/* SPDX-License-Identifier: MIT
 *
 * autos: what `auto` comes to in a box of a given size.
 * Layer: conf.  Pure.
 */
#ifndef ETAGD_CONF_AUTOS_H
#define ETAGD_CONF_AUTOS_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"

/* Gives a value to whatever says `auto`.  0 bytes: no limit is known. */
void autos_fit(struct conf *c, uint64_t memory, unsigned processors);

/* Is one of them less than it would be where there is plenty? */
bool autos_squeezed(const struct conf *c);

#endif
