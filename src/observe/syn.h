/* SPDX-License-Identifier: MIT
 *
 * syn: reads the headers of a SYN packet (RFC 791, 8200, 9293, 7323, 2018).
 * Layer: observe.  Pure; any bytes may be given to it.
 */
#ifndef ETAGD_OBSERVE_SYN_H
#define ETAGD_OBSERVE_SYN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct syn {
    uint8_t local[16]; /* the destination: where the client thinks we are */
    uint8_t family;    /* 4 or 6 */
    uint8_t ttl;       /* or hop limit */
    uint8_t scale;     /* window scale, as a shift */
    bool has_scale, sack, timestamps;
    uint16_t port;        /* local */
    uint16_t window, mss; /* mss 0: not given */
    uint32_t sequence;
};

/* False: these are no headers of a TCP segment. */
bool syn_parse(struct span packet, struct syn *out);

#endif
