/* SPDX-License-Identifier: MIT
 *
 * seals: what a slab's maker sets and its users insist on.
 * Layer: prepare.
 */
#ifndef ETAGD_PREPARE_SEALS_H
#define ETAGD_PREPARE_SEALS_H

#include <fcntl.h>

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010 /* linux/fcntl.h, since Linux 5.1 */
#endif

#define SLAB_SEALS \
    (F_SEAL_FUTURE_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

#endif
